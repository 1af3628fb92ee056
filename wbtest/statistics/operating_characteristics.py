"""What a rule says of one page whose true rate is known. Computed exactly, nothing is simulated.

After n visitors only the number x of conversions matters, so a rule is three lines on x for each n,
and the distribution of x is carried from visitor to visitor while what has its answer is taken out.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from wbtest.statistics.counts import Counts, check_fraction, evidence_needed
from wbtest.statistics.rate import log_e_above, log_e_below

if TYPE_CHECKING:
    from wbtest.statistics.mixture import Ints


class TargetRule(NamedTuple):
    """What a verdict on one page rests on; ``most`` are the visitors that come, or that count."""

    target: float
    floor: float
    least: int
    most: int
    alpha: float = 0.05
    beta: float = 0.05
    hoped_for: float | None = None


class Chances(NamedTuple):
    """How likely each answer is, and after how many visitors it, or the end, comes on average."""

    go: float
    iterate: float
    stop: float
    undecided: float
    visitors: float


class _Lines(NamedTuple):
    """For n = 0, 1, 2 …: the least x above target and floor, the greatest below the target."""

    above: Ints
    above_floor: Ints
    below: Ints


@lru_cache(maxsize=256)
def chances(rule: TargetRule, rate: float) -> Chances:
    """Return what is said to a team that looks after each visitor and acts on the first answer.

    As the verdict does it: evidence for the target or for the floor counts from the moment at which
    it was first enough, before the least visitors too, but nobody gets a *go* on evidence that has
    fallen back. Raises ValueError for what is no rate.

    >>> [round(each, 2) for each in chances(TargetRule(0.25, 0.1, least=30, most=100), 0.1)]
    [0.0, 0.0, 0.93, 0.07, 51.01]
    """
    import numpy as np

    check_fraction("the rate", rate)
    lines = _lines(rule)
    # A row each for who was never above, was above the floor, and was above the target. Beyond the
    # last column nobody is left without an answer.
    alive = np.zeros((3, max(int(lines.above[-1]), rule.least) + 2))
    alive[0, 0] = 1.0
    go = iterate = stop = visitors = 0.0
    for n in range(1, rule.most + 1):
        visitors += float(alive.sum())
        converted = rate * alive
        alive -= converted
        alive[:, 1:] += converted[:, :-1]
        above, above_floor = int(lines.above[n]), int(lines.above_floor[n])
        alive[2, above:] += alive[:2, above:].sum(axis=0)
        alive[:2, above:] = 0.0
        alive[1, above_floor:] += alive[0, above_floor:]
        alive[0, above_floor:] = 0.0
        if n < rule.least:
            continue
        go += float(alive[2, above:].sum())
        alive[2, above:] = 0.0
        below = int(lines.below[n]) + 1
        stop += float(alive[0, :below].sum())
        iterate += float(alive[1, :below].sum())
        alive[:2, :below] = 0.0
    return Chances(go, iterate, stop, float(alive.sum()), visitors)


@lru_cache(maxsize=64)
def _lines(rule: TargetRule) -> _Lines:
    needed = evidence_needed(rule.alpha)
    return _Lines(
        least_above(
            lambda counts: log_e_above(counts, rule.target, rule.hoped_for), needed, rule.most
        ),
        least_above(lambda counts: log_e_above(counts, rule.floor), needed, rule.most),
        greatest_below(rule.target, evidence_needed(rule.beta), rule.most),
    )


def least_above(log_e: Callable[[Counts], float], needed: float, visitors: int) -> Ints:
    """Return the least x with so much evidence, for n = 0, 1, 2 …; n + 1 for none."""
    import numpy as np

    lines, x = np.empty(visitors + 1, dtype=np.int64), 0
    for n in range(visitors + 1):
        # More visitors never lower the line.
        while x <= n and log_e(Counts(n, x)) < needed:
            x += 1
        lines[n] = x
    return lines


def greatest_below(target: float, needed: float, visitors: int) -> Ints:
    """Return the greatest x with so much evidence below the target, for n = 0, 1 …; −1 for none."""
    import numpy as np

    lines, x = np.empty(visitors + 1, dtype=np.int64), -1
    for n in range(visitors + 1):
        while x < n and log_e_below(Counts(n, x + 1), target) >= needed:
            x += 1
        lines[n] = x
    return lines
