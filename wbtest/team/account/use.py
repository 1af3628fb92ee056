"""When a device was last used: bookkeeping, known to the hour and no closer."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from flask import current_app

from wbtest.extensions import clock
from wbtest.team import noting
from wbtest.team.models import LoginSession
from wbtest.team.sessions import digest

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
    if not noting.note(ours.values(last_used_at=now), "when a device was used"):
        known[RESTS_UNTIL] = now + RESTS_FOR
