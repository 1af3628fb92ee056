"""Copies of the database in ``instance/backups``: each night, before a migration, when asked for.

The first two on SQLite only: there no other machine may be at work, and no other program is needed.
"""

from datetime import datetime, timedelta
from pathlib import Path

from flask import current_app

from wbtest import store
from wbtest.config import Settings

KEPT = 14
ASKED = "asked"


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
        raise store.StoreBroken("Back up PostgreSQL with pg_dump: wbtest backup.")
    copy = place_for(settings, why, now)
    store.backup(source, copy)
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


def forget_oldest(settings: Settings, why: str) -> None:
    """Delete all but the newest copies of this kind."""
    kind = "db" if settings.is_sqlite else "dump"
    for old in sorted(backup_folder(settings).glob(f"{why}-*.{kind}"))[:-KEPT]:
        old.unlink()


def newest_backup(settings: Settings) -> Path | None:
    """The backup that was written last, or None."""
    copies = sorted(backup_folder(settings).glob("*.db"), key=lambda file: file.stat().st_mtime)
    return copies[-1] if copies else None
