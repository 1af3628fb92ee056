"""What counted in every hour of a test, of which only days that changed are read.

A verdict looks at the end of each hour, so it needs all of them: ten thousand rows after ninety
days. Those of days gone by hardly ever change, and ``DayChange`` says when they do.
"""

import threading
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple, cast

import sqlalchemy as sa
from flask import current_app

from wbtest.audience.counts import Totals
from wbtest.audience.hour_rows import HourRows, Row
from wbtest.audience.recording.hours import day_of
from wbtest.audience.totals_models import DayChange, HourTotal
from wbtest.extensions import db
from wbtest.publishing.models import Experiment

HOURS = cast(sa.Table, HourTotal.__table__)
CHANGES = cast(sa.Table, DayChange.__table__)
# Of all tests together. A day of six variants takes some eight kilobytes.
REMEMBERED_DAYS = 5_000
# No zone is further from UTC.
FURTHEST = timedelta(hours=15)
ONE_DAY = timedelta(days=1)
_making_room = threading.Lock()

# A test by its id, a phase of it, and a local day.
Place = tuple[int, int, date]
Mark = tuple[Any, ...]


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
    keys: Mapping[tuple[int, int], Sequence[str]],
    days: Mapping[Place, Mapping[str, Totals]],
) -> dict[Place, DayHours]:
    """Return the hours of each of the ``days``, in their order, by variant of ``keys``.

    ``keys`` are the columns, for each experiment and phase. ``days`` are what ``counts.daily``
    returned at the same moment. Remembered is a day for as long as nothing of it was written: its
    ``DayChange`` and its totals are what they were. As many queries for fifty tests as for one.
    """
    memory: dict[Any, tuple[Mark, DayHours]]
    memory = current_app.extensions.setdefault("wbtest.day_hours", {})
    tests = {experiment.id: experiment for experiment in experiments}
    # A phase that began a moment after its test was read has no columns yet.
    days = {place: row for place, row in days.items() if place[:2] in keys}
    changes = _changes(tests)
    marks = {place: _mark(changes.get(place, 0), row) for place, row in days.items()}
    # The seal is of one test alone, while a number is free again when a test is deleted.
    names = {place: (tests[place[0]].seal, *place, *keys[place[:2]]) for place in days}
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
        after = _changes(tests)
        for place in missing:
            if after.get(place, 0) == changes.get(place, 0):
                _remember(memory, names[place], (marks[place], found[place]))
    return {place: found[place] for place in days}


def _changes(tests: Collection[int]) -> dict[Place, int]:
    rows = db.session.execute(
        sa.select(CHANGES.c.experiment_id, CHANGES.c.phase, CHANGES.c.day, CHANGES.c.changes).where(
            CHANGES.c.experiment_id.in_(tests)
        )
    )
    return {(test, phase, day): number for test, phase, day, number in rows}


def _mark(changes: int, row: Mapping[str, Totals]) -> Mark:
    """What a day was like when it was read.

    Its totals are for processes of the version before, which write no ``DayChange``.
    """
    numbers = ((key, each.seen, each.arrived, each.converted) for key, each in row.items())
    return (changes, *sorted(numbers))


def _remember(memory: dict[Any, Any], name: Any, known: tuple[Mark, DayHours]) -> None:
    with _making_room:
        memory.pop(name, None)
        while len(memory) >= REMEMBERED_DAYS:
            # The one that was read first.
            del memory[next(iter(memory))]
        memory[name] = known


def _read(
    tests: Mapping[int, Experiment],
    keys: Mapping[tuple[int, int], Sequence[str]],
    places: Sequence[Place],
) -> dict[Place, DayHours]:
    """The hours of these days, from one statement."""
    names = ("experiment_id", "phase", "hour", "variant", "seen", "arrived", "converted")
    days = [day for *_, day in places]
    rows = db.session.execute(
        sa.select(*[HOURS.c[name] for name in names]).where(
            HOURS.c.experiment_id.in_({test for test, *_ in places}),
            HOURS.c.hour >= _second(min(days), -FURTHEST),
            HOURS.c.hour < _second(max(days), ONE_DAY + FURTHEST),
        )
    )
    by_hour: defaultdict[tuple[int, int, int], dict[str, Row]] = defaultdict(dict)
    for test, phase, hour, variant, *numbers in rows:
        by_hour[test, phase, hour][variant] = tuple(numbers)
    hours: dict[Place, list[int]] = {place: [] for place in places}
    for test, phase, hour in sorted(by_hour):
        place = (test, phase, day_of(hour, tests[test].time_zone))
        if place in hours:
            hours[place].append(hour)
    return {
        place: _table(keys[place[:2]], mine, [by_hour[(*place[:2], hour)] for hour in mine])
        for place, mine in hours.items()
    }


def _second(day: date, later: timedelta) -> int:
    return int((datetime(day.year, day.month, day.day, tzinfo=UTC) + later).timestamp())


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
