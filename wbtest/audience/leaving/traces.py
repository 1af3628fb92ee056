"""What deleting leaves behind: in free space of the file, in its log, and in older copies.

SQLite writes zeros over what it deletes, and yet not everywhere: a row that was moved when its page
was split leaves its old bytes in the gap. Only writing the whole file anew leaves nothing.
PostgreSQL has vacuum for its files. Copies of it go when `wbtest backup` or `wbtest restore` is run
where they lie, since a job of the worker is done by one of several machines.
"""

from contextlib import closing
from datetime import datetime, timedelta
from operator import attrgetter
from pathlib import Path

import sqlalchemy as sa

from wbtest.audience.leaving.dates import COPY_DAYS
from wbtest.delivery.backups import backup_folder, made_at
from wbtest.delivery.worker import find_run, for_each
from wbtest.extensions import db
from wbtest.publishing.models import Step
from wbtest.runtime import runtime
from wbtest.store import StoreBroken, lock
from wbtest.team.audit import find_last_action

JOB = "traces"
# A copy that is made between a purge and the wiping of its traces may hold some of them.
WIPED_WITHIN = timedelta(hours=1)


def wipe_traces(now: datetime) -> None:  # noqa: ARG001 - a job is given the time
    """Write the file anew after a purge or a deletion of all, and empty its log; a worker's job.

    Raises StoreBroken when somebody reads all the while; then it is done an hour later.
    """
    run = find_run(JOB)
    last = run.succeeded_at if run else None
    newest = max(_deletions(), default=None)
    db.session.rollback()
    if newest is None or (last is not None and newest < last):
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
    """Delete copies from before what was deleted 14 days ago; a job of the worker on SQLite."""
    settings = runtime().settings
    limit = now - timedelta(days=COPY_DAYS)
    newest = max(_deletions(limit), default=None)
    if newest is None:
        return
    clean_from = newest + WIPED_WITHIN
    old = [
        file
        for file in backup_folder(settings).glob("*")
        if (at := made_at(file)) and at <= clean_from
    ]
    for_each(old, Path.unlink, attrgetter("name"))


def _deletions(until: datetime | None = None) -> list[datetime]:
    """When a test was last purged, and when everything was last deleted, if ever."""
    is_early = sa.true() if until is None else Step.at <= until
    purged_at = db.session.scalar(
        sa.select(sa.func.max(Step.at)).where(Step.what == "purged", is_early)
    )
    written = find_last_action(("experiment.purged", "team.deleted"), until)
    return [at for at in (purged_at, written) if at is not None]
