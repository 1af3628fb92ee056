"""Copies of the database in ``instance/backups``: each night, and when asked for.

Nightly ones on SQLite only: there no other machine may be at work, and no other program is needed.
PostgreSQL's own programs write and read its dumps, we check and name them. A password goes to them
by the environment: a command line can be read by everybody on the machine.
"""

import os
import re
import shlex
import shutil
import sqlite3
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import sqlalchemy as sa

from wbtest import database, store
from wbtest.config import Settings
from wbtest.extensions import runtime

KEPT_DAYS = 14
KEPT_LAST = 5
# A copy that takes longer than this never gets done: the process that made it was killed.
LONGEST_COPY = timedelta(days=1)
ASKED = "asked"
REPLACED = "replaced"
# The name of a copy ends with the moment at which it was made, in UTC.
MADE = re.compile(r"-(\d{4}-\d\d-\d\dT\d{6})\.(?:db|dump|part)")
# How PostgreSQL's dumps begin.
DUMP = b"PGDMP"
# How SQLite's files do.
SQLITE = b"SQLite format 3\0"
# What SQLite's write-ahead log ends with, beside the file.
LOG = "-wal"
# What stands in a copy that is not whole yet, and where. SQLite writes the first page last: so one
# that was killed has it still, and by it the next one knows that it may write over it.
HALF, HALF_AT = b"wbcp", 68
# What stays out of copies: with its keys somebody could find out later which network was counted.
LEFT_OUT = ("limit_counts", "limit_keys")
# Two tables of ours, by which a file of SQLite is told from others'.
IS_OURS = "SELECT count(*) FROM sqlite_schema WHERE name IN ('alembic_version', 'people')"
# How long PostgreSQL may take to let go of a connection that one of its own programs has closed.
LINGERS_SECONDS = 2.0
OUR_TABLES = ("alembic_version", "people")
# What comes before the first statement that does something.
SCRIPT_HEAD = (b"--", b"\\", b"\n", b"SET ")
# The row of the one table that names the schema.
REVISION = re.compile(r"^COPY public\.alembic_version .*\n(?!\\\.)(.+)$", re.MULTILINE)
TIMEOUT_OFF = re.compile(rb"SET (\w+_timeout) = 0;$")
# Another version may have made tables of which the dump knows nothing.
DROP_ALL = (
    # Or the notices of what goes along would hide the one sentence that says why it failed.
    "SET LOCAL client_min_messages = warning;"
    " DO $$ DECLARE name text; BEGIN"
    " FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP"
    " EXECUTE format('DROP TABLE public.%I CASCADE', name); END LOOP; END $$"
)


def backup_folder(settings: Settings) -> Path:
    return settings.instance / "backups"


def back_up_nightly(now: datetime) -> None:
    """Copy the database and keep the newest copies; a job of the worker."""
    settings = runtime().settings
    back_up(settings, "nightly", now)


def back_up(settings: Settings, why: str, now: datetime) -> Path:
    """Copy the SQLite database to ``<why>-<time>.db`` and return where it is.

    Of its kind the oldest go. Raises StoreBroken when the copy is not whole.
    """
    source = settings.database_file
    if source is None:
        raise store.StoreBroken("Back up PostgreSQL with pg_dump: wbtest backup.")
    copy = place_for(settings, why, now)
    copy_database(source, copy)
    forget_oldest(settings, why)
    return copy


def place_for(settings: Settings, why: str, now: datetime) -> Path:
    """Where a copy goes that is made now; by the time in its name it is deleted after a purge.

    It is never the place of another one: of two restores within a second the second would write
    over the copy that it reads.
    """
    kind = "db" if settings.is_sqlite else "dump"
    while (place := backup_folder(settings) / f"{why}-{now:%Y-%m-%dT%H%M%S}.{kind}").exists():
        now += timedelta(seconds=1)
    return place


def made_at(file: Path) -> datetime | None:
    """When a copy was made, by its name; None for another name.

    Half a copy, left by a process that was killed, and what SQLite has beside one are named alike.
    """
    made = MADE.search(file.name)
    return datetime.strptime(made[1], "%Y-%m-%dT%H%M%S").replace(tzinfo=UTC) if made else None


def forget_oldest(settings: Settings, why: str) -> None:
    """Delete copies of this kind, but for the newest of each of fourteen days and the newest five.

    So many copies on one day push out none of the days before. Half copies that a kill left go
    as well: each has a name of its own, and together they would fill the disk.
    """
    folder = backup_folder(settings)
    kind = "db" if settings.is_sqlite else "dump"
    copies = {file: at for file in sorted(folder.glob(f"{why}-*.{kind}")) if (at := made_at(file))}
    of_days = {at.date(): file for file, at in copies.items()}
    kept = {*list(copies)[-KEPT_LAST:], *list(of_days.values())[-KEPT_DAYS:]}
    for old in copies.keys() - kept:
        for part in folder.glob(f"{old.name}*"):
            part.unlink()
    newest = max(copies.values(), default=datetime.min.replace(tzinfo=UTC))
    for half in folder.glob(f"{why}-*.{kind}.part*"):
        if (at := made_at(half)) and newest - at > LONGEST_COPY:
            half.unlink()


def newest_backup(settings: Settings) -> Path | None:
    """The backup of SQLite that was written last, or None."""
    copies = [file for file in _copies(settings, "*.db") if is_sqlite(file)]
    return max(copies, key=_written_at, default=None)


def newest_dump(settings: Settings) -> tuple[Path, datetime] | None:
    """The dump of PostgreSQL that was written last, and when; None without one."""
    newest = max(_copies(settings, "*.dump"), key=_written_at, default=None)
    return (newest, datetime.fromtimestamp(_written_at(newest), UTC)) if newest else None


def _copies(settings: Settings, pattern: str) -> list[Path]:
    """Those of this pattern, but for what a restore set aside: it may be what was damaged."""
    found = backup_folder(settings).glob(pattern)
    return [file for file in found if not file.name.startswith(f"{REPLACED}-")]


def _written_at(file: Path) -> float:
    return file.stat().st_mtime


def copy_database(source: Path, target: Path) -> None:
    """Copy a SQLite database to ``target`` while it is in use, and check the copy.

    The rows of LEFT_OUT are not in it. It appears under its name only when it is whole; raises
    StoreBroken when it is not.
    """
    with made_whole(target) as part:
        with closing(sqlite3.connect(source)) as reader, closing(sqlite3.connect(part)) as writer:
            writer.execute(f"PRAGMA application_id={int.from_bytes(HALF)}")
            reader.backup(writer)
            # A journal beside the file would outlive a kill, and be played into the next copy.
            writer.execute("PRAGMA journal_mode=MEMORY")
            leave_out(writer)
            verdict = writer.execute("PRAGMA integrity_check").fetchone()[0]
        if verdict != "ok":
            raise store.StoreBroken(f"the backup of {source.name} is incomplete: {verdict}")


def leave_out(copy: sqlite3.Connection) -> None:
    """Delete the rows of LEFT_OUT from a copy, and what they were from its file."""
    copy.execute("PRAGMA secure_delete=ON")
    for table in LEFT_OUT:
        if copy.execute("SELECT 1 FROM sqlite_schema WHERE name = ?", (table,)).fetchone():
            copy.execute(f"DELETE FROM {table}")  # noqa: S608 - a name of ours
    copy.commit()


@contextmanager
def made_whole(target: Path) -> Iterator[Path]:
    """Give a file to write to, which gets its name ``target`` when the block has ended well.

    Raises StoreBroken where something else than a backup has one of the two names: it stays.
    """
    part = target.with_name(f"{target.name}.part")
    target.parent.mkdir(parents=True, exist_ok=True)
    for file in (target, part):
        refuse_to_replace(file)
    try:
        yield part
        # SQLite would play a log that lies beside it into the new one, whatever it was of.
        for end, beside in parts_of(target):
            if end:
                beside.unlink(missing_ok=True)
        part.replace(target)
    finally:
        # Half a copy on a disk that is full would keep it full.
        part.unlink(missing_ok=True)


def refuse_to_replace(file: Path) -> None:
    """Raise StoreBroken unless the name is free, or is that of an empty file or of a backup."""
    if not (file.exists() or file.is_symlink()):
        return
    if file.is_file() and file.suffix != ".lock" and _is_backup(file):
        return
    raise store.StoreBroken(f"{file} already exists and isn’t a backup. Name another file.")


def _is_backup(file: Path) -> bool:
    """Whether it is empty, a dump, a SQLite database of ours, or half a copy of one."""
    with file.open("rb") as opened:
        begin = opened.read(HALF_AT + len(HALF))
    is_half = begin.startswith(SQLITE) and begin.endswith(HALF)
    if not begin or begin.startswith(DUMP) or is_half:
        return True
    try:
        with closing(read_only(file)) as copy:
            return bool(copy.execute(IS_OURS).fetchone()[0] == 2)
    except sqlite3.DatabaseError:
        return False


@contextmanager
def in_one_file(file: Path, part: Path) -> Iterator[Path]:
    """Copy a database that nobody writes to into ``part``, which is there until the block ends.

    With it comes what SQLite has not put into the file yet: a process that was killed leaves it in
    a log beside it. Raises StoreBroken where both are no database.
    """
    remove(part)
    try:
        shutil.copyfile(file, part)
        log = file.with_name(file.name + LOG)
        if log.exists():
            shutil.copyfile(log, part.with_name(part.name + LOG))
            with closing(sqlite3.connect(part)) as copy:
                copy.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        yield part
    except sqlite3.OperationalError as error:
        raise store.StoreBroken(
            f"{file} can’t be put together in {part.parent}: {error}. Nothing was changed."
        ) from error
    except sqlite3.DatabaseError as error:
        raise store.StoreBroken(
            f"{file} isn’t a complete backup: {error}. Nothing was changed."
        ) from error
    finally:
        remove(part)


def restored_in(database: Path) -> Path:
    """Where a restore puts together what takes the database's place.

    Always the same place: what one that was killed left there goes when the instance is held next.
    """
    return database.with_name(f"{database.name}.restore-under-way")


def remove(database: Path) -> None:
    """Delete a SQLite database with all that is beside it."""
    for _, part in parts_of(database):
        part.unlink(missing_ok=True)


def parts_of(database: Path) -> Iterator[tuple[str, Path]]:
    """The files of a SQLite database, there or not: what each name ends with, and the file."""
    return ((end, database.with_name(database.name + end)) for end in ("", LOG, "-shm"))


def is_sqlite(file: Path) -> bool:
    """Whether a file begins as a database of SQLite does."""
    with file.open("rb") as opened:
        return opened.read(len(SQLITE)) == SQLITE


def read_only(file: Path) -> sqlite3.Connection:
    """Open a SQLite file that nobody writes to, and leave nothing beside it."""
    return sqlite3.connect(f"file:{quote(str(file.resolve()))}?mode=ro&immutable=1", uri=True)


class ProgramFailed(store.StoreBroken):
    """One of PostgreSQL's programs ended with a complaint, which is the text."""


def dump(url: str, target: Path) -> None:
    """Write the database to ``target`` as it is at one moment, in PostgreSQL's custom format.

    The rows of LEFT_OUT are not in it.
    The file appears under its name only when it is whole. Raises StoreBroken with the fix, or when
    the database has another schema than this code needs.
    """
    with made_whole(target) as part:
        how = ("--format=custom", "--no-owner", "--no-acl")
        left_out = (f"--exclude-table-data=public.{table}" for table in LEFT_OUT)
        _run_program(url, "pg_dump", *how, *left_out, f"--file={part}")
        check_dump(url, part)
        check_dump_schema(url, part, "This database")


def check_dump(url: str, file: Path) -> None:
    """Raise StoreBroken unless ``file`` is a dump of ours that can be read to its end."""
    try:
        # Reads every row and writes none: a file that was cut off is found before anything changes.
        _run_program(url, "pg_restore", "--file=/dev/null", str(file), is_local=True)
    except ProgramFailed as error:
        raise store.StoreBroken(
            f"{file} isn’t a complete backup: {error} Nothing was changed."
        ) from error
    listed = _run_program(url, "pg_restore", "--list", str(file), is_local=True)
    if not all(f" TABLE DATA public {table} " in listed for table in OUR_TABLES):
        raise store.StoreBroken(f"{file} isn’t a wbtest database. Nothing was changed.")


def check_dump_schema(url: str, file: Path, what: str) -> None:
    """Raise StoreBroken, about ``what``, unless a dump of ours has a schema that we know."""
    one = ("--data-only", "--table=alembic_version", "--file=-")
    rows = _run_program(url, "pg_restore", *one, str(file), is_local=True)
    found = REVISION.search(rows)
    revision = found[1] if found else "unknown"
    if revision not in database.revisions():
        raise store.StoreBroken(f"{what} {database.describe_other_version(revision)}")


def is_dump(file: Path) -> bool:
    """Whether a file begins as a dump does. Whether it ends as one only ``check`` can tell."""
    with file.open("rb") as opened:
        return opened.read(len(DUMP)) == DUMP


def restore_dump(url: str, file: Path, folder: Path) -> None:
    """Put a checked dump in the database's place, all or nothing; ``folder`` has room for it.

    Raises StoreBroken when it cannot, or when somebody else is connected by now.
    """
    how = ("--clean", "--if-exists", "--no-owner", "--no-acl")
    script = script_in(folder)
    try:
        # First to a file: if a part of it came straight to psql, that part would be taken for all.
        _run_program(url, "pg_restore", *how, f"--file={script}", str(file), is_local=True)
        leave_out_unknown(url, script)
        refuse_others(url)
        one = ("--quiet", "--no-psqlrc", "--single-transaction", "--set=ON_ERROR_STOP=1")
        _run_program(url, "psql", *one, f"--command={DROP_ALL}", f"--file={script}")
    finally:
        script.unlink(missing_ok=True)


def script_in(folder: Path) -> Path:
    """Where a restore keeps all rows in clear while it lasts.

    Always the same place: what one that was killed left there goes when the instance is held next.
    """
    return folder / "restore-under-way.sql"


def leave_out_unknown(url: str, script: Path) -> None:
    """Take the timeouts out of the head of a script that the server does not know.

    Newer programs write them for any server: those of 17 turn ``transaction_timeout`` off, which an
    older one refuses. A limit that it does not know limits nothing.
    """
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with script.open("r+b") as file, engine.connect() as connection:
        is_known = sa.text("SELECT current_setting(:name, true) IS NOT NULL")
        for line in iter(file.readline, b""):
            if not line.startswith(SCRIPT_HEAD):
                break
            found = TIMEOUT_OFF.match(line)
            if found and not connection.scalar(is_known, {"name": found[1].decode()}):
                # In its place, and no longer than it was: the rest may be long.
                file.seek(-len(line), os.SEEK_CUR)
                file.write(line.replace(b"SET", b"-- ", 1))


def refuse_others(url: str) -> None:
    """Raise StoreBroken while anybody else is connected to the database."""
    pause = threading.Event()
    ends = time.monotonic() + LINGERS_SECONDS
    while others := count_others(url):
        if time.monotonic() >= ends:
            raise store.StoreBroken(
                f"The database is in use (connections: {others}). Stop wbtest on every machine "
                "first, then try again. Nothing was changed."
            )
        pause.wait(0.05)


def count_others(url: str) -> int:
    """How many connections there are to the database beside the one that asks."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    # Autovacuum comes and goes as it likes, and is of nobody. ``backend_type`` would say so, but is
    # shown to administrators only: by it, other people's connections would be overlooked as well.
    others = sa.text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND pid <> pg_backend_pid() AND usesysid IS NOT NULL"
    )
    with engine.connect() as connection:
        return int(connection.execute(others).scalar_one())


def is_empty_postgresql(url: str) -> bool:
    """Whether the database holds no table."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        return not sa.inspect(connection).get_table_names()


def _run_program(url: str, program: str, *arguments: str, is_local: bool = False) -> str:
    """Run one of PostgreSQL's programs and return what it prints; StoreBroken when it fails."""
    command = [program, *arguments, *([] if is_local else [f"--dbname={_address(url)}"])]
    if shutil.which(program) is None:
        raise store.StoreBroken(
            f"{program} isn’t installed. Install it (Debian: apt install postgresql-client), or "
            f"run this where it is: {shlex.join(command).replace('.part', '')}"
        )
    parts = sa.make_url(url)
    # Debian's are wrappers, which do not see the host in an address: without one of its own they
    # take the version of a server on this machine, which may be gone, or older than the other.
    known = {"PGPASSWORD": parts.password, "PGHOST": parts.host}
    done = subprocess.run(  # noqa: S603 - its own program, no shell
        command,
        env={**os.environ, **{name: value for name, value in known.items() if value}},
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode:
        said = " ".join(done.stderr.split())[:500]
        raise ProgramFailed(f"{program} failed: {said.rstrip('.')}.")
    return done.stdout


def _address(url: str) -> str:
    """As PostgreSQL's programs take it, without the password."""
    # ``set`` would take None for "leave it".
    parts = sa.make_url(url).set(drivername="postgresql")._replace(password=None)
    return parts.render_as_string(hide_password=False)
