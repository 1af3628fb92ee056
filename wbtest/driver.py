"""Statements for the database's driver itself, several rows in each.

To hand one over, SQLAlchemy takes ten times as long as SQLite does to answer it; a group has some
twenty, and sign-ups wait for all of them. Texts hold names and marks and never a value. A mark is a
question mark, whatever the database.

SQLite's driver lets go of the interpreter's lock for each row of ``executemany``, and to get it
back while others answer visitors costs more than the row: so rows go together into one statement.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from functools import cache, lru_cache
from itertools import chain, groupby
from operator import itemgetter
from typing import Any, TypeVar

import sqlalchemy as sa

from wbtest import store

# As many rows as a statement has at most. Only powers of two, so that few texts are made and those
# stay prepared: to prepare one costs as much as to write its rows.
MOST_ROWS = 128
# Stands in a text for as many marks as there are values.
MANY = "{many}"
MOMENT = store.UtcDateTime()
T = TypeVar("T")
Process = Callable[[Any], Any]


@cache
def dialect_of(engine_name: str) -> sa.Dialect:
    """Return what SQLAlchemy knows of a database, which marks values as our texts do."""
    # Each is loaded where there is such a database, and the other one not at all.
    if engine_name == "sqlite":
        from sqlalchemy.dialects import sqlite

        return sqlite.dialect()
    from sqlalchemy.dialects import postgresql

    return postgresql.dialect(paramstyle="qmark")  # type: ignore[no-untyped-call]


def ask(connection: sa.Connection, text: str, values: Sequence[Any]) -> list[Any]:
    """Return the rows that a statement finds, as the driver has them."""
    found: list[Any] = _execute(connection, text, values).fetchall()
    return found


def ask_each(
    connection: sa.Connection, text: str, keys: Iterable[Any], last: Sequence[Any] = ()
) -> list[Any]:
    """Return the rows for which one of these keys stands at MANY; ``last`` are further values."""
    found: list[Any] = []
    for part in parts(sorted(keys), is_filled=True):
        found += ask(connection, _filled_in(text, len(part)), (*part, *last))
    return found


def ask_pairs(connection: sa.Connection, text: str, pairs: Iterable[tuple[Any, Any]]) -> list[Any]:
    """Return the rows found for pairs that begin alike: the first at its mark, others at MANY.

    They come in order, so that an index is read from left to right.
    """
    found: list[Any] = []
    for first, group in groupby(sorted(pairs), key=itemgetter(0)):
        for part in parts([second for _, second in group], is_filled=True):
            found += ask(connection, _filled_in(text, len(part)), (first, *part))
    return found


def insert(
    connection: sa.Connection,
    table: sa.Table,
    names: tuple[str, ...],
    rows: Sequence[Sequence[Any]],
    on_conflict: str = "",
) -> None:
    """Insert rows of these columns; ``on_conflict`` ends the statement."""
    engine_name = connection.dialect.name
    if processes := _processes(table, names, engine_name):
        rows = _processed(rows, processes)
    for part in parts(rows):
        text = _inserting(table, names, len(part), on_conflict, engine_name)
        _execute(connection, text, (*chain.from_iterable(part),))


def parts(rows: Sequence[T], *, is_filled: bool = False) -> Iterator[Sequence[T]]:
    """Cut rows into parts whose lengths are powers of two.

    ``is_filled`` makes the last part longer instead, by repeating its last row: for a look-up.

    >>> [len(part) for part in parts(range(13))]
    [8, 4, 1]
    """
    start = 0
    while (left := len(rows) - start) > 0:
        if left >= MOST_ROWS:
            length = MOST_ROWS
        elif is_filled:
            yield [*rows[start:], *[rows[-1]] * ((1 << (left - 1).bit_length()) - left)]
            return
        else:
            length = 1 << (left.bit_length() - 1)
        yield rows[start : start + length]
        start += length


def moment_of(value: datetime, connection: sa.Connection) -> Any:
    """A point in time as the driver takes it."""
    process = _process_of(MOMENT, connection.dialect.name)
    return process(value) if process else value


@lru_cache(maxsize=1024)
def _filled_in(text: str, number: int) -> str:
    return text.replace(MANY, _marks(number))


def _marks(number: int) -> str:
    return ", ".join("?" * number)


@lru_cache(maxsize=1024)
def _inserting(
    table: sa.Table, names: tuple[str, ...], number: int, on_conflict: str, engine_name: str
) -> str:
    quote = dialect_of(engine_name).identifier_preparer.quote
    columns = ", ".join([quote(name) for name in names])
    values = ", ".join([f"({_marks(len(names))})"] * number)
    return f"INSERT INTO {table.name} ({columns}) VALUES {values}{on_conflict}"  # noqa: S608 - names and marks


@lru_cache(maxsize=256)
def _processes(
    table: sa.Table, names: tuple[str, ...], engine_name: str
) -> tuple[tuple[int, Process], ...]:
    """What turns values into those that the driver takes, by place: dates and times on SQLite."""
    found = [(at, table.c[name].type) for at, name in enumerate(names)]
    return tuple(
        (at, process)
        for at, kind in found
        if isinstance(kind, (sa.Date, store.UtcDateTime))
        and (process := _process_of(kind, engine_name))
    )


def _process_of(kind: sa.types.TypeEngine[Any], engine_name: str) -> Process | None:
    dialect = dialect_of(engine_name)
    return kind.dialect_impl(dialect).bind_processor(dialect)


def _processed(
    rows: Sequence[Sequence[Any]], processes: tuple[tuple[int, Process], ...]
) -> list[list[Any]]:
    """The rows with these values processed; rows that go together mostly share them."""
    known: dict[tuple[int, Any], Any] = {}
    found = [[*row] for row in rows]
    for row in found:
        for at, process in processes:
            value = row[at]
            if (at, value) not in known:
                known[at, value] = process(value)
            row[at] = known[at, value]
    return found


def _execute(connection: sa.Connection, text: str, values: Sequence[Any]) -> Any:
    if connection.dialect.name == "postgresql":
        text = _for_postgresql(text)
    try:
        # One that was closed meanwhile has no cursor, either.
        cursor = connection.connection.cursor()
        cursor.execute(text, values)
    except connection.dialect.loaded_dbapi.Error as error:
        raise store.wrapped(error, text, connection) from error
    return cursor


@lru_cache(maxsize=1024)
def _for_postgresql(text: str) -> str:
    return text.replace("?", "%s")
