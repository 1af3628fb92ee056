"""A whole workspace as one file, and back into an instance that has none yet.

Lines of JSON, compressed: what it is, then every row of every table, each after what it points at,
and at the end how many these were, so that a part is not taken for the whole. Numbers stay what
they were, so every link, cookie and seal means the same there. The file holds everything that the
database holds, hashes of passwords and keys of pages too: guard it like one.
"""

import gzip
import json
import zlib
from collections.abc import Callable, Iterator
from typing import IO, Any

import sqlalchemy as sa

from wbtest.delivery.schema import current_revision
from wbtest.extensions import Base, clock, db
from wbtest.moments import read_one_moment
from wbtest.runtime import runtime
from wbtest.store import Refused, describe, writing
from wbtest.team.archived_rows import Row, Unfit, packed, shown, unpacked
from wbtest.team.audit.log import record
from wbtest.team.models import AuditLine, Membership, Workspace
from wbtest.team.ties import belongs, people_named, tables_inside

KIND = "wbtest workspace"
DAMAGED = "The file is damaged or not whole. Nothing was stored."
# Stands where the others name their table.
END = "end"
ROWS_AT_ONCE = 1_000
# In bytes. A picture is a tenth of that.
LONGEST_LINE = 1 << 26
Told = Callable[[int], None]
# A line's number, from 1 for the head, and what it holds.
Lines = Iterator[tuple[int, Any]]


class Damaged(Refused):
    """The file of a workspace cannot be stored; ``why`` says at which line, and what is there."""

    def __init__(self, why: str) -> None:
        super().__init__(f"{why} {DAMAGED}")


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
    written = 0
    with gzip.GzipFile(fileobj=file, mode="wb", mtime=0) as target:
        target.write(_line(head))
        for table, is_ours in _parts(workspace_id):
            query = sa.select(table).where(is_ours).order_by(*table.primary_key)
            rows = db.session.execute(query.execution_options(yield_per=ROWS_AT_ONCE))
            for some in rows.mappings().partitions():
                for row in some:
                    target.write(_line([table.name, packed(table, row)]))
                written += len(some)
                told(len(some))
        target.write(_line([END, written]))
    record(workspace_id, "workspace.moved_out", name)


def read_archive(file: IO[bytes], told: Told) -> Workspace:
    """Store the workspace of ``file`` and return it; all of it, or nothing.

    Raises Refused for another kind of file, for one that another version made, and where somebody
    has a workspace already; Damaged with the line at which it is no workspace.
    """
    with writing() as session:
        if session.scalar(sa.select(Workspace.id).limit(1)) is not None:
            raise Refused(
                "This instance holds a workspace already, and its numbers would collide. Bring the "
                "file into an empty instance: set WBTEST_INSTANCE to a new folder, or "
                "WBTEST_DATABASE_URL to an empty database."
            )
        lines = _lines(file)
        _, head = next(lines, (0, None))
        if not isinstance(head, dict) or head.get("kind") != KIND:
            raise Refused("This is no file of a workspace.")
        if head.get("schema") != current_revision():
            raise Refused(
                f"The file is of database version {head.get('schema')}, this one is "
                f"{current_revision()}. Use the same version of wbtest on both sides."
            )
        _store(lines, told)
        found = session.scalars(sa.select(Workspace)).all()
        if len(found) != 1:
            raise Damaged(f"It holds {len(found)} workspaces.")
        [workspace] = found
        _count_on()
        runtime().hooks.announce_change()
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


def _store(lines: Lines, told: Told) -> None:
    """Store every row of the file. Raises Damaged with the first line that is none."""
    tables = {table.name: table for table, _ in _parts(0)}
    waiting: list[Row] = []
    last, stored, table = 1, 0, None
    for number, line in lines:
        if not isinstance(line, list) or len(line) != 2:
            raise Damaged(f"Line {number:,}: this is no row.")
        named = tables.get(line[0]) if isinstance(line[0], str) else None
        if named is not table or len(waiting) == ROWS_AT_ONCE:
            stored += _insert(table, waiting, last, told)
            waiting = []
        if line[0] == END:
            if line[1] != stored:
                raise Damaged(
                    f"Line {number:,}: {shown(line[1])} rows were written, {stored} came."
                )
            if next(lines, None) is not None:
                raise Damaged(f"Line {number:,} is the end, and more follows.")
            return
        if named is None:
            raise Damaged(f"Line {number:,}: a workspace has no table {shown(line[0])}.")
        try:
            waiting.append(_unpacked(named, line[1]))
        except Unfit as error:
            raise Damaged(f"Line {number:,}: {error}") from error
        last, table = number, named
    raise Damaged(f"It breaks off after line {last:,}.")


def _unpacked(table: sa.Table, values: Any) -> Row:
    row = unpacked(table, values)
    if table is AuditLine.__table__:
        # Strangers may have tried to log in here before, and nothing points at a line.
        del row["id"]
    return row


def _insert(table: sa.Table | None, rows: list[Row], last: int, told: Told) -> int:
    """Store rows of one table, the ``last`` of them from that line; return how many."""
    if table is None or not rows:
        return 0
    try:
        db.session.execute(sa.insert(table), rows)
    except (sa.exc.IntegrityError, sa.exc.DataError) as error:
        where = (
            f"Line {last:,}" if len(rows) == 1 else f"Lines {last - len(rows) + 1:,} to {last:,}"
        )
        raise Damaged(f"{where}: {table.name} cannot hold this ({describe(error)}).") from error
    told(len(rows))
    return len(rows)


def _lines(file: IO[bytes]) -> Lines:
    """The lines of the file, read one by one. Raises Damaged where they end too early."""
    number = 0
    try:
        with gzip.GzipFile(fileobj=file) as source:
            while line := source.readline(LONGEST_LINE):
                number += 1
                yield number, _read(number, line)
    except (OSError, EOFError, zlib.error) as error:
        raise Damaged(f"It cannot be read beyond line {number:,}.") from error


def _read(number: int, line: bytes) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError) as error:
        raise Damaged(f"Line {number:,}: this is not JSON.") from error


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
