"""What all statistics start from: visitors and conversions, checked once; and how evidence is read.

Evidence is the natural logarithm of an e-value: 0 says nothing, log 20 is what an error of 5 %
asks for. The evidence itself is computed in ``rate``, ``comparison`` and ``split``.
"""

from collections.abc import Sequence
from math import exp, inf, log
from typing import NamedTuple

from msgspec import Struct


class Counts(Struct, frozen=True):
    """Visitors who saw a variant, and those of them who converted.

    Both sides pass the same gate: a conversion of somebody who was never *seen* is in neither.
    Raises ValueError for a count that is fractional or negative, or for more conversions than
    visitors.

    >>> Counts(seen=400, converted=49).rate
    0.1225
    """

    seen: int
    converted: int

    def __post_init__(self) -> None:
        check_count("seen", self.seen)
        check_count("converted", self.converted)
        if self.converted > self.seen:
            raise ValueError(f"converted ({self.converted}) is more than seen ({self.seen})")

    @property
    def unconverted(self) -> int:
        """Visitors who saw the variant and did not convert."""
        return self.seen - self.converted

    @property
    def rate(self) -> float | None:
        """Conversions per visitor, or None while nobody has seen the variant."""
        return self.converted / self.seen if self.seen else None


def counts_of(seen: Sequence[int], converted: Sequence[int]) -> list[Counts]:
    """Return one Counts for each variant; both lists stand in the same order.

    Raises ValueError when the lists differ in length or hold counts that cannot be.

    >>> counts_of(seen=[300, 310], converted=[12, 15])[1]
    Counts(seen=310, converted=15)
    """
    check_lengths("seen", len(seen), "converted", len(converted))
    return [Counts(*pair) for pair in zip(seen, converted, strict=True)]


def shares_of(weights: Sequence[float]) -> list[float]:
    """Return the share of traffic each weight stands for; the shares add up to 1.

    Raises ValueError for a weight that is zero, negative, infinite or not a number.

    >>> shares_of([2, 1, 1])
    [0.5, 0.25, 0.25]
    """
    for weight in weights:
        if not 0 < weight < inf:
            raise ValueError(f"a weight must be above 0, not {weight}")
    return [weight / sum(weights) for weight in weights]


def check_count(name: str, value: int) -> None:
    """Raise ValueError unless ``value`` is a whole number of at least 0."""
    # A truth value is an int to Python and no count to anybody.
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError(f"{name} must be a whole number, not {value!r}")
    if value < 0:
        raise ValueError(f"{name} must not be negative, but is {value}")


def check_fraction(name: str, value: float) -> None:
    """Raise ValueError unless ``value`` lies strictly between 0 and 1."""
    if not 0 < value < 1:
        raise ValueError(f"{name} must lie between 0 and 1, but is {value}")


def check_lengths(name: str, length: int, other: str, other_length: int) -> None:
    """Raise ValueError unless both lists are of one length."""
    if length != other_length:
        raise ValueError(f"{name} has {length} entries, but {other} has {other_length}")


class Interval(NamedTuple):
    """The values from ``low`` to ``high`` that the data leave open."""

    low: float
    high: float


def evidence_needed(error: float, arms: int = 1) -> float:
    """Return log(arms / error): the log E at which one of ``arms`` may be called.

    An e-process reaches 1/error with a probability of at most ``error``, however often one looks
    (Ville 1939). With K arms each has its own process, so each needs K times as much (Bonferroni).
    Raises ValueError unless 0 < error < 1 and arms ≥ 1.

    >>> round(evidence_needed(0.05), 3), round(evidence_needed(0.05, arms=6), 3)
    (2.996, 4.787)
    """
    check_fraction("the error", error)
    if arms < 1:
        raise ValueError(f"arms must be at least 1, not {arms}")
    return log(arms / error)


def p_value(log_e: float) -> float:
    """Return min(1, 1/E), a p-value that stays valid when one looks at any time.

    >>> p_value(-1.2), round(p_value(5.077134533), 6)
    (1.0, 0.006238)
    """
    return exp(-max(log_e, 0.0))
