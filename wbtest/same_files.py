"""Whether the files that SQLite has open are still those that have their names.

Somebody may move, replace or delete them while wbtest runs. The system lets us write on into what
has no name any more, and nobody would ever find it again: so nothing is written then.
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
    """Note the files of each new connection, and make none in place of one that has gone."""
    known: set[Path] = set()

    @sa.event.listens_for(engine, "do_connect")
    def _begin_no_other(*_: object) -> None:
        for file in known:
            if not file.exists():
                raise sqlite3.OperationalError(f"unable to open {file}: it has gone")

    @sa.event.listens_for(engine, "connect")
    def _note(connection: Any, record: Any) -> None:
        name = connection.execute("PRAGMA database_list").fetchone()[2]
        found = {Path(each): _which(Path(each)) for each in (name, name + LOG)}
        record.info[FILES] = {file: which for file, which in found.items() if which}
        known.add(Path(name))


def check(connection: sa.Connection) -> None:
    """Raise OperationalError unless what is written now has a name.

    Where another database has taken the place of ours, the next connection opens that one. What has
    gone altogether stays open: it may come back, or be all that is left.
    """
    files: Files = connection.info[FILES]
    for file, which in files.items():
        now = _which(file)
        if now == which:
            continue
        if now and not file.name.endswith(LOG):
            connection.engine.dispose()
        problem = "another file has its name" if now else "it has gone"
        said = f"{file} was taken away while wbtest runs ({problem}). Stop it before you do that."
        raise sa.exc.OperationalError("BEGIN", None, sqlite3.OperationalError(said))


def _which(file: Path) -> tuple[int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
