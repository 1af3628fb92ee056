"""How rows of events and of counts are written, whichever process comes first.

Of an event only the earliest row is kept; counts are added to what is there.
"""

from collections.abc import Collection, Iterable, Sequence
from functools import cache, lru_cache
from itertools import chain
from typing import Any, NamedTuple

import sqlalchemy as sa

from wbtest import store
from wbtest.audience.cells import SUSPECTED

# When and where an event happened. Of two rows with one key the one that sorts first is kept.
PLACE = ("at_us", "phase", "variant", "visitor", "source", "device", "excluded_because")
ROWS_A_STATEMENT = 100

Row = dict[str, Any]
Key = tuple[Any, ...]


class VisitRow(NamedTuple):
    """A visit as it is inserted. Of this row and the next ones the primary key comes first."""

    experiment_id: int
    visitor: str
    excluded_because: str
    phase: int
    variant: str
    at_us: int
    source: str
    device: str


class SightingRow(NamedTuple):
    """A sighting as it is inserted; it counts until it is settled that it does not."""

    experiment_id: int
    visitor: str
    excluded_because: str
    phase: int
    variant: str
    at_us: int
    source: str
    device: str
    is_counted: bool = True


class SignupRow(NamedTuple):
    """A sign-up as it is inserted."""

    experiment_id: int
    email_key: str
    visitor: str
    excluded_because: str
    phase: int
    variant: str
    at_us: int
    source: str
    device: str
    email: str
    name: str
    consent: str
    token_hash: str
    is_converted: bool = False
    confirmed_us: int | None = None


EventRow = VisitRow | SightingRow | SignupRow


class Kept(NamedTuple):
    """Rows that are new, and pairs of a row and the stored one that it changed."""

    new: list[Any]
    moved: list[tuple[Any, Any]]


def keep(connection: sa.Connection, table: sa.Table, rows: Iterable[EventRow]) -> Kept:
    """Insert the rows whose key is new and return what changed; of two with one key the earlier.

    Processes commit in any order, so the row that is there may have happened after one that comes
    now: then its time and place become those of the earlier one, the rest stays. A row that counts
    takes the place of one that does not, and any row that of a suspected one, of which nothing
    stays: whoever sent that may have had no right to the address.
    """
    length = len(table.primary_key)
    best: dict[Key, EventRow] = {}
    for row in rows:
        other = best.setdefault(row[:length], row)
        if other is not row and _rank(row) < _rank(other):
            best[row[:length]] = row
    # In the order of the key: the index is then written from left to right.
    new = _insert_new(connection, table, sorted(best.values()))
    known = {key: row for key, row in best.items() if key not in new}
    moved = [
        (known[key], stored)
        for key, stored in _find(connection, table, known).items()
        if _rank(known[key]) < _rank(stored)
    ]
    for row, stored in moved:
        _move(connection, table, row, row._fields if frees(row, stored) else PLACE)
    return Kept([row for key, row in best.items() if key in new], moved)


def frees(row: Any, stored: Any) -> bool:
    """Whether the row takes an address back from somebody suspected of being a machine."""
    return bool(stored.excluded_because == SUSPECTED != row.excluded_because)


def add(connection: sa.Connection, table: sa.Table, rows: Sequence[Row]) -> None:
    """Add the counts of the rows to the rows of the same key, inserting those that are not there.

    Every column outside the primary key is a count.
    """
    if rows:
        connection.execute(_adding(table, connection.dialect.name), rows)


@cache
def _adding(table: sa.Table, engine_name: str) -> Any:
    """The statement of ``add``; making it takes as long as writing a hundred visits."""
    insert = store.insert(engine_name, table)
    names = [column.name for column in table.columns if not column.primary_key]
    sums = {name: table.c[name] + insert.excluded[name] for name in names}
    return insert.on_conflict_do_update(index_elements=list(table.primary_key), set_=sums)


def _rank(row: Any) -> Key:
    reason = row.excluded_because
    return (reason != "", reason == SUSPECTED, *[getattr(row, name) for name in PLACE])


def _insert_new(connection: sa.Connection, table: sa.Table, rows: list[EventRow]) -> set[Key]:
    """Insert the rows that are not there, and return the keys of those."""
    new: set[Key] = set()
    for start in range(0, len(rows), ROWS_A_STATEMENT):
        part = rows[start : start + ROWS_A_STATEMENT]
        statement = _insert_text(table, part[0]._fields, len(part), connection.dialect.name)
        values = tuple(chain.from_iterable(part))
        new.update(map(tuple, connection.exec_driver_sql(statement, values).all()))
    return new


@lru_cache(maxsize=1024)
def _insert_text(table: sa.Table, names: tuple[str, ...], rows: int, engine_name: str) -> str:
    """The statement that inserts so many rows and returns the keys of those that were new.

    Written by hand, since this is done for every visit: SQLAlchemy takes twice as long for a row.
    """
    mark = "?" if engine_name == "sqlite" else "%s"
    values = f"({', '.join([mark] * len(names))})"
    key = ", ".join(column.name for column in table.primary_key)
    return (
        f"INSERT INTO {table.name} ({', '.join(names)}) VALUES {', '.join([values] * rows)} "  # noqa: S608 - names and marks, no values
        f"ON CONFLICT DO NOTHING RETURNING {key}"
    )


def _find(connection: sa.Connection, table: sa.Table, keys: Collection[Key]) -> dict[Key, Any]:
    """The stored rows of these keys. The first two columns of the key are enough to find few."""
    if not keys:
        return {}
    first, second, *_ = table.primary_key
    rows = connection.execute(
        sa.select(table).where(
            first.in_({key[0] for key in keys}), second.in_({key[1] for key in keys})
        )
    )
    names = [column.name for column in table.primary_key]
    found = {tuple([getattr(row, name) for name in names]): row for row in rows}
    return {key: row for key, row in found.items() if key in keys}


def _move(
    connection: sa.Connection, table: sa.Table, row: EventRow, names: tuple[str, ...]
) -> None:
    """Give the stored row of this key what the row says under these names."""
    key = [column.name for column in table.primary_key]
    values = {name: getattr(row, name) for name in names if name not in key}
    is_it = [table.c[name] == getattr(row, name) for name in key]
    connection.execute(sa.update(table).where(*is_it).values(values))
