"""A line of the self-test: what was measured, its bound, and whether the bound is broken. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from scipy import special

# How often a whole run may call a bound broken that is kept: all simulated lines share it.
FALSE_ALARMS = 1e-4
# Sums of many floats; far below what any error in a formula changes.
ROUNDING = 1e-9


class Line(NamedTuple):
    """What was ``measured``: a share, or for evidence its mean.

    A line without ``bound`` informs only; ``is_least`` says that the bound is the least that will
    do. With 0 ``founders`` the line is computed. ``peeking`` is what somebody would get who looks
    as often at a z test.
    """

    group: str
    name: str
    measured: float
    bound: float | None = None
    founders: int = 0
    is_least: bool = False
    peeking: float | None = None

    @property
    def chance(self) -> float | None:
        """The chance of a result at least as bad, were the bound just kept; None when computed.

        The tail of the binomial distribution, exactly.
        """
        if self.bound is None or not self.founders:
            return None
        hits = round(self.measured * self.founders)
        if self.is_least:
            return float(special.bdtr(hits, self.founders, self.bound))
        # From scipy for fewer than 0 there is no answer.
        return float(special.bdtrc(hits - 1, self.founders, self.bound)) if hits else 1.0


def broken(lines: Sequence[Line]) -> list[Line]:
    """Return the lines whose bound is broken.

    A computed line breaks its bound when it is beyond it. A simulated one does when its chance is
    below ``FALSE_ALARMS`` over the number of simulated lines (Bonferroni).

    >>> broken([Line("founders", "go", 0.06, 0.05, 100)])
    []
    """
    simulated = sum(line.chance is not None for line in lines)
    return [line for line in lines if _is_broken(line, simulated)]


def _is_broken(line: Line, simulated: int) -> bool:
    if line.bound is None:
        return False
    if line.chance is None:
        return line.measured > line.bound + ROUNDING
    return line.chance < FALSE_ALARMS / simulated
