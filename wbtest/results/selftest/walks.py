"""Every path that counts can take, a look after each visitor: exact, by dynamic programming.

After n visitors only the number x of conversions matters, so a test is two bars for each n, and the
distribution of x is carried from visitor to visitor while what passes a bar is taken out. Imports
numpy and scipy.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import special

from wbtest.results.statistics import mixture
from wbtest.results.statistics.mixture import Floats, Ints

Bools = npt.NDArray[np.bool_]

# Paths rarer than this are counted as called, so that no share comes out too small.
RAREST = 1e-15
# How often the rare ends are cut off.
TRIMMED_EVERY = 64


class Bars(NamedTuple):
    """For n = 0, 1, 2 …: x is called from ``upper[n]`` on, and up to ``lower[n]``.

    n + 1 and −1 call nothing.
    """

    upper: Ints
    lower: Ints


def evidence_bars(
    looks: int,
    tested: float,
    prior: tuple[float, float],
    *,
    above: float | None = None,
    below: float | None = None,
) -> Bars:
    """Return where log E against ``tested`` reaches ``above``, and log E for less ``below``.

    >>> bars = evidence_bars(400, 0.08, (2, 23), above=np.log(20), below=np.log(20))
    >>> int(bars.upper[400]), int(bars.lower[400])
    (49, 17)
    """
    n = np.arange(looks + 1)

    def is_above(x: Ints) -> Floats:
        return mixture.log_e_above(x, n - x, tested, *prior)

    def is_below(x: Ints) -> Floats:
        return mixture.log_e_below(x, n - x, tested, *prior)

    upper = n + 1 if above is None else first(lambda x: is_above(x) >= above, n * 0, n + 1)
    # The most that is called lies one below the least that is not.
    lower = n * 0 if below is None else first(lambda x: is_below(x) < below, n * 0, n + 1)
    return Bars(upper, lower - 1)


def rate_prior(target: float) -> tuple[float, float]:
    """Return the prior of ``statistics.log_e_above`` at this target."""
    return 2.0, 2 * (1 - target) / target


def distance_bars(looks: int, share: float, z: float, after: int = 0) -> Bars:
    """Return where a z test of ``share`` calls, were each look its only one; none before ``after``.

    χ² with one degree of freedom is its square.
    """
    n = np.arange(looks + 1)
    width = z * np.sqrt(n * share * (1 - share))
    upper = np.where(n < max(after, 1), n + 1, np.ceil(n * share + width)).astype(np.int64)
    lower = np.where(n < max(after, 1), -1, np.floor(n * share - width)).astype(np.int64)
    return Bars(np.minimum(upper, n + 1), np.maximum(lower, -1))


def split_bars(looks: int, share: float, concentration: float, needed: float) -> Bars:
    """Return where the evidence against a split in two, ``share`` to the one, is ``needed``."""
    n = np.arange(looks + 1)
    shares = np.array([share, 1 - share])

    def is_uneven(x: Ints) -> Bools:
        counts = np.stack([x, n - x], axis=-1)
        found: Bools = mixture.log_e_shares(counts, shares, concentration) >= needed
        return found

    middle = np.floor(n * share).astype(np.int64)
    upper = first(is_uneven, middle, n + 1)
    mirrored = first(lambda away: is_uneven(middle - away), n * 0, middle + 1)
    return Bars(upper, np.maximum(middle - mirrored, -1))


def first(is_so: Callable[[Ints], Bools], low: Ints, high: Ints) -> Ints:
    """Return the least x from ``low`` on at which ``is_so``, ``high`` where there is none.

    It must be false below and true above; all entries are sought at once.
    """
    low, high = low.copy(), high.copy()
    while (low < high).any():
        middle = (low + high) // 2
        found = is_so(np.minimum(middle, high - (low < high)))
        is_open = low < high
        high = np.where(is_open & found, middle, high)
        low = np.where(is_open & ~found, middle + 1, low)
    return high


def first_calls(bars: Bars, chance: float) -> Floats:
    """Return the probability that the walk is called first at look 1, 2, 3 …

    Each look brings one visitor, who converts with this ``chance``.

    >>> bars = distance_bars(400, 0.05, z=1.645, after=100)
    >>> round(float(first_calls(bars, 0.05).sum()), 2)
    0.37
    """
    alive, least = np.ones(1), 0
    called = np.zeros(len(bars.upper) - 1)
    for n in range(1, len(bars.upper)):
        after = np.empty(alive.size + 1)
        after[:-1] = alive * (1 - chance)
        after[-1] = 0.0
        after[1:] += alive * chance
        low = max(int(bars.lower[n]) + 1 - least, 0)
        high = max(int(bars.upper[n]) - least, low)
        called[n - 1] = after[:low].sum() + after[high:].sum()
        alive, least = after[low:high], least + low
        if not alive.size:
            break
        if n % TRIMMED_EVERY == 0:
            common = np.flatnonzero(alive > RAREST)
            low, high = (common[0], common[-1] + 1) if common.size else (0, alive.size)
            called[n - 1] += alive[:low].sum() + alive[high:].sum()
            alive, least = alive[low:high], least + int(low)
    return called


def by_visitors(called: Floats, rate: float, visitors: int) -> float:
    """Return the share called by so many visitors, where ``called`` goes by conversions."""
    looks = np.arange(1, len(called) + 1)
    return float((called * special.bdtrc(looks - 1, visitors, rate)).sum())


def expected_looks(called: Floats, most: int) -> float:
    """Return the average number of looks until the first call, ``most`` where there is none."""
    within = called[:most]
    return float((np.arange(1, len(within) + 1) * within).sum() + most * (1 - within.sum()))
