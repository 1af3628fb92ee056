"""How each variant's rate and its decision interval came to be what they are, day by day. Pure.

An interval is the one of the verdict as it stood when its day was over, from the evidence of all
phases. It is never wider for what was known later, and safe to watch.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import accumulate
from typing import NamedTuple

from wbtest.results.drawing import midnight_after
from wbtest.results.figures import PhaseRates, Results
from wbtest.results.intervals import decision_interval
from wbtest.results.statistics import Counts, Interval

# More points than this a line does not need, and each costs two searches for a root.
MOST_POINTS = 30
# Of each variant: seen, converted so far, and those of the seen who converted whenever they did.
Sums = tuple[tuple[int, int, int], ...]


class Point(NamedTuple):
    """A variant when a day was over: what ``phase``, which ran then, had counted of it by then."""

    at: datetime
    phase: int
    counts: Counts
    interval: Interval


def course_of(results: Results) -> list[list[Point]]:
    """Return the points of each variant, in the sealed order; the last one is now."""
    last = min(results.life.now, results.life.final_at(results.rule))
    days = results.life.days_until(last)
    ends = [midnight_after(day, results.life.time_zone) for day in days]
    window = timedelta(hours=results.rule.conversion_window_hours)
    sums = [_sums(results, phase, days) for phase in results.phases]
    points: list[list[Point]] = [[] for _ in results.variants]
    for place in _shown(len(days) - 1):
        at = ends[place]
        running = max(sum(phase.started_at < at for phase in results.phases), 1)
        # Who was seen on a day is settled once the window after that day is over.
        old = sum(end + window <= at for end in ends[: place + 1])
        for k in range(len(results.variants)):
            counted = [_arrived(phase[place + 1], k) for phase in sums]
            interval = decision_interval(
                counted,
                [_settled(phase[old], k) for phase in sums],
                alpha=results.rule.alpha,
                beta=results.rule.beta,
                arms=len(results.variants),
            )
            points[k].append(Point(at, running, counted[running - 1], interval))
    for k, variant in enumerate(results.variants):
        counts = Counts(variant.totals.seen, variant.totals.converted)
        points[k].append(Point(last, results.phase, counts, variant.decision))
    return points


def _sums(results: Results, phase: PhaseRates, days: Sequence[date]) -> list[Sums]:
    """What a phase had counted after each number of days, from none to all."""
    nothing: Sums = tuple((0, 0, 0) for _ in phase.weights)
    rows = [nothing]
    for day in days:
        row = results.days.get((phase.number, day))
        # A weight of 0 says that nobody new was shown the variant: the phase says nothing of it.
        rows.append(
            tuple(
                (totals.seen, totals.arrived, totals.converted) if weight else (0, 0, 0)
                for totals, weight in zip(row, phase.weights, strict=True)
            )
            if row
            else nothing
        )
    return list(accumulate(rows, _add))


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
