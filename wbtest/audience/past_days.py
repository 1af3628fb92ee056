"""The days of one test, of which only those are read that can still change.

Once its visitors' conversion windows are over, a day hardly ever changes. Sums over all such days
tell whether one did, and then all are read anew. A page of a test that runs for 90 days so reads
three of them.
"""

from __future__ import annotations

import threading
from collections import OrderedDict, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from flask import current_app

from wbtest.audience import counts, evidence
from wbtest.audience.counts import DAYS, NAMES, ByVariant, Daily, Totals, added
from wbtest.audience.evidence import CHANGES, DayHours
from wbtest.extensions import clock
from wbtest.moments import is_one_moment
from wbtest.publishing.models import Experiment
from wbtest.question import Question
from wbtest.store import is_writing

# Of all tests together, a test counted as a day more: it may have none that is over. Their hours
# are those that ``evidence`` remembers, so both together take hardly more than either.
REMEMBERED_DAYS = evidence.REMEMBERED_DAYS
DAY_HOURS = 24
_changing = threading.Lock()

_IS_OURS = DAYS.c.experiment_id == sa.bindparam("experiment_id")
_DAYS = Question(
    sa.union_all(
        sa.select(
            DAYS.c.phase,
            DAYS.c.variant,
            sa.cast(sa.null(), sa.Date).label("day"),
            *[sa.func.sum(DAYS.c[name]) for name in NAMES],
        )
        .where(_IS_OURS, DAYS.c.day < sa.bindparam("since"))
        .group_by(DAYS.c.phase, DAYS.c.variant),
        sa.select(
            DAYS.c.phase, DAYS.c.variant, DAYS.c.day, *[DAYS.c[name] for name in NAMES]
        ).where(_IS_OURS, DAYS.c.day >= sa.bindparam("since")),
    )
)
_CHANGED = CHANGES.c.experiment_id == sa.bindparam("experiment_id")
_CHANGES = Question(
    sa.union_all(
        sa.select(
            CHANGES.c.phase,
            sa.cast(sa.null(), sa.Date).label("day"),
            sa.func.sum(CHANGES.c.changes),
        )
        .where(_CHANGED, CHANGES.c.day < sa.bindparam("since"))
        .group_by(CHANGES.c.phase),
        sa.select(CHANGES.c.phase, CHANGES.c.day, CHANGES.c.changes).where(
            _CHANGED, CHANGES.c.day >= sa.bindparam("since")
        ),
    )
)
# A phase and a local day of it.
When = tuple[int, date]
Row = tuple[Any, ...]
T = TypeVar("T")


class Days(NamedTuple):
    """The days of a test in order: what counted on each, by variant, and in each of its hours.

    ``sums`` are what counted on all days of a phase, by variant.
    """

    totals: Daily
    hours: dict[When, DayHours]
    sums: dict[int, ByVariant]


class Past(NamedTuple):
    """Days that were over when ``mark`` was what their sums said."""

    mark: Any
    totals: Daily
    hours: dict[When, DayHours]


def days_of(
    experiment: Experiment, keys: Mapping[tuple[int, int], Sequence[str]], window_hours: int
) -> Days:
    """Return the days of a started experiment up to this moment; ``keys`` as for ``by_day``.

    ``window_hours`` is how long after their visit somebody may convert: until then a day changes
    with every late one.
    """
    # What a transaction wrote may be rolled back, and be counted again otherwise.
    if is_writing() or not is_one_moment(_DAYS.query):
        return _all(experiment, keys)
    since = _still_changing(experiment, window_hours)
    rows = _DAYS.ask(experiment_id=experiment.id, since=since)
    changes = _CHANGES.ask(experiment_id=experiment.id, since=since)
    mark = (since, _over(rows, day=2), _over(changes, day=1))
    memory: OrderedDict[Any, Past] = current_app.extensions.setdefault(
        "wbtest.past_days", OrderedDict()
    )
    # The seal is of one test alone, while a number is free again when a test is deleted.
    name = (experiment.seal, experiment.id, *((*place, *row) for place, row in keys.items()))
    past = memory.get(name)
    if past is None or past.mark != mark:
        found = _all(experiment, keys)
        past = Past(mark, _before(found.totals, since), _before(found.hours, since))
        _remember(memory, name, past)
        return found
    return _together(experiment, keys, past, rows, changes)


def sums_of(daily: Daily) -> dict[int, ByVariant]:
    """Return what counted on all days of a phase together, by phase and variant."""
    parts: defaultdict[tuple[int, str], list[Totals]] = defaultdict(list)
    for (phase, _), row in daily.items():
        for variant, totals in row.items():
            parts[phase, variant].append(totals)
    return _added(parts)


def _added(parts: Mapping[tuple[int, str], Sequence[Totals]]) -> dict[int, ByVariant]:
    sums: dict[int, ByVariant] = {}
    for (phase, variant), column in parts.items():
        sums.setdefault(phase, {})[variant] = added(column)
    return sums


def _still_changing(experiment: Experiment, window_hours: int) -> date:
    """The first day of those on which somebody came whose conversion may still count."""
    today = clock.now().astimezone(ZoneInfo(experiment.time_zone)).date()
    return today - timedelta(days=-(-window_hours // DAY_HOURS) + 1)


def _all(experiment: Experiment, keys: Mapping[tuple[int, int], Sequence[str]]) -> Days:
    """Read every day."""
    daily = counts.daily([experiment.id])[experiment.id]
    hours = evidence.by_day([experiment], keys, _placed(experiment, daily))
    return Days(daily, _unplaced(hours), sums_of(daily))


def _together(
    experiment: Experiment,
    keys: Mapping[tuple[int, int], Sequence[str]],
    past: Past,
    rows: Sequence[Row],
    changes: Sequence[Row],
) -> Days:
    """The days that are past, and those that were just read."""
    recent: Daily = {}
    parts: defaultdict[tuple[int, str], list[Totals]] = defaultdict(list)
    for phase, variant, day, *numbers in rows:
        totals = Totals(*numbers)
        parts[phase, variant].append(totals)
        if day is not None:
            recent.setdefault((phase, day), {})[variant] = totals
    changed = {(experiment.id, phase, day): number for phase, day, number in changes if day}
    hours = evidence.hours_of([experiment], keys, _placed(experiment, recent), changed)
    return Days(
        _in_order(past.totals | recent), _in_order(past.hours | _unplaced(hours)), _added(parts)
    )


def _in_order(days: Mapping[When, T]) -> dict[When, T]:
    """They may come in any order, and a test may count in two phases on one day."""
    return {when: days[when] for when in sorted(days)}


def _placed(experiment: Experiment, daily: Daily) -> dict[evidence.Place, ByVariant]:
    return {(experiment.id, *when): row for when, row in daily.items()}


def _unplaced(hours: Mapping[evidence.Place, DayHours]) -> dict[When, DayHours]:
    return {(phase, day): found for (_, phase, day), found in hours.items()}


def _before(days: Mapping[When, T], since: date) -> dict[When, T]:
    return {when: found for when, found in days.items() if when[1] < since}


def _over(rows: Sequence[Row], day: int) -> frozenset[Row]:
    """The sums among the rows, which are of no day; it stands at this place."""
    return frozenset(row for row in rows if row[day] is None)


def _remember(memory: OrderedDict[Any, Past], name: Any, past: Past) -> None:
    with _changing:
        memory[name] = past
        memory.move_to_end(name)
        days = sum(1 + len(each.totals) for each in memory.values())
        while days > REMEMBERED_DAYS:
            _, former = memory.popitem(last=False)
            days -= 1 + len(former.totals)
