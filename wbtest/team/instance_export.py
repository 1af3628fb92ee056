"""All that an instance holds as one file, and back into an instance that has no team yet.

Lines of JSON, compressed: what it is, then every row of every table, each after what it points at,
and at the end how many these were, so that a part is not taken for the whole. Numbers stay what
they were, so every link, cookie and seal means the same there; only open log-ins end. The file
holds hashes of passwords and keys of pages too: guard it like the database.

SQLite stores a word where a number belongs, so each value is checked against its column here.
"""

import base64
import gzip
import json
import math
import zlib
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from functools import cache
from typing import IO, Any

import sqlalchemy as sa

from wbtest.database import current_revision, read_one_moment
from wbtest.extensions import Base, clock, db
from wbtest.store import Refused, UtcDateTime, describe, writing
from wbtest.team import audit, settings
from wbtest.team.models import AuditLine, TeamSettings

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
Row = dict[str, Any]
# What 64 bits hold.
LARGEST_INTEGER = 2**63 - 1
LONGEST_SHOWN = 40


class DamagedExport(Refused):
    """The file cannot be stored; ``why`` says at which line, and what is there."""

    def __init__(self, why: str) -> None:
        super().__init__(f"{why} {DAMAGED}")


def count_rows() -> int:
    """How many rows the file would hold."""
    parts = (sa.select(sa.func.count()).select_from(table) for table in _tables())
    return sum(db.session.scalar(part) or 0 for part in parts)


def write_export(file: IO[bytes], told: Told) -> None:
    """Write everything to ``file``, as it is at one moment.

    ``told`` is called with the number of rows of each step, to show progress.
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
                    target.write(_line([table.name, pack_row(table, row)]))
                written += len(some)
                told(len(some))
        target.write(_line([END, written]))
    audit.record("team.exported")


def read_export(file: IO[bytes], told: Told) -> None:
    """Store all that ``file`` holds, or nothing.

    Raises Refused for another kind of file, for one that another version made, and where there is
    a team already; DamagedExportExport with the line that cannot be stored.
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
            raise DamagedExport("It holds no team.")
        _count_on()
        settings.announce_change()
        audit.record("team.imported")


def _tables() -> list[sa.Table]:
    """Each table that is moved, after those that it points at."""
    return [table for table in Base.metadata.sorted_tables if table.name not in STAYS]


def _store(lines: Lines, told: Told) -> None:
    """Store every row of the file. Raises DamagedExport with the first line that is none."""
    tables = {table.name: table for table in _tables()}
    waiting: list[Row] = []
    last, stored, table = 1, 0, None
    for number, line in lines:
        if not isinstance(line, list) or len(line) != 2:
            raise DamagedExport(f"Line {number:,}: this is no row.")
        named = tables.get(line[0]) if isinstance(line[0], str) else None
        if named is not table or len(waiting) == ROWS_AT_ONCE:
            stored += _insert(table, waiting, last, told)
            waiting = []
        if line[0] == END:
            if line[1] != stored:
                raise DamagedExport(
                    f"Line {number:,}: {quote_value(line[1])} rows were written, {stored} came."
                )
            if next(lines, None) is not None:
                raise DamagedExport(f"Line {number:,} is the end, and more follows.")
            return
        if named is None:
            raise DamagedExport(f"Line {number:,}: there is no table {quote_value(line[0])}.")
        try:
            waiting.append(_unpacked(named, line[1]))
        except UnfitValue as error:
            raise DamagedExport(f"Line {number:,}: {error}") from error
        last, table = number, named
    raise DamagedExport(f"It breaks off after line {last:,}.")


def _unpacked(table: sa.Table, values: Any) -> Row:
    row = unpack_row(table, values)
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
        raise DamagedExport(
            f"{where}: {table.name} cannot hold this ({describe(error)})."
        ) from error
    told(len(rows))
    return len(rows)


def _lines(file: IO[bytes]) -> Lines:
    """The lines of the file, read one by one. Raises DamagedExport where they end too early."""
    number = 0
    try:
        with gzip.GzipFile(fileobj=file) as source:
            while line := source.readline(LONGEST_LINE):
                number += 1
                yield number, _read(number, line)
    except (OSError, EOFError, zlib.error) as error:
        raise DamagedExport(f"It cannot be read beyond line {number:,}.") from error


def _read(number: int, line: bytes) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError) as error:
        raise DamagedExport(f"Line {number:,}: this is not JSON.") from error


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


class UnfitValue(ValueError):
    """A value that its column cannot hold; the text begins with table and column."""


def pack_row(table: sa.Table, row: Any) -> Row:
    """Return the row as values of JSON, by column."""
    values: Row = {}
    for column in table.columns:
        value = row[column.name]
        if isinstance(value, date):
            value = value.isoformat()
        elif isinstance(value, bytes):
            value = base64.b85encode(value).decode("ascii")
        values[column.name] = value
    return values


def unpack_row(table: sa.Table, values: Any) -> Row:
    """Return the row as it is stored. Raises UnfitValue with the first column that cannot be."""
    if not isinstance(values, Mapping):
        raise UnfitValue(f"{table.name}: this is no row.")
    row: Row = {}
    for name, is_nullable, read in _readers(table):
        if name not in values:
            raise UnfitValue(f"{table.name}.{name} is missing.")
        value = values[name]
        if value is None:
            if not is_nullable:
                raise UnfitValue(f"{table.name}.{name} is empty.")
            row[name] = None
            continue
        try:
            row[name] = read(value)
        except (TypeError, ValueError, OverflowError) as error:
            raise UnfitValue(f"{table.name}.{name} cannot be {quote_value(value)}.") from error
    if len(row) < len(values):
        strange = min(name for name in values if name not in row)
        raise UnfitValue(f"{table.name} has no column {quote_value(strange)}.")
    return row


def quote_value(value: Any) -> str:
    """Return a value of a file as it may stand in a sentence, cut where it is long.

    >>> quote_value("=1+1"), quote_value(["a"] * 50)
    ('"=1+1"', '["a", "a", "a", "a", "a", "a", "a", "a",…')
    """
    text = json.dumps(value)
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"


@cache
def _readers(table: sa.Table) -> list[tuple[str, bool, Callable[[Any], Any]]]:
    """Of each column its name, whether it may be empty, and what reads a value of it."""
    return [(each.name, bool(each.nullable), _reader(each.type)) for each in table.columns]


def _reader(kind: sa.types.TypeEngine[Any]) -> Callable[[Any], Any]:
    return next(read for known, read in _READERS if isinstance(kind, known))


def _text(value: Any) -> str:
    # Half characters are none that a database keeps.
    str.encode(value)
    return str(value)


def _whole(value: Any) -> int:
    if type(value) is not int or abs(value) > LARGEST_INTEGER:
        raise ValueError
    return value


def _number(value: Any) -> float:
    if type(value) not in (int, float) or not math.isfinite(value):
        raise ValueError
    return float(value)


def _yes_or_no(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _moment(value: Any) -> datetime:
    at = datetime.fromisoformat(value)
    if at.tzinfo is None:
        raise ValueError
    # In UTC the first and the last hours that can be written do not exist.
    return at.astimezone(UTC)


def _values(value: Any) -> Any:
    if not isinstance(value, dict | list):
        raise TypeError
    return value


# A kind that is derived from another stands above it.
_READERS: tuple[tuple[type[Any], Callable[[Any], Any]], ...] = (
    (UtcDateTime, _moment),
    (sa.Date, date.fromisoformat),
    (sa.LargeBinary, base64.b85decode),
    (sa.Boolean, _yes_or_no),
    (sa.Integer, _whole),
    (sa.Double, _number),
    (sa.String, _text),
    (sa.JSON, _values),
)
