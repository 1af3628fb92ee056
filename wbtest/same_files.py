"""Whether the files that SQLite has open are still those that have their names.

Somebody may move, replace or delete them while wbtest runs. The system lets us write on into what
has no name any more, and nobody would ever find it again; and SQLite would play the log of the one
database into another that has its name. So until ours is back, or we are started again, nothing is
written, and no connection is made.
"""

import sqlite3
from pathlib import Path
from typing import Any

import sqlalchemy as sa

# What a connection has open, by name: device and number of the file.
Files = dict[Path, tuple[int, int]]
FILES = "files"
LOG = "-wal"


def look_at(engine: sa.Engine) -> None:
    """Note the files of each new connection, and make none to what has taken the place of ours."""
    known: Files = {}

    @sa.event.listens_for(engine, "do_connect")
    def _begin_no_other(*_: object) -> None:
        for file, which in known.items():
            if (now := _which(file)) != which:
                raise sqlite3.OperationalError(_said(file, now))

    @sa.event.listens_for(engine, "connect")
    def _note(connection: Any, record: Any) -> None:
        record.info[FILES] = found = _files_of(connection)
        for file, which in found.items():
            if not file.name.endswith(LOG):
                known.setdefault(file, which)


def check(connection: sa.Connection) -> None:
    """Raise OperationalError unless what is written now has a name."""
    files: Files = connection.info[FILES]
    for file, which in files.items():
        if (now := _which(file)) != which:
            refused = sqlite3.OperationalError(_said(file, now))
            raise sa.exc.OperationalError("BEGIN", None, refused)


def _files_of(connection: Any) -> Files:
    try:
        name = connection.execute("PRAGMA database_list").fetchone()[2]
    except sqlite3.OperationalError:
        # A folder whose name is no UTF-8: SQLite opens it, and cannot say where it is.
        return {}
    found = {Path(each): _which(Path(each)) for each in (name, name + LOG)}
    return {file: which for file, which in found.items() if which}


def _said(file: Path, now: tuple[int, int] | None) -> str:
    problem = "another file has its name" if now else "it has gone"
    return (
        f"{file} was taken away while wbtest runs ({problem}). Put it back; or stop wbtest, and "
        "put a backup in its place with wbtest restore"
    )


def _which(file: Path) -> tuple[int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
