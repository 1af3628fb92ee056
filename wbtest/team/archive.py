"""All that an instance holds as one file, and back into an instance that has no team yet.

Lines of JSON, compressed: what it is, then every row of every table, each after what it points at,
and at the end how many these were, so that a part is not taken for the whole. Numbers stay what
they were, so every link, cookie and seal means the same there; only open log-ins end. The file
holds hashes of passwords and keys of pages too: guard it like the database.
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
from wbtest.store import Refused, describe, writing
from wbtest.team.archived_rows import Row, Unfit, packed, shown, unpacked
from wbtest.team.audit.log import record
from wbtest.team.models import AuditLine, TeamSettings
from wbtest.team.settings import announce_change

KIND = "wbtest instance"
DAMAGED = "The file is damaged or not whole. Nothing was stored."
# Open log-ins, and what is about a moment or a machine.
STAYS = {
    *("account_links", "job_runs", "limit_counts", "limit_keys"),
    *("login_sessions", "pages_version", "setup_links"),
}
# Stands where the others name their table.
END = "end"
ROWS_AT_ONCE = 1_000
# In bytes. A picture is a tenth of that.
LONGEST_LINE = 1 << 26
Told = Callable[[int], None]
# A line's number, from 1 for the head, and what it holds.
Lines = Iterator[tuple[int, Any]]


class Damaged(Refused):
    """The file cannot be stored; ``why`` says at which line, and what is there."""

    def __init__(self, why: str) -> None:
        super().__init__(f"{why} {DAMAGED}")


def count_rows() -> int:
    """How many rows the file would hold."""
    parts = (sa.select(sa.func.count()).select_from(table) for table in _tables())
    return sum(db.session.scalar(part) or 0 for part in parts)


def write_archive(file: IO[bytes], told: Told) -> None:
    """Write everything to ``file``, as it is at one moment.

    ``told`` is called with the number of rows of each step, for whoever waits.
    """
    read_one_moment()
    head = {"kind": KIND, "schema": current_revision(), "at": clock.now().isoformat()}
    written = 0
    with gzip.GzipFile(fileobj=file, mode="wb", mtime=0) as target:
        target.write(_line(head))
        for table in _tables():
            query = sa.select(table).order_by(*table.primary_key)
            rows = db.session.execute(query.execution_options(yield_per=ROWS_AT_ONCE))
            for some in rows.mappings().partitions():
                for row in some:
                    target.write(_line([table.name, packed(table, row)]))
                written += len(some)
                told(len(some))
        target.write(_line([END, written]))
    record("team.exported")


def read_archive(file: IO[bytes], told: Told) -> None:
    """Store all that ``file`` holds, or nothing.

    Raises Refused for another kind of file, for one that another version made, and where there is
    a team already; Damaged with the line that cannot be stored.
    """
    with writing() as session:
        if session.scalar(sa.select(TeamSettings.id)) is not None:
            raise Refused(
                "This instance has a team already. Import the file into an empty instance: set "
                "WBTEST_INSTANCE to a new folder, or WBTEST_DATABASE_URL to an empty database."
            )
        lines = _lines(file)
        _, head = next(lines, (0, None))
        if not isinstance(head, dict) or head.get("kind") != KIND:
            raise Refused("This file was not made by `wbtest instance export`.")
        if head.get("schema") != current_revision():
            raise Refused(
                f"The file is of database version {head.get('schema')}, this one is "
                f"{current_revision()}. Use the same version of wbtest on both sides."
            )
        _store(lines, told)
        if session.scalar(sa.select(sa.func.count(TeamSettings.id))) != 1:
            raise Damaged("It holds no team.")
        _count_on()
        announce_change()
        record("team.imported")


def _tables() -> list[sa.Table]:
    """Each table that is moved, after those that it points at."""
    return [table for table in Base.metadata.sorted_tables if table.name not in STAYS]


def _store(lines: Lines, told: Told) -> None:
    """Store every row of the file. Raises Damaged with the first line that is none."""
    tables = {table.name: table for table in _tables()}
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
            raise Damaged(f"Line {number:,}: there is no table {shown(line[0])}.")
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
