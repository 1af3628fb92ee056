"""What nobody may say of themselves, sent along with every form: it must change nothing."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from typing import Any

import sqlalchemy as sa

from tests.fuzz.asking import FROM_HERE, Request
from tests.fuzz.filling import Part, filled
from tests.fuzz.forms import is_accepted
from tests.fuzz.hostile import encoded
from tests.fuzz.nasty import EXTRA
from tests.fuzz.walk import Found
from tests.fuzz.world import World
from wbtest.extensions import Base, db

# By table: each row, by column.
Rows = dict[str, list[dict[str, Any]]]


def believed(world: World, found: Iterable[Found]) -> Iterator[tuple[str, str, str]]:
    """A16: yield each form that leaves other rows behind when it brings more than it has."""
    for one in found:
        base = filled(one.form, world.csrf_token())
        extra = [Part(name, value) for name, value in EXTRA if name.decode() not in one.form.names]
        plain, once = _send(world, one, base)
        if not plain:
            continue
        _, twice = _send(world, one, base)
        more, with_more = _send(world, one, [*base, *extra])
        changed = differing(once, twice, with_more)
        # A form that refuses the extra fields believes none of them.
        if more and changed:
            what = f"with more than it has: other rows in {', '.join(changed)}"
            yield one.address, what, _request(world, one, base).curl


def differing(once: Rows, twice: Rows, other: Rows) -> list[str]:
    """Return the columns that are not as before in ``other``, but for what chance decides.

    What chance decides differs between two times of the same. A key may be among it, so rows are
    in no order.
    """
    found = []
    for table, rows in once.items():
        by_chance = _unlike(rows, twice[table])
        if "(rows)" in by_chance or not _differ(rows, other[table], by_chance):
            continue
        # Where each column has the values that it had, others stand beside each other.
        names = _unlike(rows, other[table]) - by_chance or {"(rows)"}
        found += [f"{table}.{name}" for name in sorted(names)]
    return found


def _unlike(some: list[dict[str, Any]], others: list[dict[str, Any]]) -> set[str]:
    """The columns that hold other values, in whatever order."""
    if len(some) != len(others):
        return {"(rows)"}
    names = some[0] if some else {}
    return {name for name in names if _differ(some, others, {*names} - {name})}


def _differ(
    some: list[dict[str, Any]], others: list[dict[str, Any]], but_for: Collection[str]
) -> bool:
    """Whether the rows differ in more than these columns."""
    first, second = (
        Counter(
            tuple(repr(text) for name, text in row.items() if name not in but_for) for row in rows
        )
        for rows in (some, others)
    )
    return first != second


def _send(world: World, one: Found, parts: list[Part]) -> tuple[bool, Rows]:
    answer = world.ask(_request(world, one, parts))
    rows = _rows(world)
    world.put_back()
    return is_accepted(answer), rows


def _request(world: World, one: Found, parts: list[Part]) -> Request:
    body, kind = encoded(parts, one.form.kind)
    cookies = {**world.cookies_of(one.people[-1]), **one.cookies}
    return Request("POST", one.path, body, kind, FROM_HERE, cookies)


def _rows(world: World) -> Rows:
    with world.app.app_context(), db.engine.connect() as connection:
        return {
            table.name: [
                dict(row._mapping)
                for row in connection.execute(sa.select(table).order_by(*table.primary_key))
            ]
            for table in Base.metadata.sorted_tables
        }
