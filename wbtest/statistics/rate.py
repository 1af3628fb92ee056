"""One variant's rate: the evidence for and against a target, and the interval it leaves open.

``wilson`` is valid for one look planned in advance, and shown for reference; the rest is always
valid.
"""

from __future__ import annotations

from functools import cache, lru_cache
from math import sqrt
from statistics import NormalDist
from types import ModuleType
from typing import TYPE_CHECKING

from wbtest.statistics.counts import Counts, Interval, check_fraction, evidence_needed

if TYPE_CHECKING:
    from wbtest.statistics.mixture import Floats, Ints


# An end depends on its counts alone, so one that was found once is found: most variants of most
# experiments stand as they stood a moment ago.
REMEMBERED = 4096


def odds_ratio(target: float, hoped_for: float | None) -> float | None:
    """Return the odds of the rate hoped for over those of the target; None without a hope.

    Raises ValueError unless both lie between 0 and 1 and the hope is above the target.

    >>> round(odds_ratio(0.08, 0.12), 3)
    1.568
    """
    if hoped_for is None:
        return None
    check_fraction("target", target)
    check_fraction("the rate hoped for", hoped_for)
    if hoped_for <= target:
        raise ValueError(f"the rate hoped for ({hoped_for}) must be above the target ({target})")
    return hoped_for * (1 - target) / (target * (1 - hoped_for))


def log_e_above(counts: Counts, target: float, hoped_for: float | None = None) -> float:
    """Return the log evidence that the rate is above ``target`` (against: at most).

    The alternative is Beta(2, 2(1−t)/t), whose mean is the target t, cut to rates above it: scale
    free, nothing to tune. Formula and sources stand in ``mixture.log_e_above``. Half its weight is
    at the rate ``hoped_for`` if there is one: a page that good is then told with fewer visitors,
    and no evidence is less than half of what it was.

    >>> round(log_e_above(Counts(seen=300, converted=30), 0.05), 3)
    5.077
    >>> round(log_e_above(Counts(seen=300, converted=30), 0.05, hoped_for=0.1), 3)
    5.786
    """
    check_fraction("target", target)
    return _above(counts, target, odds_ratio(target, hoped_for))


def log_e_below(counts: Counts, target: float) -> float:
    """Return the log evidence that the rate is below ``target`` (against: at least).

    >>> round(log_e_below(Counts(seen=300, converted=3), 0.05), 3)
    6.133
    """
    check_fraction("target", target)
    return _below(counts, target)


def log_e_above_path(
    converted: Ints, seen: Ints, target: float, hoped_for: float | None = None
) -> Floats:
    """Return ``log_e_above`` at every look; both arrays are totals up to each look.

    Raises ValueError when they differ in shape, fall, or are no counts.

    >>> import numpy as np
    >>> log_e_above_path(np.array([0, 12, 30]), np.array([10, 100, 300]), 0.05).round(3).tolist()
    [-0.303, 2.785, 5.077]
    """
    from wbtest.statistics import mixture

    check_fraction("target", target)
    failed = _unconverted(converted, seen)
    log_e = mixture.log_e_above(converted, failed, target, 2.0, 2 * (1 - target) / target)
    ratio = odds_ratio(target, hoped_for)
    if ratio is None:
        return log_e
    return mixture.log_e_with_point(log_e, converted, seen, target, ratio)


def log_e_below_path(converted: Ints, seen: Ints, target: float) -> Floats:
    """Return ``log_e_below`` at every look; both arrays are totals up to each look.

    >>> import numpy as np
    >>> log_e_below_path(np.array([0, 0, 3]), np.array([10, 50, 300]), 0.05).round(3).tolist()
    [0.241, 1.371, 6.133]
    """
    from wbtest.statistics import mixture

    check_fraction("target", target)
    failed = _unconverted(converted, seen)
    return mixture.log_e_below(converted, failed, target, 2.0, 2 * (1 - target) / target)


def sequence(counts: Counts, alpha: float) -> Interval:
    """Return the confidence sequence at level 1 − alpha: it ever misses the rate ≤ alpha.

    {p₀ : E⁺(p₀) < 2/α and E⁻(p₀) < 2/α}, the prior recentred at every tested p₀.

    >>> [round(end, 4) for end in sequence(Counts(seen=300, converted=30), alpha=0.05)]
    [0.0555, 0.162]
    """
    needed = evidence_needed(alpha, arms=2)
    return Interval(_low(counts, needed, None), _high(counts, needed))


def decision_interval(
    counts: Counts,
    alpha: float,
    beta: float,
    arms: int = 1,
    settled: Counts | None = None,
    odds_ratio: float | None = None,
) -> Interval:
    """Return {p₀ : E⁺(p₀) < arms/α and E⁻(p₀) < 1/β}, which cannot contradict the verdict.

    Its low end is above the target exactly when the variant is *met*, its high end below it
    exactly when the variant is *below*. ``settled`` counts only visitors older than the conversion
    window, the ones that may speak against a target; without it all do. Where late sign-ups make
    both true, what is above prevails. ``odds_ratio`` is that of the rate hoped for to the target;
    half of the prior of E⁺ is at the rate with that ratio to the tested p₀.

    >>> [round(end, 4) for end in decision_interval(Counts(seen=400, converted=49), 0.05, 0.05)]
    [0.0814, 0.1755]
    """
    low = _low(counts, evidence_needed(alpha, arms), odds_ratio)
    high = _high(counts if settled is None else settled, evidence_needed(beta))
    return Interval(low, max(low, high))


@lru_cache(REMEMBERED)
def _low(counts: Counts, needed: float, odds_ratio: float | None) -> float:
    from wbtest.statistics import mixture

    x, f = counts.converted, counts.unconverted
    return mixture.rate_at(
        mixture.lower_log_odds(lambda t: _above(counts, t, odds_ratio), x, f, needed)
    )


@lru_cache(REMEMBERED)
def _high(counts: Counts, needed: float) -> float:
    from wbtest.statistics import mixture

    x, f = counts.converted, counts.unconverted
    return mixture.rate_at(mixture.upper_log_odds(lambda t: _below(counts, t), x, f, needed))


def _above(counts: Counts, target: float, odds_ratio: float | None) -> float:
    x, f = counts.converted, counts.unconverted
    found: float = _scalar().log_e_above(x, f, target, 2.0, 2 * (1 - target) / target)
    if odds_ratio is None:
        return found
    from wbtest.statistics import mixture

    return float(mixture.log_e_with_point(found, x, counts.seen, target, odds_ratio))


def _below(counts: Counts, target: float) -> float:
    x, f = counts.converted, counts.unconverted
    found: float = _scalar().log_e_below(x, f, target, 2.0, 2 * (1 - target) / target)
    return found


@cache
def _scalar() -> ModuleType:
    """Found once: a search asks a dozen times, and to import takes as long as to add up."""
    from wbtest.statistics import scalar

    return scalar


def _unconverted(converted: Ints, seen: Ints) -> Ints:
    from wbtest.statistics import mixture

    if converted.shape != seen.shape:
        raise ValueError(f"converted {converted.shape} and seen {seen.shape} differ in length")
    mixture.check_cumulative("converted", converted)
    mixture.check_cumulative("seen", seen)
    failed = seen - converted
    if (failed < 0).any():
        raise ValueError("converted is more than seen")
    return failed


def wilson(counts: Counts, level: float = 0.95) -> Interval:
    """Return Wilson's score interval; [0, 1] while nobody has seen the variant.

    (p̂ + z²/2n ± z √(p̂(1−p̂)/n + z²/4n²)) / (1 + z²/n); exactly 0 below no conversion and 1 above
    no failure (Wilson 1927; Brown, Cai & DasGupta 2001).

    >>> [round(end, 4) for end in wilson(Counts(seen=300, converted=30))]
    [0.0709, 0.1392]
    """
    check_fraction("level", level)
    n = counts.seen
    if n == 0:
        return Interval(0.0, 1.0)
    z = NormalDist().inv_cdf((1 + level) / 2)
    observed = counts.converted / n
    centre = observed + z * z / (2 * n)
    half = z * sqrt(observed * (1 - observed) / n + z * z / (4 * n * n))
    low = (centre - half) / (1 + z * z / n) if counts.converted else 0.0
    high = (centre + half) / (1 + z * z / n) if counts.unconverted else 1.0
    return Interval(low, high)
