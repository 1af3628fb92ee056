"""Copies of the database in ``instance/backups``: each night, and when asked for.

Nightly ones on SQLite only: there no other machine may be at work, and no other program is needed.
"""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from wbtest import store
from wbtest.config import Settings
from wbtest.delivery import copying
from wbtest.runtime import runtime

KEPT_DAYS = 14
KEPT_LAST = 5
# A copy that takes longer than this is none any more: whoever made it was killed.
LONGEST_COPY = timedelta(days=1)
ASKED = "asked"
REPLACED = "replaced"
# The name of a copy ends with the moment at which it was made, in UTC.
MADE = re.compile(r"-(\d{4}-\d\d-\d\dT\d{6})\.(?:db|dump|part)")


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
    copying.backup(source, copy)
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
    copies = [file for file in _copies(settings, "*.db") if copying.is_sqlite(file)]
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
