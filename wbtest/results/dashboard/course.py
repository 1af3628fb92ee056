"""How each variant's rate and its decision interval came to be what they are, day by day. Pure.

An interval is the one of the verdict as it stood when its day was over. It is never wider for what
was known later, and safe to watch.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import accumulate
from typing import NamedTuple

from wbtest import statistics
from wbtest.results.drawing import midnight_after
from wbtest.results.figures import Results
from wbtest.statistics import Counts, Interval

# More points than this a line does not need, and each costs two searches for a root.
MOST_POINTS = 30
# Of each variant: seen, converted so far, and those of the seen who converted whenever they did.
Sums = tuple[tuple[int, int, int], ...]


class Point(NamedTuple):
    """A variant when a day was over: what had been counted of it by then."""

    at: datetime
    counts: Counts
    interval: Interval


def course_of(results: Results) -> list[list[Point]]:
    """Return the points of each variant, in the sealed order; the last one is now."""
    rule = results.rule
    last = min(results.life.now, results.life.final_at(rule))
    days = results.life.days_until(last)
    ends = [midnight_after(day, results.life.time_zone) for day in days]
    window = timedelta(hours=rule.conversion_window_hours)
    sums = _sums(results, days)
    points: list[list[Point]] = [[] for _ in results.variants]
    for place in _shown(len(days) - 1):
        at = ends[place]
        # Who was seen on a day is settled once the window after that day is over.
        old = sum(end + window <= at for end in ends[: place + 1])
        for k, path in enumerate(points):
            counts = _arrived(sums[place + 1], k)
            interval = statistics.decision_interval(
                counts, rule.alpha, rule.beta, len(points), _settled(sums[old], k)
            )
            path.append(Point(at, counts, interval))
    for path, variant in zip(points, results.variants, strict=True):
        counts = Counts(variant.totals.seen, variant.totals.converted)
        path.append(Point(last, counts, variant.decision))
    return points


def _sums(results: Results, days: Sequence[date]) -> list[Sums]:
    """What had been counted after each number of days, from none to all."""
    nothing: Sums = tuple((0, 0, 0) for _ in results.variants)
    rows = [
        tuple((each.seen, each.arrived, each.converted) for each in results.days[day])
        if day in results.days
        else nothing
        for day in days
    ]
    return list(accumulate([nothing, *rows], _add))


def _add(one: Sums, other: Sums) -> Sums:
    return tuple((a[0] + b[0], a[1] + b[1], a[2] + b[2]) for a, b in zip(one, other, strict=True))


def _arrived(sums: Sums, k: int) -> Counts:
    return Counts(sums[k][0], sums[k][1])


def _settled(sums: Sums, k: int) -> Counts:
    return Counts(sums[k][0], sums[k][2])


def _shown(count: int) -> list[int]:
    """Which of the days that are over to draw, the last one among them."""
    step = -(-count // MOST_POINTS) or 1
    return sorted(range(count - 1, -1, -step))
