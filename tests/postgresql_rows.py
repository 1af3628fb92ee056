"""All rows of a PostgreSQL database, read and written as its own text."""

from dataclasses import dataclass

import sqlalchemy as sa

SEQUENCES = "SELECT sequencename, last_value FROM pg_sequences WHERE last_value IS NOT NULL"
COUNT_ON = "SELECT setval(quote_ident(%s)::regclass, %s)"
# What was made once kept all rules; nobody is told a second time.
UNRULED = "SET LOCAL session_replication_role = replica"


@dataclass(frozen=True, slots=True)
class Kept:
    """Rows by table, what tells them from others, and where each sequence stands."""

    rows: dict[str, list[str]]
    marks: dict[str, str]
    sequences: dict[str, int]


class PostgresqlRows:
    """The rows of these tables, over connections that stay for all tests."""

    def __init__(self, engine: sa.Engine, tables: list[str]) -> None:
        self._engine = engine
        marks = (f"(SELECT md5(string_agg(t::text, '')) FROM \"{name}\" t)" for name in tables)
        self._tables = tables
        self._marks = f"SELECT {', '.join(marks)}"
        self._here: dict[str, str] = {}

    def digest(self) -> bytes:
        with self._engine.begin() as connection:
            self._here = self._read_marks(connection)
            return repr((self._here, self._read_sequences(connection))).encode()

    def read(self) -> Kept:
        with self._engine.begin() as connection:
            marks = self._read_marks(connection)
            rows = {
                name: list(connection.exec_driver_sql(f'SELECT t::text FROM "{name}" t').scalars())
                for name in marks
            }
            return Kept(rows, marks, self._read_sequences(connection))

    def write(self, kept: Kept) -> None:
        """Put the kept rows in the place of those that stood there at the last digest."""
        changed = [
            name
            for name in {**self._here, **kept.marks}
            if self._here.get(name) != kept.marks.get(name)
        ]
        if not changed:
            return
        with self._engine.begin() as connection:
            connection.exec_driver_sql(UNRULED)
            connection.exec_driver_sql("; ".join(f'DELETE FROM "{name}"' for name in changed))
            for name in changed:
                # As text first: a test may have made the table anew, and with it its type.
                rows = f'unnest(%s::text[]::"{name}"[])'
                insert = f'INSERT INTO "{name}" SELECT row.* FROM {rows} AS row'
                connection.exec_driver_sql(insert, (kept.rows.get(name, []),))
            connection.exec_driver_sql(COUNT_ON, [*kept.sequences.items()])

    def _read_marks(self, connection: sa.Connection) -> dict[str, str]:
        """A digest of each table that is not empty."""
        marks = connection.exec_driver_sql(self._marks).one()
        return {name: mark for name, mark in zip(self._tables, marks, strict=True) if mark}

    def _read_sequences(self, connection: sa.Connection) -> dict[str, int]:
        return dict(connection.exec_driver_sql(SEQUENCES).all())
