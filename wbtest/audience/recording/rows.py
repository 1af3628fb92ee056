"""How rows of events and of counts are written, whichever process comes first.

Of an event only the earliest row is kept; counts are added to what is there.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cache, lru_cache
from itertools import chain, groupby
from operator import itemgetter
from typing import Any, NamedTuple, TypeVar

import sqlalchemy as sa

from wbtest import store
from wbtest.audience.recording.cells import IMPORTED, SUSPECTED

# When and where an event happened. Of two rows with one key the one that sorts first is kept.
PLACE = ("at_us", "phase", "variant", "visitor", "source", "device", "language", "excluded_because")
ROWS_A_STATEMENT = 100
# PostgreSQL takes so many and more faster by COPY, which costs a way there and back.
ROWS_TO_COPY = 50
# Whoever put these addresses there need not have had a right to them.
DOUBTED = (SUSPECTED, IMPORTED)

Row = dict[str, Any]
Key = tuple[Any, ...]
T = TypeVar("T")


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
    language: str


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
    language: str
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
    language: str
    email: str
    name: str
    consent: str
    token_hash: str
    is_converted: bool = False
    confirmed_us: int | None = None
    answered_us: int | None = None
    agreed_us: int | None = None
    page_digest: str = ""
    is_disposable: bool = False
    is_automated: bool = False
    other_variant: str = ""
    answer_hash: str = ""
    answers: str = ""
    mailed_us: int | None = None


EventRow = VisitRow | SightingRow | SignupRow


class Kept(NamedTuple):
    """Rows that are new, and pairs of a row and the stored one that it changed."""

    new: list[Any]
    moved: list[tuple[Any, Any]]


def keep(connection: sa.Connection, table: sa.Table, rows: Iterable[EventRow]) -> Kept:
    """Insert the rows whose key is new and return what changed; of two with one key the earlier.

    Processes commit in any order, so the row that is there may have happened after one that comes
    now: then its time and place become those of the earlier one, the rest stays. A row that counts
    takes the place of one that does not, and any row that of one that is DOUBTED, of which nothing
    stays: whoever sent that may have had no right to the address.
    """
    length = len(table.primary_key)
    best: dict[Key, EventRow] = {}
    # In the order of the key: the index is then read and written from left to right.
    for row in sorted(rows):
        key = row[:length]
        if key not in best or _rank(row) < _rank(best[key]):
            best[key] = row
    known = {key: best.pop(key) for key in _stored_keys(connection, table, best)}
    new = list(best.values())
    _insert(connection, table, new)
    moved = [
        (known[key], stored)
        for key, stored in _find(connection, table, known).items()
        if _rank(known[key]) < _rank(stored)
    ]
    for row, stored in moved:
        _move(connection, table, row, row._fields if frees(row, stored) else PLACE)
    return Kept(new, moved)


def frees(row: Any, stored: Any) -> bool:
    """Whether the row takes an address back from a machine, or from a list brought in."""
    return stored.excluded_because in DOUBTED and row.excluded_because not in DOUBTED


def add(connection: sa.Connection, table: sa.Table, rows: Sequence[Row]) -> None:
    """Add the counts of the rows to the rows of the same key, inserting those that are not there.

    Every column outside the primary key is a count.
    """
    if not rows:
        return
    connection.execute(_adding(table, connection.dialect.name), rows)
    counts = [column.name for column in table.columns if not column.primary_key]
    # What holds nothing any more is no row, as it is none when everything is counted anew.
    if lessened := [row for row in rows if any(row[name] < 0 for name in counts)]:
        connection.execute(_clearing(table), [_renamed(table, row) for row in lessened])


@cache
def _clearing(table: sa.Table) -> Any:
    """The statement that deletes the row of a key if all its counts are 0."""
    is_it = [column == sa.bindparam(f"the_{column.name}") for column in table.primary_key]
    is_nothing = [column == 0 for column in table.columns if not column.primary_key]
    return sa.delete(table).where(*is_it, *is_nothing)


def _renamed(table: sa.Table, row: Row) -> Row:
    return {f"the_{column.name}": row[column.name] for column in table.primary_key}


@cache
def _adding(table: sa.Table, engine_name: str) -> Any:
    """The statement of ``add``; making it takes as long as writing a hundred visits."""
    insert = store.insert(engine_name, table)
    names = [column.name for column in table.columns if not column.primary_key]
    sums = {name: table.c[name] + insert.excluded[name] for name in names}
    return insert.on_conflict_do_update(index_elements=list(table.primary_key), set_=sums)


def _rank(row: Any) -> Key:
    reason = row.excluded_because
    return (reason != "", reason in DOUBTED, *[getattr(row, name) for name in PLACE])


def _stored_keys(connection: sa.Connection, table: sa.Table, keys: Collection[Key]) -> set[Key]:
    """Those of the sorted keys that are stored.

    Asked beforehand, which is right as only one transaction at a time writes events: an insert that
    returns what was new lets go of the interpreter's lock once for each row, and to get it back
    costs more than the row while other threads answer visitors.
    """
    stored: set[Key] = set()
    for first, group in groupby(keys, key=itemgetter(0)):
        for part in _parts([key[1] for key in group]):
            statement = _find_text(table, len(part), connection.dialect.name)
            found = connection.exec_driver_sql(statement, (first, *part)).all()
            stored.update(map(tuple, found))
    return {key for key in stored if key in keys}


def _insert(connection: sa.Connection, table: sa.Table, rows: Sequence[EventRow]) -> None:
    if connection.dialect.name == "postgresql" and len(rows) >= ROWS_TO_COPY:
        _copy(connection, table, rows)
        return
    for part in _parts(rows):
        statement = _insert_text(table, part[0]._fields, len(part), connection.dialect.name)
        connection.exec_driver_sql(statement, tuple(chain.from_iterable(part)))


def _copy(connection: sa.Connection, table: sa.Table, rows: Sequence[EventRow]) -> None:
    """Insert by COPY. Measured with groups of 1,000: three times as fast, for half our own time."""
    statement = f"COPY {table.name} ({', '.join(rows[0]._fields)}) FROM STDIN"
    driver: Any = connection.connection.driver_connection
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copying:
            for row in rows:
                copying.write_row(row)
    except connection.dialect.loaded_dbapi.Error as error:
        raise store.wrapped(error, statement, connection) from error


def _parts(rows: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(rows), ROWS_A_STATEMENT):
        yield rows[start : start + ROWS_A_STATEMENT]


# Both texts are written by hand, since they are used for every visit: SQLAlchemy takes twice as
# long for a row.


@lru_cache(maxsize=1024)
def _insert_text(table: sa.Table, names: tuple[str, ...], rows: int, engine_name: str) -> str:
    """The statement that inserts so many rows."""
    values = f"({_marks(len(names), engine_name)})"
    return f"INSERT INTO {table.name} ({', '.join(names)}) VALUES {', '.join([values] * rows)}"  # noqa: S608 - names and marks, no values


@lru_cache(maxsize=1024)
def _find_text(table: sa.Table, number: int, engine_name: str) -> str:
    """The statement that returns the keys that begin with one value and one of so many."""
    names = [column.name for column in table.primary_key]
    one, many = _marks(1, engine_name), _marks(number, engine_name)
    return (
        f"SELECT {', '.join(names)} FROM {table.name} "  # noqa: S608 - names and marks, no values
        f"WHERE {names[0]} = {one} AND {names[1]} IN ({many})"
    )


def _marks(number: int, engine_name: str) -> str:
    return ", ".join(["?" if engine_name == "sqlite" else "%s"] * number)


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
