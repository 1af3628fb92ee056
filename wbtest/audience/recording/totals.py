"""The coarser roll-ups, added to with every group, and proved by the recount of the hourly ones.

Knows tables alone; which of them a page reads is for ``audience.counts`` to say.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from functools import cache
from typing import Any, cast

import sqlalchemy as sa

from wbtest.audience.recording import rows as kept
from wbtest.audience.recording.cells import COLUMNS, Cell, Facts, Tally
from wbtest.audience.recording.hours import day_of
from wbtest.audience.recording.rows import Row
from wbtest.audience.totals_models import DayTotal, HourTotal, KindTotal

DAY_TOTALS = cast(sa.Table, DayTotal.__table__)
HOUR_TOTALS = cast(sa.Table, HourTotal.__table__)
KIND_TOTALS = cast(sa.Table, KindTotal.__table__)
TABLES = (HOUR_TOTALS, DAY_TOTALS, KIND_TOTALS)
Key = tuple[Any, ...]
Sums = Counter[tuple[Key, str]]


def add(connection: sa.Connection, tally: Tally, facts: Mapping[int, Facts]) -> None:
    """Add what people did to the totals by hour, day and kind."""
    for table, sums in _people(tally, facts):
        kept.add(connection, table, _rows(table, sums))


def rebuild(connection: sa.Connection, experiment_id: int, tally: Tally, facts: Facts) -> None:
    """Make them what ``tally``, the recount, says, inside the caller's write transaction."""
    for table in TABLES:
        connection.execute(sa.delete(table).where(table.c.experiment_id == experiment_id))
    add(connection, tally, {experiment_id: facts})


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
    return found


def _people(tally: Tally, facts: Mapping[int, Facts]) -> list[tuple[sa.Table, Sums]]:
    """What the tally adds to each table."""
    by_hour: Sums = Counter()
    by_day: Sums = Counter()
    by_kind: Sums = Counter()
    for (cell, column), number in tally.items():
        experiment_id, variant, hour, *kind = cell
        by_kind[(experiment_id, variant, *kind), column] += number
        if _is_by_rule(cell, facts[experiment_id]):
            by_hour[(experiment_id, variant, hour), column] += number
    # From the few hours, since to ask for a day takes as long as ten sums.
    for (key, column), number in by_hour.items():
        *place, hour = key
        by_day[(*place, day_of(hour, facts[key[0]].zone)), column] += number
    return [(HOUR_TOTALS, by_hour), (DAY_TOTALS, by_day), (KIND_TOTALS, by_kind)]


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


def _describe(key: Key) -> str:
    return ", ".join(str(part) for part in key if part != "")
