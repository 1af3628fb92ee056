"""What deleting leaves behind: in free space of the file, in its log, and in older copies.

SQLite writes zeros over what it deletes, and yet not everywhere: a row that was moved when its page
was split leaves its old bytes in the gap. Only writing the whole file anew leaves nothing.
PostgreSQL has tools of its own for this, as for copies.
"""

import re
from contextlib import closing
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from flask import current_app

from wbtest.audience.leaving.dates import COPY_DAYS
from wbtest.config import Settings
from wbtest.delivery.backups import backup_folder
from wbtest.delivery.jobs import find_run
from wbtest.extensions import db
from wbtest.publishing.models import Step
from wbtest.store import StoreBroken, lock

JOB = "traces"
# A copy that is made between a purge and the wiping of its traces may hold some of them.
WIPED_WITHIN = timedelta(hours=1)
# The name of a copy ends with the moment at which it was made, in UTC.
MADE = re.compile(r"-(\d{4}-\d\d-\d\dT\d{6})\.db")


def wipe_traces(now: datetime) -> None:  # noqa: ARG001 - a job is given the time
    """Write the file anew after a purge, and empty its log; a job of the worker.

    Raises StoreBroken when somebody reads all the while; then it is done an hour later.
    """
    run = find_run(JOB)
    last = run.succeeded_at if run else None
    purged_at = db.session.scalar(sa.select(sa.func.max(Step.at)).where(Step.what == "purged"))
    db.session.rollback()
    if purged_at is None or (last is not None and purged_at < last):
        return
    # The driver's own connection, since a file cannot be written anew inside a transaction. Others
    # wait at our lock meanwhile, instead of giving up at SQLite's own.
    with lock(), closing(db.engine.raw_connection()) as connection:
        cursor = connection.cursor()
        cursor.execute("VACUUM")
        is_busy = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    if is_busy:
        raise StoreBroken("somebody reads an old state of the database, so its log stays for now")


def drop_old_copies(now: datetime) -> None:
    """Delete copies made before a purge that is 14 days old; a job of the worker."""
    settings: Settings = current_app.extensions["wbtest.settings"]
    limit = now - timedelta(days=COPY_DAYS)
    purged_at = db.session.scalar(
        sa.select(sa.func.max(Step.at)).where(Step.what == "purged", Step.at <= limit)
    )
    if purged_at is None:
        return
    clean_from = purged_at + WIPED_WITHIN
    for file in backup_folder(settings).glob("*.db*"):
        made = MADE.search(file.name)
        if made and datetime.strptime(made[1], "%Y-%m-%dT%H%M%S").replace(tzinfo=UTC) <= clean_from:
            file.unlink()
