"""How many more visitors and days a verdict will take, if they come and sign up as so far. Pure.

An estimate *for information*: the verdict itself never rests on it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import ceil, floor
from typing import TYPE_CHECKING

from msgspec import Struct

from wbtest import statistics
from wbtest.publishing.rule import Hypothesis
from wbtest.results.evidence_path import HourCounts
from wbtest.results.verdict import RunPeriod
from wbtest.statistics import Counts

if TYPE_CHECKING:
    from wbtest.statistics.mixture import Floats, Ints

# With fewer visitors than this a rate says nothing about what will come.
FEWEST = 30
DAY = 24 * 3600
RECENT_DAYS = 7
# So many numbers of visitors are worked out at once.
AT_ONCE = 30


class Outlook(Struct, frozen=True):
    """What is missing before a verdict: ``visitors`` over all variants, and whole ``days``.

    ``days`` is None while nobody comes. ``is_cap``: no verdict is in sight at the rates so far, so
    ``visitors`` are those until the most that the rule allows. ``is_too_slow``: the last day comes
    before them.
    """

    visitors: int
    days: int | None
    is_cap: bool = False
    is_too_slow: bool = False


def estimate_remaining(rule: Hypothesis, hours: HourCounts, life: RunPeriod) -> Outlook:
    """Return what is still missing."""
    seen = sum(counts.seen for counts in hours.totals())
    most = max(rule.maximum_visitors - seen, 0)
    more = _more_for_a_verdict(rule, hours, life, most)
    visitors = max(most if more is None else more, rule.minimum_visitors - seen)
    days_left = (life.over_at(rule) - life.now).total_seconds() / DAY
    days_to_ripe = ceil(max((life.ripe_at(rule) - life.now).total_seconds(), 0) / DAY)
    daily = _daily(hours, life)
    if visitors and not daily:
        return Outlook(visitors, days_to_ripe or None, more is None)
    days = max(ceil(visitors / daily) if visitors else 0, days_to_ripe, 1)
    return Outlook(visitors, days, more is None, days > days_left + 1)


def rounded(visitors: int) -> int:
    """An estimate in two significant digits, up.

    >>> rounded(1234), rounded(226), rounded(87)
    (1300, 230, 87)
    """
    step: int = 10 ** max(len(str(visitors)) - 2, 0)
    return ceil(visitors / step) * step


def _more_for_a_verdict(
    rule: Hypothesis, hours: HourCounts, life: RunPeriod, most: int
) -> int | None:
    """How many more visitors in all, at the rates so far; None when ``most`` will not do."""
    totals = hours.totals()
    if min(counts.seen for counts in totals) < FEWEST:
        return None
    shares = [weight / sum(hours.weights) for weight in hours.weights]
    enough = statistics.evidence_needed(rule.alpha, len(hours.weights))
    enough_below = statistics.evidence_needed(rule.beta)

    def above(x: Ints, n: Ints) -> Floats:
        return statistics.log_e_above_path(x, n, rule.target) - enough

    def below(x: Ints, n: Ints) -> Floats:
        return statistics.log_e_below_path(x, n, rule.target) - enough_below

    promising = [
        (counts, share)
        for counts, share in zip(totals, shares, strict=True)
        if counts.converted > rule.target * counts.seen
    ]
    if promising:
        return _more(promising, most, above, is_one_enough=True)
    settled = hours.settled(int(life.now.timestamp()) - rule.conversion_window_hours * 3600)
    on_the_way = sum(c.seen for c in totals) - sum(c.seen for c in settled)
    waiting = list(zip(settled, shares, strict=True))
    more = _more(waiting, most + on_the_way, below, is_one_enough=False)
    return None if more is None else max(more - on_the_way, 0)


def _more(
    variants: Sequence[tuple[Counts, float]],
    most: int,
    margin: Callable[[Ints, Ints], Floats],
    *,
    is_one_enough: bool,
) -> int | None:
    """The fewest further visitors in all after which ``margin`` was not negative for one or all.

    ``variants`` are counts and the share of visitors to come.
    """
    import numpy as np

    steps = np.unique(np.geomspace(1, most + 1, num=120).astype(np.int64)) - 1
    seen, converted, share, rate = (
        np.array(column)
        for column in zip(
            *((c.seen, c.converted, share, c.rate or 0.0) for c, share in variants), strict=True
        )
    )
    is_reached = np.zeros(len(variants), dtype=bool)
    # Near ones first: the rest is worked out only where they are too few.
    for first in range(0, len(steps), AT_ONCE):
        part = steps[first : first + AT_ONCE]
        come = part[:, None] * share
        n = seen + come.astype(np.int64)
        x = converted + (come * rate).astype(np.int64)
        ever = np.logical_or.accumulate(margin(x, n) >= 0) | is_reached
        is_enough = ever.any(axis=1) if is_one_enough else ever.all(axis=1)
        if is_enough.any():
            return int(part[is_enough.argmax()])
        is_reached = ever[-1]
    return None


def _daily(hours: HourCounts, life: RunPeriod) -> float:
    """Visitors a day over the last week, or since the start."""
    now = life.now.timestamp()
    start = max(hours.started, now - RECENT_DAYS * DAY)
    seen = int((hours.seen_until[-1] - hours.seen_until[hours.begun(floor(start))]).sum())
    return seen * DAY / max(now - start, 3600)
