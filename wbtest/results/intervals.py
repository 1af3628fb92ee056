"""A rate's intervals over one phase or several, so drawn that they cannot contradict a verdict.

Pure. With one phase these are the intervals of ``statistics``; with more, the evidence of all
phases against a rate is added up, as the verdict does.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from wbtest.results import statistics
from wbtest.results.statistics import Counts, Interval

# An end depends on its counts alone, so one that was found once is found: most variants of most
# experiments stand as they stood a moment ago.
REMEMBERED = 4096


def decision_interval(
    totals: Sequence[Counts], settled: Sequence[Counts], *, alpha: float, beta: float, arms: int
) -> Interval:
    """Return {p₀ : E⁺(p₀) < arms/α and E⁻(p₀) < 1/β}; an entry of the lists is a phase.

    Its low end is above the target exactly when the variant is, its high end below exactly when
    the variant is. Only the ``settled``, whose conversion window is over, may speak against a rate.
    Where late sign-ups make both true, what is above prevails.

    >>> one = [Counts(seen=400, converted=49)]
    >>> [round(end, 4) for end in decision_interval(one, one, alpha=0.05, beta=0.05, arms=1)]
    [0.0814, 0.1755]
    """
    low = _low(tuple(totals), statistics.evidence_needed(alpha, arms))
    return Interval(low, max(low, _high(tuple(settled), statistics.evidence_needed(beta))))


def sequence(totals: Sequence[Counts], alpha: float) -> Interval:
    """Return the confidence sequence at level 1 − alpha; an entry of ``totals`` is a phase.

    >>> [round(end, 4) for end in sequence([Counts(seen=300, converted=30)], alpha=0.05)]
    [0.0555, 0.162]
    """
    needed = statistics.evidence_needed(alpha, arms=2)
    phases = tuple(totals)
    return Interval(_low(phases, needed), _high(phases, needed))


@lru_cache(REMEMBERED)
def _low(phases: tuple[Counts, ...], needed: float) -> float:
    from wbtest.results.statistics import mixture

    # At the highest rate observed no phase speaks for more, so the search begins with no evidence.
    start = max(phases, key=lambda counts: counts.rate or 0.0)
    above = statistics.together_above(phases)
    odds = mixture.lower_log_odds(above, start.converted, start.unconverted, needed)
    return mixture.rate_at(odds)


@lru_cache(REMEMBERED)
def _high(phases: tuple[Counts, ...], needed: float) -> float:
    from wbtest.results.statistics import mixture

    start = min(phases, key=lambda counts: 1.0 if counts.rate is None else counts.rate)
    below = statistics.together_below(phases)
    odds = mixture.upper_log_odds(below, start.converted, start.unconverted, needed)
    return mixture.rate_at(odds)
