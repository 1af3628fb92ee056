"""How likely a group's conversions are if it does as the others do.

The others' rate is known only from their counts, so the group's number is beta-binomial: the
binomial averaged over Beta(x + ½, n − x + ½) of the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from wbtest.statistics.counts import Counts
from wbtest.statistics.rate import posterior

if TYPE_CHECKING:
    from wbtest.statistics.mixture import Floats

# What is rarer is left out where strata are added up; no bar is anywhere near.
RAREST = 1e-18


class Tails(NamedTuple):
    """The chance of at least so many conversions, and of at most so many."""

    above: float
    below: float


def tails(strata: Sequence[tuple[Counts, Counts]]) -> Tails:
    """Return how likely so many conversions are, or more, and so many, or fewer.

    A stratum is a part of the group and the others it is compared with, such as those on phones;
    the numbers of several strata are added up, each with the rate of its own others.
    P(X = k) = C(n, k) B(a + k, b + n − k) / B(a, b) with a = x + ½ and b = n − x + ½ of the others.

    >>> group, others = Counts(seen=30, converted=9), Counts(seen=300, converted=24)
    >>> round(tails([(group, others)]).above, 6)
    0.000953
    """
    import numpy as np

    chances, first = np.ones(1), 0
    for place, (group, others) in enumerate(strata):
        more = _chances(group.seen, others)
        if place:
            chances, first = _trimmed(chances, first)
            more, start = _trimmed(more, 0)
            first += start
        chances = np.convolve(chances, more)
    at = sum(group.converted for group, _ in strata) - first
    return Tails(_sum(chances[max(at, 0) :]), _sum(chances[: max(at + 1, 0)]))


def expected(strata: Sequence[tuple[Counts, Counts]]) -> float:
    """Return how many conversions the group would have at the rates of the others.

    >>> expected([(Counts(seen=30, converted=9), Counts(seen=299, converted=23))])
    2.35
    """
    return sum(group.seen * posterior(others).mean for group, others in strata)


def _chances(number: int, others: Counts) -> Floats:
    """Return the chance of each number of conversions, from 0 on."""
    import numpy as np
    from scipy import special

    a, b = posterior(others)
    k = np.arange(number + 1)
    ways = -np.log(number + 1) - special.betaln(number - k + 1, k + 1)
    log_chances = ways + special.betaln(a + k, b + number - k) - special.betaln(a, b)
    return np.asarray(np.exp(log_chances), dtype=np.float64)


def _trimmed(chances: Floats, first: int) -> tuple[Floats, int]:
    """Leave out what is too rare on both sides; return the number that the rest begins with."""
    import numpy as np

    common = np.flatnonzero(chances > RAREST)
    return chances[common[0] : common[-1] + 1], first + int(common[0])


def _sum(chances: Floats) -> float:
    return min(float(chances.sum()), 1.0)
