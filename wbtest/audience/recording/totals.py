"""The coarser roll-ups, added to with every group, and proved by the recount of the hourly ones.

Knows tables alone; which of them a page reads is for ``audience.counts`` to say.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from functools import cache
from typing import Any, cast

import sqlalchemy as sa

from wbtest.audience.models import MachineCount
from wbtest.audience.recording import rows as kept
from wbtest.audience.recording.cells import COLUMNS, Cell, Facts, Tally
from wbtest.audience.recording.hours import clock_of, day_of
from wbtest.audience.recording.rows import Row
from wbtest.audience.totals_models import (
    ClockTotal,
    DayTotal,
    HourTotal,
    KindTotal,
    MachineTotal,
)

MACHINE_COUNTS = cast(sa.Table, MachineCount.__table__)
DAY_TOTALS = cast(sa.Table, DayTotal.__table__)
HOUR_TOTALS = cast(sa.Table, HourTotal.__table__)
CLOCK_TOTALS = cast(sa.Table, ClockTotal.__table__)
KIND_TOTALS = cast(sa.Table, KindTotal.__table__)
MACHINE_TOTALS = cast(sa.Table, MachineTotal.__table__)
TABLES = (HOUR_TOTALS, DAY_TOTALS, CLOCK_TOTALS, KIND_TOTALS, MACHINE_TOTALS)
# Experiment, variant, hour, reason and family.
Machines = Mapping[tuple[int, str, int, str, str], int]
Key = tuple[Any, ...]
Sums = Counter[tuple[Key, str]]


def add_people(connection: sa.Connection, tally: Tally, facts: Mapping[int, Facts]) -> None:
    """Add what people did to the totals by hour, day, hour of the day and kind."""
    for table, sums in _people(tally, facts):
        kept.add(connection, table, _rows(table, sums))


def add_machines(connection: sa.Connection, machines: Machines) -> None:
    """Add requests of machines to the roll-up over families."""
    totals: Counter[Key] = Counter()
    for (experiment_id, variant, _, reason, family), number in machines.items():
        totals[experiment_id, variant, reason, family] += number
    names = [column.name for column in MACHINE_TOTALS.columns]
    rows = [dict(zip(names, (*key, number), strict=True)) for key, number in totals.items()]
    kept.add(connection, MACHINE_TOTALS, rows)


def rebuild(connection: sa.Connection, experiment_id: int, tally: Tally, facts: Facts) -> None:
    """Make them what ``tally``, the recount, and the hourly counters of machines say.

    Inside the caller's write transaction.
    """
    for table in TABLES:
        connection.execute(sa.delete(table).where(table.c.experiment_id == experiment_id))
    add_people(connection, tally, {experiment_id: facts})
    names = ["experiment_id", "variant", "reason", "family"]
    places = [MACHINE_COUNTS.c[name] for name in names]
    sums = sa.select(*places, sa.func.sum(MACHINE_COUNTS.c["count"])).group_by(*places)
    rows = sums.where(MACHINE_COUNTS.c.experiment_id == experiment_id)
    connection.execute(sa.insert(MACHINE_TOTALS).from_select([*names, "count"], rows))


def differences(
    connection: sa.Connection, experiment_id: int, tally: Tally, facts: Facts
) -> list[str]:
    """Return a line for each total that is not what its hours add up to.

    ``tally`` is the hourly roll-up, which was proved before.
    """
    found = []
    for table, right in _people(tally, {experiment_id: facts}):
        stored: Sums = Counter()
        is_ours = table.c.experiment_id == experiment_id
        for row in connection.execute(sa.select(table).where(is_ours)):
            key, numbers = row[: -len(COLUMNS)], row[-len(COLUMNS) :]
            stored.update({(key, column): n for column, n in zip(COLUMNS, numbers, strict=True)})
        found += [
            f"{table.name} {_describe(key)}: {column} is {stored[key, column]}, its hours say "
            f"{right[key, column]}"
            for key, column in sorted(right.keys() | stored.keys())
            if right[key, column] != stored[key, column]
        ]
    return found + _machine_differences(connection, experiment_id)


def _people(tally: Tally, facts: Mapping[int, Facts]) -> list[tuple[sa.Table, Sums]]:
    """What the tally adds to each table."""
    by_hour: Sums = Counter()
    by_day: Sums = Counter()
    by_clock: Sums = Counter()
    by_kind: Sums = Counter()
    for (cell, column), number in tally.items():
        experiment_id, variant, hour, *kind = cell
        by_kind[(experiment_id, variant, *kind), column] += number
        if _is_by_rule(cell, facts[experiment_id]):
            by_hour[(experiment_id, variant, hour), column] += number
    # From the few hours, since to ask for a day takes as long as ten sums.
    for (key, column), number in by_hour.items():
        *place, hour = key
        zone = facts[key[0]].zone
        by_day[(*place, day_of(hour, zone)), column] += number
        by_clock[(*place, clock_of(hour, zone)), column] += number
    return [
        (HOUR_TOTALS, by_hour),
        (DAY_TOTALS, by_day),
        (CLOCK_TOTALS, by_clock),
        (KIND_TOTALS, by_kind),
    ]


def _is_by_rule(cell: Cell, facts: Facts) -> bool:
    is_counted_source = facts.sources is None or cell.source in facts.sources
    return cell.excluded_because == "" and is_counted_source


def _rows(table: sa.Table, sums: Sums) -> list[Row]:
    """The totals as rows, leaving out what adds nothing."""
    found: defaultdict[Key, Row] = defaultdict(lambda: dict.fromkeys(COLUMNS, 0))
    for (key, column), number in sums.items():
        if number:
            found[key][column] = number
    names = _key_of(table)
    return [dict(zip(names, key, strict=True)) | row for key, row in found.items()]


@cache
def _key_of(table: sa.Table) -> tuple[str, ...]:
    return tuple(column.name for column in table.primary_key)


def _machine_differences(connection: sa.Connection, experiment_id: int) -> list[str]:
    found = []
    sums: list[dict[Key, int]] = []
    for table in (MACHINE_TOTALS, MACHINE_COUNTS):
        names = [table.c.variant, table.c.reason, table.c.family]
        rows = connection.execute(
            sa.select(*names, sa.func.sum(table.c["count"]))
            .where(table.c.experiment_id == experiment_id)
            .group_by(*names)
        )
        sums.append({tuple(key): number for *key, number in rows})
    stored, right = sums
    for key in sorted(right.keys() | stored.keys()):
        if stored.get(key, 0) != right.get(key, 0):
            what = f"{MACHINE_TOTALS.name} {_describe((experiment_id, *key))}"
            found.append(f"{what}: {stored.get(key, 0)}, its hours say {right.get(key, 0)}")
    return found


def _describe(key: Key) -> str:
    return ", ".join(str(part) for part in key if part != "")
