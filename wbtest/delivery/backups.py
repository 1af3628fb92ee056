"""Copies of the database in ``instance/backups``: each night, and when asked for.

Nightly ones on SQLite only: there no other machine may be at work, and no other program is needed.
"""

import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

from wbtest import store
from wbtest.config import Settings
from wbtest.extensions import runtime
from wbtest.store import StoreBroken

KEPT_DAYS = 14
KEPT_LAST = 5
# A copy that takes longer than this is none any more: whoever made it was killed.
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

    So whoever makes many on one day loses none of the days before. Half copies that a kill left go
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
            raise StoreBroken(f"the backup of {source.name} is not whole: {verdict}")


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
    raise StoreBroken(f"{file} is there already and is no backup. Name another file.")


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
        raise StoreBroken(
            f"{file} cannot be put together in {part.parent}: {error}. Nothing was changed."
        ) from error
    except sqlite3.DatabaseError as error:
        raise StoreBroken(f"{file} is not a whole backup: {error}. Nothing was changed.") from error
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
