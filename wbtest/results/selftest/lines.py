"""A line of the self-test: what was measured, the bound it must keep, and whether it does. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

Kind = Literal["share", "times", "visitors"]
# Of all such lives, one in a hundred leads to a limit that the true share lies beyond.
CONFIDENCE = 0.99
# What a simulation may seem to exceed a bound by: its limit lies above the share that it found.
TOLERANCE = 0.01


@dataclass(frozen=True, slots=True)
class Line:
    """What was ``measured`` over so many ``lives``; 0 lives: it was computed, not simulated.

    ``limit`` is the 99 % limit on the side of the bound. A line without ``bound`` informs only.
    ``is_least``: the bound is the least that will do. ``peeking`` is what somebody would have got
    who looks as often at a test made for one look. Shares are fractions; ``times`` is a ratio.
    """

    group: str
    name: str
    measured: float
    bound: float | None = None
    lives: int = 0
    limit: float | None = None
    is_least: bool = False
    peeking: float | None = None
    kind: Kind = "share"

    @property
    def is_kept(self) -> bool:
        """Whether the bound is kept; in a simulation its limit may lie one point beyond."""
        if self.bound is None:
            return True
        limit = self.measured if self.limit is None else self.limit
        tolerance = TOLERANCE if self.lives else 0.0
        if self.is_least:
            return limit >= self.bound - tolerance
        return limit <= self.bound + tolerance


def counted(
    group: str,
    name: str,
    hits: int,
    lives: int,
    *,
    bound: float | None = None,
    is_least: bool = False,
    peeking: float | None = None,
) -> Line:
    """Return the line of something that happened in ``hits`` of ``lives``, with its exact limit.

    >>> line = counted("Go", "one variant", hits=21, lives=1000, bound=0.05)
    >>> round(line.measured, 3), round(line.limit, 4), line.is_kept
    (0.021, 0.0341, True)
    """
    limit = lower_limit(hits, lives) if is_least else upper_limit(hits, lives)
    line = Line(group, name, hits / lives, bound, lives, limit, is_least)
    return replace(line, peeking=peeking)


def upper_limit(hits: int, lives: int) -> float:
    """Return the one-sided 99 % limit above a share (Clopper & Pearson 1934).

    >>> round(upper_limit(0, 1000), 4)
    0.0046
    """
    from scipy import special

    if hits == lives:
        return 1.0
    return float(special.betaincinv(hits + 1, lives - hits, CONFIDENCE))


def lower_limit(hits: int, lives: int) -> float:
    """Return the one-sided 99 % limit below a share.

    >>> round(lower_limit(1000, 1000), 4)
    0.9954
    """
    return 1.0 - upper_limit(lives - hits, lives)


def to_json(lines: Sequence[Line]) -> list[dict[str, Any]]:
    """Return the lines as plain values; shares are fractions."""
    return [asdict(line) | {"is_kept": line.is_kept} for line in lines]
