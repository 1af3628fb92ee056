"""A select that every page asks: put together once, and handed to the database's driver as text.

To hand a statement over, SQLAlchemy takes ten times as long as the database does to answer most of
ours. Rows are plain tuples, of the values that SQLAlchemy would give. No rows of models.
"""

from collections.abc import Callable, Collection
from functools import cache, lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from wbtest import driver
from wbtest.extensions import connection_for

# Stands in a text for as many marks as there are values.
_MANY = "__[POSTCOMPILE_{}]"
Process = Callable[[Any], Any]


class Mark(NamedTuple):
    """A value of the statement: its name, and how the driver takes it."""

    name: str
    process: Process | None
    is_many: bool


class Prepared(NamedTuple):
    """The text for a database, its marks in order, and what turns columns into values, by place.

    ``fixed`` are values that stand in the query itself.
    """

    text: str
    marks: tuple[Mark, ...]
    fixed: dict[str, Any]
    processes: tuple[tuple[int, Process], ...]


class Question:
    """A select whose values are ``bindparam``; one that is ``expanding`` takes several."""

    def __init__(self, query: sa.SelectBase) -> None:
        self.query = query
        self._prepared = cache(self._prepare)

    def ask(self, **given: Any) -> list[Any]:
        """Return all rows, of the same database and moment as the session would.

        KeyError for a value that is not given.
        """
        connection = connection_for(self.query)
        text, marks, fixed, processes = self._prepared(connection.dialect.name)
        known = fixed | given
        values: list[Any] = []
        for name, process, is_many in marks:
            value = known[name]
            if is_many:
                text = _spread(text, name, len(value))
                values += value if process is None else map(process, value)
            else:
                values.append(value if process is None else process(value))
        # Whoever listens to what is asked hears this, too.
        for listener in connection.dispatch.before_cursor_execute:
            listener(connection, None, text, values, None, False)
        rows = driver.ask(connection, text, values)
        return [_processed(row, processes) for row in rows] if processes else rows

    def _prepare(self, engine_name: str) -> Prepared:
        dialect = driver.dialect_of(engine_name)
        compiled = self.query.compile(dialect=dialect)
        names, text = compiled.bind_names, compiled.string
        many = {names[mark] for mark in compiled.post_compile_params}
        # What is no value to a database, such as what stands between joined texts.
        written = {names[mark]: mark for mark in compiled.literal_execute_params}
        for name, mark in written.items():
            write = _of(mark.type, dialect).literal_processor(dialect)
            assert write is not None, name
            text = text.replace(_MANY.format(name), write(mark.value))
        for name in many:
            if f"NOT IN ({_MANY.format(name)})" in text:
                # Where there are none SQL would find nothing instead of everything.
                raise ValueError(f"A question cannot ask for what is not among {name}.")
        marks = [
            Mark(
                name, _of(compiled.binds[name].type, dialect).bind_processor(dialect), name in many
            )
            for name in compiled.positiontup or ()
            if name not in written
        ]
        fixed = {name: bind.value for name, bind in compiled.binds.items() if not bind.required}
        found = [
            (at, _of(column.type, dialect).result_processor(dialect, None))
            for at, column in enumerate(self.query.selected_columns)
        ]
        processes = tuple((at, process) for at, process in found if process)
        return Prepared(text, tuple(marks), fixed, processes)


def of_many(name: str) -> sa.BindParameter[Any]:
    """Return a mark for several values, for what stands after *in*."""
    return sa.bindparam(name, expanding=True)


def _of(kind: sa.types.TypeEngine[Any], dialect: sa.Dialect) -> sa.types.TypeEngine[Any]:
    return kind.dialect_impl(dialect)


@lru_cache(1024)
def _spread(text: str, name: str, number: int) -> str:
    # Nothing is one of none.
    return text.replace(_MANY.format(name), ", ".join("?" * number) or "NULL")


def _processed(row: Collection[Any], processes: tuple[tuple[int, Process], ...]) -> tuple[Any, ...]:
    values = list(row)
    for at, process in processes:
        values[at] = process(values[at])
    return tuple(values)
