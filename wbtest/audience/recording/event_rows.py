"""How rows of events and of counts are written, whichever process comes first.

Of an event only the earliest row is kept; counts are added to what is there.

A visitor told apart by a hash carries no source along, so theirs is that of their first visit.
Anybody can make up a new source with each visit. A source is part of the key of the roll-ups, so
each new one slows down whatever reads them, for good: sources beyond the cap are recorded as
*Other*, but never one that the rule counts.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any, NamedTuple

import sqlalchemy as sa
from msgspec.structs import replace

from wbtest import driver, store
from wbtest.audience.models import KIND_TOTALS, VISITS
from wbtest.audience.recording.counting_rules import (
    SUSPECTED,
    CountingRules,
    EventRow,
    SightingRow,
    SignupRow,
    VisitRow,
)
from wbtest.audience.recording.events import OF_THE_VISIT, Event
from wbtest.publishing.sources import DIRECT, SITES

# When and where an event happened. Of two rows with one key the one that sorts first is kept.
PLACE = ("at_us", "variant", "visitor", "source", "device", "language", "excluded_because")
# PostgreSQL takes so many and more faster by COPY, which costs a way there and back.
ROWS_TO_COPY = 50

RowValues = dict[str, Any]
Key = tuple[Any, ...]
# A visit that is not stored, or no longer, has no source that anybody knows.
UNKNOWN_SOURCE = "unknown"
MOST_SOURCES = 1_000
# Sources are in lower case, so no visitor and no rule can name this one.
OTHER_SOURCE = "Other"
# Nobody makes these up, and no crowd of made-up ones takes their room.
USUAL = (DIRECT, UNKNOWN_SOURCE, *SITES)
_KNOWN = (
    "SELECT DISTINCT source FROM kind_totals "  # noqa: S608 - marks
    f"WHERE experiment_id = ? AND source IN ({driver.MANY})"
)


EVENT_ROWS: dict[str, type[EventRow]] = {
    "visits": VisitRow,
    "sightings": SightingRow,
    "signups": SignupRow,
}


class UpsertPlan(NamedTuple):
    """Rows that are new, and pairs of a row and the stored one that it changes."""

    new: list[Any]
    moved: list[tuple[Any, Any]]


def plan_upsert(rows: Iterable[EventRow], stored: Iterable[EventRow]) -> UpsertPlan:
    """Return what rows change where others are ``stored``: of two with one key the earlier. Pure.

    Processes commit in any order, so the row that is there may have happened after one that comes
    now: then its time and place become those of the earlier one, the rest stays. A row that counts
    takes the place of one that does not, and any row that of a suspected one, of which nothing
    stays: its sender may have had no right to the address.
    """
    best: dict[Key, EventRow] = {}
    # In the order of the key: the index is then read and written from left to right.
    for row in sorted(rows):
        key = key_of(row)
        if key not in best or _rank(row) < _rank(best[key]):
            best[key] = row
    moved = []
    for row in stored:
        mine = best.pop(key_of(row), None)
        if mine is not None and _rank(mine) < _rank(row):
            moved.append((mine, row))
    return UpsertPlan([*best.values()], moved)


def moved_row(row: Any, stored: Any) -> Any:
    """Return what becomes of a stored row that this one moves. Pure."""
    names = row._fields if reclaims(row, stored) else PLACE
    return stored._replace(**{name: getattr(row, name) for name in names})


def key_of(row: EventRow) -> Key:
    """The primary key of a row."""
    return row[: 2 if isinstance(row, SignupRow) else 3]


def find_rows(
    connection: sa.Connection, table: sa.Table, pairs: Iterable[tuple[Any, Any]], by: str = ""
) -> list[Any]:
    """Return the stored rows of these experiments and visitors, or email keys, as rows.

    ``by`` names the second column where it is not the key's. Asked beforehand, which is right as
    only one transaction at a time writes events.
    """
    kind: Any = EVENT_ROWS[table.name]
    text = _finding(table, by or kind._fields[1])
    return [*map(kind._make, driver.ask_pairs(connection, text, pairs))]


def apply_plan(connection: sa.Connection, table: sa.Table, rows: UpsertPlan) -> None:
    """Insert what is new, and change what is there."""
    _insert(connection, table, rows.new)
    for row, stored in rows.moved:
        _move(connection, table, row, row._fields if reclaims(row, stored) else PLACE)


def reclaims(row: Any, stored: Any) -> bool:
    """Whether the row takes an address back from a machine."""
    return bool(stored.excluded_because == SUSPECTED != row.excluded_because)


def add_counts(connection: sa.Connection, table: sa.Table, rows: Sequence[RowValues]) -> None:
    """Add the counts of the rows to the rows of the same key, inserting those that are not there.

    Every column outside the primary key is a count. No two rows have one key.
    """
    if not rows:
        return
    names = tuple(rows[0])
    adding = _adding(table, connection.dialect.name)
    driver.insert(connection, table, names, [tuple(row.values()) for row in rows], adding)
    counts = _count_names(table)
    # A row whose counts are all 0 is deleted, as a recount from scratch would not make it.
    if lessened := [row for row in rows if any(row[name] < 0 for name in counts)]:
        keys = [column.name for column in table.primary_key]
        renamed = [{f"the_{name}": row[name] for name in keys} for row in lessened]
        connection.execute(_clearing(table), renamed)


@cache
def _count_names(table: sa.Table) -> tuple[str, ...]:
    return tuple(column.name for column in table.columns if not column.primary_key)


@cache
def _clearing(table: sa.Table) -> Any:
    """The statement that deletes the row of a key if all its counts are 0."""
    is_it = [column == sa.bindparam(f"the_{column.name}") for column in table.primary_key]
    is_nothing = [column == 0 for column in table.columns if not column.primary_key]
    return sa.delete(table).where(*is_it, *is_nothing)


@cache
def _adding(table: sa.Table, engine_name: str) -> str:
    """How a statement of ``add_counts`` ends."""
    quote = driver.dialect_of(engine_name).identifier_preparer.quote
    keys = ", ".join([quote(column.name) for column in table.primary_key])
    counts = [quote(name) for name in _count_names(table)]
    sums = ", ".join([f"{name} = {table.name}.{name} + excluded.{name}" for name in counts])
    return f" ON CONFLICT ({keys}) DO UPDATE SET {sums}"


@cache
def _finding(table: sa.Table, by: str) -> str:
    names = ", ".join(EVENT_ROWS[table.name]._fields)
    return f"SELECT {names} FROM {table.name} WHERE experiment_id = ? AND {by} IN ({driver.MANY})"  # noqa: S608 - names and marks


def _rank(row: Any) -> Key:
    reason = row.excluded_because
    return (reason != "", reason == SUSPECTED, *[getattr(row, name) for name in PLACE])


def _insert(connection: sa.Connection, table: sa.Table, rows: Sequence[EventRow]) -> None:
    if connection.dialect.name == "postgresql" and len(rows) >= ROWS_TO_COPY:
        _copy(connection, table, rows)
    elif rows:
        driver.insert(connection, table, rows[0]._fields, rows)


def _copy(connection: sa.Connection, table: sa.Table, rows: Sequence[EventRow]) -> None:
    """Insert by COPY. Measured with groups of 1,000: three times as fast, for half our own time."""
    statement = f"COPY {table.name} ({', '.join(rows[0]._fields)}) FROM STDIN"
    plain: Any = connection.connection.driver_connection
    try:
        with plain.cursor() as cursor, cursor.copy(statement) as copying:
            for row in rows:
                copying.write_row(row)
    except connection.dialect.loaded_dbapi.Error as error:
        raise store.wrapped(error, statement, connection) from error


def _move(
    connection: sa.Connection, table: sa.Table, row: EventRow, names: tuple[str, ...]
) -> None:
    """Give the stored row of this key what the row says under these names."""
    key = [column.name for column in table.primary_key]
    values = {name: getattr(row, name) for name in names if name not in key}
    is_it = [table.c[name] == getattr(row, name) for name in key]
    connection.execute(sa.update(table).where(*is_it).values(values))


def fill_in_sources(connection: sa.Connection, events: Sequence[Event]) -> Sequence[Event]:
    """Return the events with the source of their visitor's first visit, where they name none."""
    asking = [event for event in events if event.source == OF_THE_VISIT]
    if not asking:
        return events
    firsts = _firsts(connection, asking)
    # A visit of the same group is not stored yet.
    for event in events:
        if event.source != OF_THE_VISIT:
            firsts.setdefault((event.experiment_id, event.visitor), event.source)
    return [
        replace(event, source=firsts.get((event.experiment_id, event.visitor), UNKNOWN_SOURCE))
        if event.source == OF_THE_VISIT
        else event
        for event in events
    ]


def _firsts(connection: sa.Connection, events: Iterable[Event]) -> dict[tuple[int, str], str]:
    """The source of the first visit of these visitors, as far as it is stored."""
    rows = connection.execute(
        sa.select(VISITS)
        .where(
            VISITS.c.experiment_id.in_({event.experiment_id for event in events}),
            VISITS.c.visitor.in_({event.visitor for event in events}),
        )
        .order_by(VISITS.c.at_us.desc())
    )
    return {(row.experiment_id, row.visitor): row.source for row in rows}


def cap_sources(
    connection: sa.Connection, events: Sequence[Event], rules_of: Callable[[int], CountingRules]
) -> Sequence[Event]:
    """Return the events, of each experiment with no more sources than it may have.

    A source that was recorded under its name is so for as long as anything of it is counted.
    """
    named: dict[int, dict[str, None]] = {}
    for event in events:
        named.setdefault(event.experiment_id, {})[event.source] = None
    folded = {
        (experiment_id, source)
        for experiment_id, sources in named.items()
        for source in _sources_beyond(
            connection, experiment_id, [*sources], rules_of(experiment_id)
        )
    }
    if not folded:
        return events
    return [
        replace(event, source=OTHER_SOURCE)
        if (event.experiment_id, event.source) in folded
        else event
        for event in events
    ]


def _sources_beyond(
    connection: sa.Connection, experiment_id: int, sources: Sequence[str], rules: CountingRules
) -> Sequence[str]:
    """Which of these there is no room for, those that came first before the others."""
    known = {OTHER_SOURCE, *USUAL, *(rules.sources or ())}
    asked = [(experiment_id, source) for source in sources if source not in known]
    known |= {source for [source] in driver.ask_pairs(connection, _KNOWN, asked)}
    new = [source for source in sources if source not in known]
    if not new:
        return ()
    is_ours = KIND_TOTALS.c.experiment_id == experiment_id
    count = sa.select(sa.func.count(KIND_TOTALS.c.source.distinct())).where(is_ours)
    return new[max(MOST_SOURCES - (connection.scalar(count) or 0), 0) :]
