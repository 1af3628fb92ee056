"""Pages that only show figures may read them from a replica, and say how old they are.

The one seam: a view begins with ``read_figures``. From then on statements that ask for sums alone
(``extensions.SUMS``) go to the replica, until the session ends or somebody writes. All else reads
the primary: sessions, permissions, the rows of people, what somebody has just done. A verb never
begins with it, and so rests on no figure of a replica.
"""

import logging
import time
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import sqlalchemy as sa
from flask import current_app, has_app_context

from wbtest import reaching
from wbtest.extensions import REPLICA, SUMS_FROM, db
from wbtest.moments import is_of_one_moment, read_one_moment
from wbtest.store import describe

log = logging.getLogger(__name__)

# Figures are called old from here on; what is younger is as old as a page that one is reading.
OLD = timedelta(seconds=5)
# A replica that did not answer is left alone for so long; pages read the primary meanwhile.
REST_SECONDS = 10.0
CONNECT_SECONDS = 2
UNREACHABLE = (sa.exc.DBAPIError, sa.exc.TimeoutError)
AS_OF = "figures as of"
# Until when that is, for this process.
RESTS = "wbtest.replica_rests"
# Which database this is, of which cluster.
_WHICH = "(SELECT system_identifier FROM pg_control_system()), current_database()"
HERE = sa.text(f"SELECT {_WHICH}, CAST(pg_current_wal_lsn() AS text), now()")
# Whether it has all that was written when we looked, and else what it has: of which commit.
THERE = sa.text(
    f"SELECT {_WHICH}, pg_is_in_recovery(),"
    " pg_last_wal_replay_lsn() >= CAST(:written AS pg_lsn), pg_last_xact_replay_timestamp()"
)


class NoReplica(Exception):
    """What the setting names cannot be read; the text says why, in a sentence."""


class State(NamedTuple):
    """Of when the replica is: ``as_of``, or None where it has everything; and how far behind."""

    as_of: datetime | None
    lag: timedelta


def options_of(url: str) -> dict[str, object]:
    """Return how the engine of a replica is made; one that is gone must hold nobody up."""
    return {
        "url": url,
        "pool_pre_ping": True,
        "pool_timeout": CONNECT_SECONDS,
        "connect_args": {**reaching.options_of(url), "connect_timeout": CONNECT_SECONDS},
        "hide_parameters": True,
    }


def read_figures() -> None:
    """Let figures be read of one moment from here on, from the replica if there is one.

    Where it does not answer they are read from the primary, as they are without a replica.
    """
    if not is_of_one_moment():
        read_one_moment()
    if not has_replica() or time.monotonic() < current_app.extensions.get(RESTS, 0.0):
        return
    session, engine = db.session, db.engines[REPLICA]
    try:
        state = look()
        # A moment of its own, no earlier than the one that we looked at.
        session.connection(
            bind_arguments={"bind": engine},
            execution_options={"isolation_level": "REPEATABLE READ"},
        )
    except NoReplica as reason:
        _let_rest(reason)
        return
    except UNREACHABLE as error:
        _let_rest(_silent(error))
        return
    session.info[SUMS_FROM] = engine
    session.info[AS_OF] = state.as_of if state.lag >= OLD else None


def figures_as_of() -> datetime | None:
    """Of when the figures are that this request read; None when they are of now."""
    if not has_app_context() or SUMS_FROM not in db.session.info:
        return None
    found: datetime | None = db.session.info[AS_OF]
    return found


def has_replica() -> bool:
    """Whether one is set."""
    return REPLICA in db.engines


def look() -> State:
    """Ask primary and replica how far they are. Raises NoReplica."""
    *here, written, now = db.session.execute(HERE).one()
    try:
        with db.engines[REPLICA].connect() as connection:
            found = connection.execute(THERE, {"written": written}).one()
    except UNREACHABLE as error:
        raise _silent(error) from error
    *there, is_replica, has_all, replayed = found
    if here != there:
        raise NoReplica("WBTEST_READ_URL names another database than WBTEST_DATABASE_URL")
    if not is_replica:
        raise NoReplica("WBTEST_READ_URL names the primary, which is no replica")
    if has_all:
        return State(None, timedelta())
    if replayed is None:
        raise NoReplica("the replica does not say of when it is")
    return State(replayed.astimezone(UTC), max(now - replayed, timedelta()))


def _silent(error: Exception) -> NoReplica:
    return NoReplica(f"the replica does not answer: {describe(error)}")


def _let_rest(reason: NoReplica) -> None:
    log.warning("figures are read from the primary: %s", reason)
    current_app.extensions[RESTS] = time.monotonic() + REST_SECONDS
