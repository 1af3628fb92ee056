"""When a device or a token was last used: bookkeeping, for which no request waits."""

import logging
from datetime import datetime, timedelta

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.exc import SQLAlchemyError

from wbtest.extensions import clock, db
from wbtest.store import describe, lock
from wbtest.team.models import LoginSession
from wbtest.team.session_cookie import digest

log = logging.getLogger(__name__)

# In seconds. For PostgreSQL none at all would be a wait without end.
AT_ONCE = 0.001
# No page writes more often than that, and none after one that failed just now.
NOTED_EVERY = timedelta(hours=1)
RESTS_FOR = timedelta(minutes=1)
RESTS_UNTIL = "wbtest.use_rests_until"


def is_due(noted_at: datetime) -> bool:
    """Whether that a device was used is to be written down once more."""
    return clock.now() - noted_at >= NOTED_EVERY


def note(token: str) -> None:
    """Write down that this session is used now.

    A database that cannot be written, or not at once, is no reason to show no page or to let
    anybody wait: then it stays as it was, and this process tries again a minute later.
    """
    now, known = clock.now(), current_app.extensions
    if now < known.get(RESTS_UNTIL, now):
        return
    ours = sa.update(LoginSession).where(LoginSession.token_hash == digest(token))
    if not write_at_once(ours.values(last_used_at=now), "when a device was used"):
        known[RESTS_UNTIL] = now + RESTS_FOR


def write_at_once(statement: sa.Executable, what: str) -> bool:
    """Run this in a transaction of its own, at once or not at all; return whether it was.

    The request's own transaction goes on beside it. The log says that ``what`` was left out.
    """
    writes = db.engine.execution_options(writes=True, within=AT_ONCE)
    try:
        with lock().within(AT_ONCE), writes.begin() as connection:
            connection.execute(statement)
    except SQLAlchemyError as error:
        log.warning("%s could not be written down: %s", what, describe(error))
        return False
    return True
