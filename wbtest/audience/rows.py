"""How rows of events and of counts are written, whichever process comes first.

Of an event only the earliest row is kept; counts are added to what is there.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from wbtest import store

# When and where an event happened. Of two rows with one key the one that sorts first is kept.
PLACE = ("at_us", "phase", "variant", "visitor", "source", "device", "excluded_because")

Row = dict[str, Any]
Key = tuple[Any, ...]


class Change(NamedTuple):
    """A row that was written, and the one that stood there before: None for none."""

    stored: Any
    row: Row


def keep(connection: sa.Connection, table: sa.Table, rows: Iterable[Row]) -> list[Change]:
    """Insert the rows whose key is new and return what changed; of two with one key the earlier.

    Processes commit in any order, so the row that is there may have happened after one that comes
    now: then its time and place become those of the earlier one, the rest stays. A row that counts
    takes the place of one that does not.
    """
    names = [column.name for column in table.primary_key]
    best: dict[Key, Row] = {}
    for row in rows:
        key = tuple([row[name] for name in names])
        if key not in best or _rank(row) < _rank(best[key]):
            best[key] = row
    if not best:
        return []
    insert = store.insert(connection.dialect.name, table).on_conflict_do_nothing()
    returned = connection.execute(insert.returning(*table.primary_key), list(best.values()))
    new = {tuple(key) for key in returned}
    changes = [Change(None, row) for key, row in best.items() if key in new]
    known = {key: row for key, row in best.items() if key not in new}
    for key, stored in _find(connection, table, names, known).items():
        if _rank(known[key]) < _rank(stored._mapping):
            _move(connection, table, names, known[key])
            changes.append(Change(stored, known[key]))
    return changes


def add(connection: sa.Connection, table: sa.Table, rows: Sequence[Row]) -> None:
    """Add the counts of the rows to the rows of the same key, inserting those that are not there.

    Every column outside the primary key is a count.
    """
    if not rows:
        return
    insert = store.insert(connection.dialect.name, table)
    names = [column.name for column in table.columns if not column.primary_key]
    sums = {name: table.c[name] + insert.excluded[name] for name in names}
    connection.execute(
        insert.on_conflict_do_update(index_elements=list(table.primary_key), set_=sums), rows
    )


def _rank(row: Mapping[str, Any]) -> Key:
    return (row["excluded_because"] != "", *[row[name] for name in PLACE])


def _find(
    connection: sa.Connection, table: sa.Table, names: list[str], keys: Collection[Key]
) -> dict[Key, Any]:
    """The stored rows of these keys. The first two columns of the key are enough to find few."""
    if not keys:
        return {}
    rows = connection.execute(
        sa.select(table).where(
            table.c[names[0]].in_({key[0] for key in keys}),
            table.c[names[1]].in_({key[1] for key in keys}),
        )
    )
    found = {tuple([row._mapping[name] for name in names]): row for row in rows}
    return {key: row for key, row in found.items() if key in keys}


def _move(connection: sa.Connection, table: sa.Table, names: list[str], row: Row) -> None:
    place = {name: row[name] for name in PLACE if name not in names}
    key = [table.c[name] == row[name] for name in names]
    connection.execute(sa.update(table).where(*key).values(place))
