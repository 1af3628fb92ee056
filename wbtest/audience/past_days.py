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
from wbtest.extensions import clock, db
from wbtest.moments import is_one_moment
from wbtest.publishing.models import Experiment
from wbtest.store import is_writing

# Of all tests together, a test counted as a day more: it may have none that is over. Their hours
# are those that ``evidence`` remembers, so both together take hardly more than either.
REMEMBERED_DAYS = evidence.REMEMBERED_DAYS
DAY_HOURS = 24
_changing = threading.Lock()
Row = tuple[Any, ...]
T = TypeVar("T")


class Days(NamedTuple):
    """The days of a test in order: what counted on each, by variant, and in each of its hours.

    ``sums`` are what counted on all days, by variant.
    """

    totals: Daily
    hours: dict[date, DayHours]
    sums: ByVariant


class Past(NamedTuple):
    """Days that were over when ``mark`` was what their sums said."""

    mark: Any
    totals: Daily
    hours: dict[date, DayHours]


def days_of(experiment: Experiment, keys: Sequence[str], window_hours: int) -> Days:
    """Return the days of a started experiment up to this moment, by variant of ``keys``.

    ``window_hours`` is how long after their visit somebody may convert: until then a day changes
    with every late one.
    """
    # What a transaction wrote may be rolled back, and be counted again otherwise.
    if is_writing() or not is_one_moment():
        return _all(experiment, keys)
    since = _still_changing(experiment, window_hours)
    rows = _totals(experiment, since)
    changes = _changes(experiment, since)
    mark = (since, _over(rows, day=1), _over(changes, day=0))
    memory: OrderedDict[Any, Past] = current_app.extensions.setdefault(
        "wbtest.past_days", OrderedDict()
    )
    # The seal is of one test alone, while a number is free again when a test is deleted.
    name = (experiment.seal, experiment.id, *keys)
    past = memory.get(name)
    if past is None or past.mark != mark:
        found = _all(experiment, keys)
        past = Past(mark, _before(found.totals, since), _before(found.hours, since))
        _remember(memory, name, past)
        return found
    return _together(experiment, keys, past, rows, changes)


def _totals(experiment: Experiment, since: date) -> list[Row]:
    """The sums of all earlier days, for which no day stands, and each later day."""
    is_ours = DAYS.c.experiment_id == experiment.id
    query = sa.union_all(
        sa.select(
            DAYS.c.variant,
            sa.cast(sa.null(), sa.Date).label("day"),
            *[sa.func.sum(DAYS.c[name]) for name in NAMES],
        )
        .where(is_ours, DAYS.c.day < since)
        .group_by(DAYS.c.variant),
        sa.select(DAYS.c.variant, DAYS.c.day, *[DAYS.c[name] for name in NAMES]).where(
            is_ours, DAYS.c.day >= since
        ),
    )
    return [tuple(row) for row in db.session.execute(query)]


def _changes(experiment: Experiment, since: date) -> list[Row]:
    """How often the hours of all earlier days together were written, and those of each later."""
    is_ours = CHANGES.c.experiment_id == experiment.id
    query = sa.union_all(
        sa.select(sa.cast(sa.null(), sa.Date).label("day"), sa.func.sum(CHANGES.c.changes)).where(
            is_ours, CHANGES.c.day < since
        ),
        sa.select(CHANGES.c.day, CHANGES.c.changes).where(is_ours, CHANGES.c.day >= since),
    )
    return [tuple(row) for row in db.session.execute(query)]


def sums_of(daily: Daily) -> ByVariant:
    """Return what counted on all days together, by variant."""
    parts: defaultdict[str, list[Totals]] = defaultdict(list)
    for row in daily.values():
        for variant, totals in row.items():
            parts[variant].append(totals)
    return _added(parts)


def _added(parts: Mapping[str, Sequence[Totals]]) -> ByVariant:
    return {variant: added(column) for variant, column in parts.items()}


def _still_changing(experiment: Experiment, window_hours: int) -> date:
    """The first day of those on which somebody came whose conversion may still count."""
    today = clock.now().astimezone(ZoneInfo(experiment.time_zone)).date()
    return today - timedelta(days=-(-window_hours // DAY_HOURS) + 1)


def _all(experiment: Experiment, keys: Sequence[str]) -> Days:
    """Read every day."""
    daily = counts.daily([experiment.id])[experiment.id]
    hours = evidence.by_day([experiment], {experiment.id: keys}, _placed(experiment, daily))
    return Days(daily, _unplaced(hours), sums_of(daily))


def _together(
    experiment: Experiment,
    keys: Sequence[str],
    past: Past,
    rows: Sequence[Row],
    changes: Sequence[Row],
) -> Days:
    """The days that are past, and those that were just read."""
    recent: Daily = {}
    parts: defaultdict[str, list[Totals]] = defaultdict(list)
    for variant, day, *numbers in rows:
        totals = Totals(*numbers)
        parts[variant].append(totals)
        if day is not None:
            recent.setdefault(day, {})[variant] = totals
    changed = {(experiment.id, day): number for day, number in changes if day}
    placed, columns = _placed(experiment, recent), {experiment.id: keys}
    hours = evidence.hours_of([experiment], columns, placed, changed)
    return Days(
        _in_order(past.totals | recent), _in_order(past.hours | _unplaced(hours)), _added(parts)
    )


def _in_order(days: Mapping[date, T]) -> dict[date, T]:
    """They may come in any order."""
    return {day: days[day] for day in sorted(days)}


def _placed(experiment: Experiment, daily: Daily) -> dict[evidence.Place, ByVariant]:
    return {(experiment.id, day): row for day, row in daily.items()}


def _unplaced(hours: Mapping[evidence.Place, DayHours]) -> dict[date, DayHours]:
    return {day: found for (_, day), found in hours.items()}


def _before(days: Mapping[date, T], since: date) -> dict[date, T]:
    return {day: found for day, found in days.items() if day < since}


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
