"""A copy of a SQLite database that is in use, and where one may be put."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from wbtest.store import StoreBroken

# How PostgreSQL's dumps begin.
DUMP = b"PGDMP"
# Two tables of ours, by which a file of SQLite is told from others'.
IS_OURS = "SELECT count(*) FROM sqlite_schema WHERE name IN ('alembic_version', 'people')"


def backup(source: Path, target: Path) -> None:
    """Copy a SQLite database to ``target`` while it is in use, and check the copy.

    Raises StoreBroken when the copy is not whole. The copy appears under its name only then.
    """
    with made_whole(target) as part:
        with closing(sqlite3.connect(source)) as reader, closing(sqlite3.connect(part)) as writer:
            reader.backup(writer)
            verdict = writer.execute("PRAGMA integrity_check").fetchone()[0]
        if verdict != "ok":
            raise StoreBroken(f"the backup of {source.name} is not whole: {verdict}")


@contextmanager
def made_whole(target: Path) -> Iterator[Path]:
    """Give a file to write to, which gets its name ``target`` when the block has ended well.

    Raises StoreBroken where something else than a backup has one of the two names: it stays.
    """
    part = target.with_name(f"{target.name}.part")
    target.parent.mkdir(parents=True, exist_ok=True)
    for file in (target, part):
        _refuse_to_replace(file)
    try:
        yield part
        part.replace(target)
    finally:
        # Half a copy on a disk that is full would keep it full.
        part.unlink(missing_ok=True)


def _refuse_to_replace(file: Path) -> None:
    """Raise StoreBroken unless the name is free, or is that of an empty file or of a backup."""
    if not (file.exists() or file.is_symlink()):
        return
    if file.is_file() and file.suffix != ".lock" and _is_backup(file):
        return
    raise StoreBroken(f"{file} is there already and is no backup. Name another file.")


def _is_backup(file: Path) -> bool:
    """Whether it is empty, a dump, or a SQLite database of ours."""
    with file.open("rb") as opened:
        begin = opened.read(len(DUMP))
    if begin in (b"", DUMP):
        return True
    try:
        with closing(read_only(file)) as copy:
            return bool(copy.execute(IS_OURS).fetchone()[0] == 2)
    except sqlite3.DatabaseError:
        return False


def read_only(file: Path) -> sqlite3.Connection:
    """Open a SQLite file that nobody writes to, and leave nothing beside it."""
    return sqlite3.connect(f"file:{quote(str(file.resolve()))}?mode=ro&immutable=1", uri=True)
