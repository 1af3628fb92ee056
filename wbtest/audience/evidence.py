"""What counted in every hour of a test, of which only days that changed are read.

A verdict looks at the end of each hour, so it needs all of them: ten thousand rows after ninety
days. Those of days gone by hardly ever change, and ``DayChange`` says when they do.
"""

import threading
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple, cast
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from flask import current_app

from wbtest.audience.counts import Totals
from wbtest.audience.hour_rows import HourRows, Row
from wbtest.audience.recording.hours import day_of
from wbtest.audience.totals_models import DayChange, HourTotal
from wbtest.extensions import db
from wbtest.moments import is_one_moment
from wbtest.publishing.models import Experiment
from wbtest.store import is_writing

HOURS = cast(sa.Table, HourTotal.__table__)
CHANGES = cast(sa.Table, DayChange.__table__)
# Of all tests together. A day of six variants takes some seven kilobytes.
REMEMBERED_DAYS = 5_000
# In seconds; no clock is put forward or back by more, but for zones that skipped a whole day.
MOST_SHIFTED = 3 * 3600
ONE_DAY = timedelta(days=1)
_making_room = threading.Lock()
_NAMES = ("experiment_id", "hour", "variant", "seen", "arrived", "converted")

# A test by its id, and a local day.
Place = tuple[int, date]
# What a day was like when it was read: how often it had changed, and its totals.
Mark = tuple[int, Mapping[str, Totals]]


class DayHours(NamedTuple):
    """The hours of a day in which something counted; a row is an hour, a column a variant.

    Hours go by their start in seconds since 1970, ascending. What the columns of ``Totals`` of
    these names mean is said at ``models.HourlyCount``.
    """

    hours: Row
    seen: HourRows
    arrived: HourRows
    converted: HourRows


def by_day(
    experiments: Collection[Experiment],
    keys: Mapping[int, Sequence[str]],
    days: Mapping[Place, Mapping[str, Totals]],
) -> dict[Place, DayHours]:
    """Return the hours of each of the ``days``, in their order, by variant of ``keys``.

    ``keys`` are the columns, for each experiment. ``days`` are what ``counts.daily``
    returned at the same moment. Remembered is a day for as long as nothing of it was written: its
    ``DayChange`` and its totals are what they were. As many queries for fifty tests as for one.
    """
    return hours_of(experiments, keys, days, _changes([test.id for test in experiments]))


def hours_of(
    experiments: Collection[Experiment],
    keys: Mapping[int, Sequence[str]],
    days: Mapping[Place, Mapping[str, Totals]],
    changes: Mapping[Place, int],
) -> dict[Place, DayHours]:
    """Return the same for whoever has read, at the same moment, how often each day had changed."""
    memory: dict[Any, tuple[Mark, DayHours]]
    memory = current_app.extensions.setdefault("wbtest.day_hours", {})
    tests = {experiment.id: experiment for experiment in experiments}
    # Its totals are for processes of the version before, which write no ``DayChange``.
    marks = {place: (changes.get(place, 0), row) for place, row in days.items()}
    # The seal is of one test alone, while a number is free again when a test is deleted.
    names = {place: (tests[place[0]].seal, *place, *keys[place[0]]) for place in days}
    known = {place: memory.get(name, (None, None)) for place, name in names.items()}
    found = {
        place: hours
        for place, (mark, hours) in known.items()
        if hours is not None and mark == marks[place]
    }
    missing = [place for place in days if place not in found]
    if missing:
        found |= _read(tests, keys, missing)
        # Between two statements somebody may have written.
        after = changes if is_one_moment() else _changes(tests)
        for place in missing:
            # What a transaction wrote may be rolled back, and be counted again otherwise.
            if after.get(place, 0) == changes.get(place, 0) and not is_writing():
                _remember(memory, names[place], (marks[place], found[place]))
    return {place: found[place] for place in days}


def _changes(tests: Collection[int]) -> dict[Place, int]:
    rows = db.session.execute(
        sa.select(CHANGES.c.experiment_id, CHANGES.c.day, CHANGES.c.changes).where(
            CHANGES.c.experiment_id.in_(tests)
        )
    )
    return {(test, day): number for test, day, number in rows}


def _remember(memory: dict[Any, Any], name: Any, known: tuple[Mark, DayHours]) -> None:
    with _making_room:
        memory.pop(name, None)
        while len(memory) >= REMEMBERED_DAYS:
            # The one that was read first.
            del memory[next(iter(memory))]
        memory[name] = known


def _read(
    tests: Mapping[int, Experiment],
    keys: Mapping[int, Sequence[str]],
    places: Sequence[Place],
) -> dict[Place, DayHours]:
    """The hours of these days, from one statement."""
    spans = [_span(day, tests[test].time_zone) for test, day in places]
    asked = {test for test, _ in places}
    rows = db.session.execute(
        sa.select(*[HOURS.c[name] for name in _NAMES]).where(
            HOURS.c.experiment_id.in_(asked),
            # With the variants, too, the database finds the hours by the key of the table.
            HOURS.c.variant.in_({each.key for test in asked for each in tests[test].variants}),
            HOURS.c.hour >= min(since for since, _ in spans),
            HOURS.c.hour < max(before for _, before in spans),
        )
    )
    by_hour: defaultdict[tuple[int, int], dict[str, Row]] = defaultdict(dict)
    for test, hour, variant, *numbers in rows:
        by_hour[test, hour][variant] = tuple(numbers)
    hours: dict[Place, list[int]] = {place: [] for place in places}
    for test, hour in sorted(by_hour):
        place = (test, day_of(hour, tests[test].time_zone))
        if place in hours:
            hours[place].append(hour)
    return {
        (test, day): _table(keys[test], mine, [by_hour[test, hour] for hour in mine])
        for (test, day), mine in hours.items()
    }


def _span(day: date, zone: str) -> tuple[int, int]:
    """Seconds since 1970 between which all hours of a local day begin, and few others."""
    first, next_one = (
        datetime.combine(each, time.min, ZoneInfo(zone)).timestamp()
        for each in (day, day + ONE_DAY)
    )
    return int(first) - MOST_SHIFTED, int(next_one) + MOST_SHIFTED


def _table(
    keys: Sequence[str], hours: Sequence[int], rows: Sequence[Mapping[str, Row]]
) -> DayHours:
    nothing = (0, 0, 0)
    cells = [[row.get(key, nothing) for key in keys] for row in rows]
    seen, arrived, converted = (
        HourRows.of((tuple(cell[column] for cell in line) for line in cells), len(keys))
        for column in range(3)
    )
    return DayHours(tuple(hours), seen, arrived, converted)
