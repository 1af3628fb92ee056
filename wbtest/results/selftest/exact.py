"""What a page exactly at its target is told, over every path of visitors. Imports numpy.

After n visitors only the number x of conversions matters, so a rule is a bar on x for each n, and
the distribution of x is carried from visitor to visitor while what reaches the bar is taken out.
Nothing is simulated.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy import special

from wbtest import statistics
from wbtest.results.selftest.lines import Line
from wbtest.statistics import Counts
from wbtest.statistics.mixture import Floats, Ints

ALPHA = 0.05
RATES = (0.005, 0.01, 0.02, 0.05, 0.1, 0.15)
VISITORS = 10_000
# At so many visitors the mean of the evidence is taken.
LOOKS = (10, 100, 1_000)
# One-sided at 5 %. Nobody trusts a z test earlier; before that it calls even more.
Z, Z_AFTER = 1.644854, 100
# Paths rarer than this are counted as called, so that no share is too small.
RAREST = 1e-15
TRIMMED_EVERY = 64


def one_rate(rate: float, visitors: int = VISITORS) -> list[Line]:
    """Return how often the page is ever called, a look after every visitor, and its evidence."""
    of_it = f"at its target of {100 * rate:g} %"
    n = np.arange(visitors + 1)
    width = Z * np.sqrt(n * rate * (1 - rate))
    z_go = np.where(n < Z_AFTER, n + 1, np.ceil(n * rate + width)).astype(np.int64)
    z_not_met = np.where(n < Z_AFTER, -1, np.floor(n * rate - width)).astype(np.int64)
    go, z = chance_above(go_bars(rate, visitors), rate), chance_above(z_go, rate)
    lines = [Line("go", f"go, {of_it}", go, ALPHA, peeking=z)]
    not_met, z = chance_below(not_met_bars(rate, visitors), rate), chance_below(z_not_met, rate)
    lines.append(Line("not_met", f"not met, {of_it}", not_met, ALPHA, peeking=z))
    for name, log_e in (("go", statistics.log_e_above), ("not met", statistics.log_e_below)):
        highest = max(mean_evidence(log_e, rate, seen) for seen in LOOKS)
        lines.append(Line("evidence", f"for {name}, {of_it}", highest, 1.0))
    return lines


def mean_evidence(log_e: Callable[[Counts, float], float], rate: float, seen: int) -> float:
    """Return the mean of E after so many visitors: 1 where the rate is what is tested.

    >>> round(mean_evidence(statistics.log_e_above, 0.05, 100), 6)
    1.0
    """
    x = np.arange(seen + 1)
    ways = special.gammaln(seen + 1) - special.gammaln(x + 1) - special.gammaln(seen - x + 1)
    log_chances = ways + special.xlogy(x, rate) + special.xlog1py(seen - x, -rate)
    evidence = [log_e(Counts(seen, converted), rate) for converted in x.tolist()]
    return float(np.exp(log_chances + evidence).sum())


def go_bars(target: float, visitors: int) -> Ints:
    """Return the least x that is called above the target, for n = 0, 1, 2 …; n + 1 for none."""
    needed = statistics.evidence_needed(ALPHA)
    bars, x = np.empty(visitors + 1, dtype=np.int64), 0
    for n in range(visitors + 1):
        # More visitors never lower the bar.
        while x <= n and statistics.log_e_above(Counts(n, x), target) < needed:
            x += 1
        bars[n] = x
    return bars


def not_met_bars(target: float, visitors: int) -> Ints:
    """Return the greatest x that is called below the target, for n = 0, 1, 2 …; −1 for none."""
    needed = statistics.evidence_needed(ALPHA)
    bars, x = np.empty(visitors + 1, dtype=np.int64), -1
    for n in range(visitors + 1):
        while x < n and statistics.log_e_below(Counts(n, x + 1), target) >= needed:
            x += 1
        bars[n] = x
    return bars


def chance_above(bars: Ints, rate: float) -> float:
    """Return the chance that x, growing with this rate, is ever at its bar or above it.

    >>> round(chance_above(np.array([1, 1, 1]), 0.5), 2)
    0.75
    """
    alive, least, called = np.ones(1), 0, 0.0
    for n in range(1, len(bars)):
        alive = _after_one_more(alive, rate)
        stay = max(int(bars[n]) - least, 0)
        called += float(alive[stay:].sum())
        alive = alive[:stay]
        if n % TRIMMED_EVERY == 0 and alive.size:
            common = np.flatnonzero(alive > RAREST)
            first, last = (common[0], common[-1] + 1) if common.size else (0, 0)
            called += float(alive[:first].sum() + alive[last:].sum())
            alive, least = alive[first:last], least + int(first)
    return called


def chance_below(bars: Ints, rate: float) -> float:
    """Return the chance that x is ever at its bar or below it: those who did not convert."""
    n = np.arange(len(bars))
    return chance_above(n - bars, 1 - rate)


def _after_one_more(alive: Floats, rate: float) -> Floats:
    after = np.append(alive * (1 - rate), 0.0)
    after[1:] += alive * rate
    return after
