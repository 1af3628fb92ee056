"""Rows copied as often as a test or a benchmark wants, with all that hangs on them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from wbtest.extensions import Base

Row = dict[str, Any]
Change = Callable[[Row, int], None]
AT_ONCE = 5_000


# Others of this there cannot be: what it names stands elsewhere.
FIXED = ("variant",)


class Copier:
    """Copies the rows that stand in the database when it is made; copies are never copied."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._tables = Base.metadata.sorted_tables
        self._rows = {
            table.name: [dict(row._mapping) for row in connection.execute(table.select())]
            for table in self._tables
        }
        self._counts: Counter[str] = Counter()
        self._numbers: dict[tuple[str, str], int] = {}

    def use(self, connection: sa.Connection) -> None:
        """Write by this connection from now on."""
        self._connection = connection

    def count(self, name: str, which: Callable[[Row], bool]) -> int:
        """Return how many rows of a table there were that are such."""
        return sum(map(which, self._rows[name]))

    def copy(
        self,
        roots: Collection[str],
        times: int,
        change: Change | None = None,
        *,
        which: Callable[[Row], bool] = lambda _: True,
        is_alone: bool = False,
    ) -> None:
        """Copy the rows of these tables so often, each time with every row that points at one.

        What a copied row points at outside of them stays the same. ``change`` gets each copy of a
        root, and which of the copies it is. ``which`` tells the roots that are copied;
        ``is_alone``: without what points at them.
        """
        waiting: defaultdict[str, list[Row]] = defaultdict(list)
        # Others may have written rows meanwhile.
        self._numbers.clear()
        for number in range(1, times + 1):
            for name, row in self._copied(roots, change, which, is_alone=is_alone):
                waiting[name].append(row)
            if number == times or any(len(rows) >= AT_ONCE for rows in waiting.values()):
                self._write(waiting)

    def _copied(
        self,
        roots: Collection[str],
        change: Change | None,
        which: Callable[[Row], bool],
        *,
        is_alone: bool,
    ) -> Iterator[tuple[str, Row]]:
        """One copy of everything, tables in the order in which they may be written."""
        copies: defaultdict[str, dict[Any, Any]] = defaultdict(dict)
        for table in self._tables:
            if is_alone and table.name not in roots:
                continue
            pointers = [
                (column.name, key.column.table.name)
                for column in table.columns
                for key in column.foreign_keys
            ]
            for old in self._rows[table.name]:
                moved = {
                    name: copies[target][old[name]]
                    for name, target in pointers
                    if old[name] in copies[target]
                }
                if not moved and not (table.name in roots and which(old)):
                    continue
                self._counts[table.name] += 1
                new, number = old | moved, self._counts[table.name]
                if table.name == "experiments" and "release_id" not in moved:
                    # Of one release no second test may run.
                    new |= {"state": "ended"} if new["state"] in ("running", "paused") else {}
                if change and table.name in roots:
                    change(new, number)
                if not self._vary(table, new, moved, number):
                    continue
                if "id" in old:
                    copies[table.name][old["id"]] = new["id"]
                yield table.name, new

    def _vary(self, table: sa.Table, row: Row, moved: Collection[str], number: int) -> bool:
        """Give the copy keys that no other row has; False where there can be no second one."""
        for key in table.constraints:
            if not isinstance(key, sa.PrimaryKeyConstraint | sa.UniqueConstraint):
                continue
            if set(moved) & set(key.columns.keys()) or None in map(row.get, key.columns.keys()):
                continue
            own = [column for column in key.columns if not column.foreign_keys]
            if not own:
                return False
            # Names before numbers.
            column = min(own, key=_rank)
            row[column.name] = self._other(table, column, row[column.name], number)
        return True

    def _other(self, table: sa.Table, column: sa.Column[Any], value: Any, number: int) -> Any:
        if isinstance(value, str):
            return f"{number:06x}{value}"[: getattr(column.type, "length", None) or None]
        if isinstance(value, int):
            return self._next(table, column)
        return value + timedelta(days=number) if isinstance(value, date) else value

    def _next(self, table: sa.Table, column: sa.Column[Any]) -> int:
        key = table.name, column.name
        if key not in self._numbers:
            self._numbers[key] = self._connection.scalar(sa.select(sa.func.max(column))) or 0
        self._numbers[key] += 1
        return self._numbers[key]

    def _write(self, waiting: dict[str, list[Row]]) -> None:
        for table in self._tables:
            if rows := waiting.pop(table.name, []):
                self._connection.execute(table.insert(), rows)


def _rank(column: sa.Column[Any]) -> tuple[bool, bool]:
    return column.name in FIXED, not isinstance(column.type, sa.String)


def set_counters(connection: sa.Connection) -> None:
    """Let PostgreSQL go on counting behind the numbers that were written."""
    if connection.dialect.name != "postgresql":
        return
    for table in Base.metadata.sorted_tables:
        if "id" in table.columns and isinstance(table.c.id.type, sa.Integer):
            most = f'SELECT max(id) FROM "{table.name}"'
            counter = f"pg_get_serial_sequence('\"{table.name}\"', 'id')"
            connection.exec_driver_sql(f"SELECT setval({counter}, ({most})) WHERE ({most}) > 0")
