"""When a device was last used: bookkeeping, known to the hour and no closer."""

import logging
from datetime import datetime, timedelta

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.exc import SQLAlchemyError

from wbtest.extensions import clock, db
from wbtest.store import describe, lock
from wbtest.team.models import LoginSession
from wbtest.team.sessions import digest

log = logging.getLogger(__name__)
# No page waits for a write more often than that, and none for one that failed just now.
NOTED_EVERY = timedelta(hours=1)
RESTS_FOR = timedelta(minutes=1)
RESTS_UNTIL = "wbtest.use_rests_until"


def is_due(noted_at: datetime) -> bool:
    """Whether that a device was used is to be written down once more."""
    return clock.now() - noted_at >= NOTED_EVERY


def note(token: str) -> None:
    """Write down that this session is used now, in a small transaction of its own.

    A database that cannot be written is no reason to show no page: then it stays as it was, and
    this process tries again a minute later.
    """
    now, known = clock.now(), current_app.extensions
    if now < known.get(RESTS_UNTIL, now):
        return
    ours = sa.update(LoginSession).where(LoginSession.token_hash == digest(token))
    try:
        with lock(), db.engine.connect().execution_options(writes=True) as c, c.begin():
            c.execute(ours.values(last_used_at=now))
    except SQLAlchemyError as error:
        known[RESTS_UNTIL] = now + RESTS_FOR
        log.warning("when a device was used could not be written down: %s", describe(error))
