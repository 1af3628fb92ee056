"""A whole workspace as one file, and back into an instance that has none yet.

Lines of JSON, compressed: what it is, then every row of every table, each after what it points at.
Numbers stay what they were, so every link, cookie and seal means the same there. The file holds
everything that the database holds, hashes of passwords and keys of pages too: guard it like one.
"""

import base64
import gzip
import json
import zlib
from collections.abc import Callable, Iterator
from datetime import date, datetime
from itertools import groupby
from operator import itemgetter
from typing import IO, Any

import sqlalchemy as sa
from flask import current_app

from wbtest.delivery.schema import current_revision
from wbtest.extensions import Base, clock, db
from wbtest.moments import read_one_moment
from wbtest.store import Refused, UtcDateTime, writing
from wbtest.team.audit.log import record
from wbtest.team.models import AuditLine, Membership, Workspace
from wbtest.team.ties import belongs, people_named, tables_inside

KIND = "wbtest workspace"
DAMAGED = "The file is damaged or not whole. Nothing was stored."
ROWS_AT_ONCE = 1_000
Told = Callable[[int], None]
Row = dict[str, Any]


def count_rows(workspace: Workspace) -> int:
    """How many rows the file of this workspace would hold."""
    parts = [sa.select(sa.func.count()).select_from(table).where(is_ours)
             for table, is_ours in _parts(workspace.id)]  # fmt: skip
    return sum(db.session.scalar(part) or 0 for part in parts)


def write_archive(workspace: Workspace, file: IO[bytes], told: Told) -> None:
    """Write the workspace to ``file``, all of it as it is at one moment.

    ``told`` is called with the number of rows of each step, for whoever waits.
    """
    workspace_id, name = workspace.id, workspace.name
    read_one_moment()
    head = {
        "kind": KIND,
        "schema": current_revision(),
        "workspace": name,
        "at": clock.now().isoformat(),
    }
    with gzip.GzipFile(fileobj=file, mode="wb", mtime=0) as packed:
        packed.write(_line(head))
        for table, is_ours in _parts(workspace_id):
            query = sa.select(table).where(is_ours).order_by(*table.primary_key)
            rows = db.session.execute(query.execution_options(yield_per=ROWS_AT_ONCE))
            for some in rows.mappings().partitions():
                for row in some:
                    packed.write(_line([table.name, _packed(table, row)]))
                told(len(some))
    record(workspace_id, "workspace.moved_out", name)


def read_archive(file: IO[bytes], told: Told) -> Workspace:
    """Store the workspace of ``file`` and return it; all of it, or nothing.

    Raises Refused for another kind of file, for one that another version made, and where somebody
    has a workspace already.
    """
    with writing() as session:
        if session.scalar(sa.select(Workspace.id).limit(1)) is not None:
            raise Refused(
                "This instance holds a workspace already, and its numbers would collide. Bring the "
                "file into an empty instance: set WBTEST_INSTANCE to a new folder."
            )
        lines = _lines(file)
        head = next(lines, None)
        if not isinstance(head, dict) or head.get("kind") != KIND:
            raise Refused("This is no file of a workspace.")
        if head.get("schema") != current_revision():
            raise Refused(
                f"The file is of database version {head.get('schema')}, this one is "
                f"{current_revision()}. Use the same version of wbtest on both sides."
            )
        try:
            for name, group in groupby(lines, itemgetter(0)):
                _insert(Base.metadata.tables[name], (row for _, row in group), told)
            [workspace] = session.scalars(sa.select(Workspace))
        except (LookupError, TypeError, ValueError) as error:
            raise Refused(DAMAGED) from error
        _count_on()
        current_app.extensions["wbtest.announce_change"]()
        record(workspace.id, "workspace.moved_in", workspace.name)
    return workspace


def is_archive(start: bytes) -> bool:
    """Whether a file that begins with these bytes may be a workspace; no release does."""
    return start.startswith(b"\x1f\x8b")


def _parts(workspace_id: int) -> Iterator[tuple[sa.Table, sa.ColumnElement[bool]]]:
    """Each table with the condition for its rows, each after those that it points at."""
    everybody = sa.union(*people_named(workspace_id)).subquery()
    people = Base.metadata.tables["people"]
    yield people, people.c.id.in_(sa.select(everybody))
    workspaces = Base.metadata.tables["workspaces"]
    yield workspaces, workspaces.c.id == workspace_id
    for model in (Membership, AuditLine):
        table = Base.metadata.tables[model.__tablename__]
        yield table, table.c.workspace_id == workspace_id
    for table in tables_inside():
        yield table, belongs(table, workspace_id)


def _packed(table: sa.Table, row: Any) -> Row:
    packed: Row = {}
    for column in table.columns:
        value = row[column.name]
        if isinstance(value, date):
            value = value.isoformat()
        elif isinstance(value, bytes):
            value = base64.b85encode(value).decode("ascii")
        packed[column.name] = value
    return packed


def _unpacked(table: sa.Table, packed: Row) -> Row:
    row: Row = {}
    for column in table.columns:
        value = packed[column.name]
        if value is not None and isinstance(column.type, UtcDateTime):
            value = datetime.fromisoformat(value)
        elif value is not None and isinstance(column.type, sa.Date):
            value = date.fromisoformat(value)
        elif value is not None and isinstance(column.type, sa.LargeBinary):
            value = base64.b85decode(value)
        row[column.name] = value
    if table is AuditLine.__table__:
        # Strangers may have tried to log in here before, and nothing points at a line.
        del row["id"]
    return row


def _insert(table: sa.Table, rows: Iterator[Row], told: Told) -> None:
    some: list[Row] = []
    for row in rows:
        some.append(_unpacked(table, row))
        if len(some) == ROWS_AT_ONCE:
            _insert_some(table, some, told)
            some = []
    _insert_some(table, some, told)


def _insert_some(table: sa.Table, rows: list[Row], told: Told) -> None:
    if rows:
        db.session.execute(sa.insert(table), rows)
        told(len(rows))


def _lines(file: IO[bytes]) -> Iterator[Any]:
    """The lines of the file, read one by one. Raises Refused when it is damaged."""
    try:
        with gzip.GzipFile(fileobj=file) as packed:
            for line in packed:
                yield json.loads(line)
    except (OSError, EOFError, ValueError, zlib.error) as error:
        raise Refused(DAMAGED) from error


def _line(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _count_on() -> None:
    """Let PostgreSQL number new rows after those that came; SQLite does it by itself."""
    if db.engine.dialect.name != "postgresql":
        return
    for table in Base.metadata.sorted_tables:
        if "id" in table.c and table.c.id.autoincrement in (True, "auto"):
            query = sa.text(
                "SELECT setval(pg_get_serial_sequence(:name, 'id'), MAX(id)) "  # noqa: S608
                f'FROM "{table.name}" HAVING MAX(id) IS NOT NULL'
            )
            if db.session.scalar(
                sa.text("SELECT pg_get_serial_sequence(:name, 'id')"), {"name": table.name}
            ):
                db.session.execute(query, {"name": table.name})
