"""A copy of a SQLite database that is in use."""

import sqlite3
from contextlib import closing
from pathlib import Path

from wbtest.store import StoreBroken


def backup(source: Path, target: Path) -> None:
    """Copy a SQLite database to ``target`` while it is in use, and check the copy.

    Raises StoreBroken when the copy is not whole. The copy appears under its name only then.
    """
    part = target.with_suffix(".part")
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with closing(sqlite3.connect(source)) as reader, closing(sqlite3.connect(part)) as writer:
            reader.backup(writer)
            verdict = writer.execute("PRAGMA integrity_check").fetchone()[0]
        if verdict != "ok":
            raise StoreBroken(f"the backup of {source.name} is not whole: {verdict}")
        part.replace(target)
    finally:
        # Half a copy on a disk that is full would keep it full.
        part.unlink(missing_ok=True)
