"""Copies of the SQLite database in ``instance/backups``: each night, and before a migration.

PostgreSQL has tools of its own for that.
"""

from datetime import datetime
from pathlib import Path

from flask import current_app

from wbtest import store
from wbtest.config import Settings

KEPT = 14


def backup_folder(settings: Settings) -> Path:
    return settings.instance / "backups"


def back_up_nightly(now: datetime) -> None:
    """Copy the database and keep the newest copies; a job of the worker."""
    settings: Settings = current_app.extensions["wbtest.settings"]
    back_up(settings, "nightly", now)


def back_up(settings: Settings, why: str, now: datetime) -> Path:
    """Copy the SQLite database to ``<why>-<time>.db`` and return where it is.

    The newest copies of each kind are kept. Raises StoreBroken when the copy is not whole.
    """
    source = settings.database_file
    if source is None:
        raise store.StoreBroken("Back up PostgreSQL with its own tools: pg_dump.")
    folder = backup_folder(settings)
    copy = folder / f"{why}-{now:%Y-%m-%dT%H%M%S}.db"
    store.backup(source, copy)
    for old in sorted(folder.glob(f"{why}-*.db"))[:-KEPT]:
        old.unlink()
    return copy


def newest_backup(settings: Settings) -> Path | None:
    """The backup that was written last, or None."""
    copies = sorted(backup_folder(settings).glob("*.db"), key=lambda file: file.stat().st_mtime)
    return copies[-1] if copies else None
