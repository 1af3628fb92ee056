"""What verbs and commands do with recorded events, keeping the hourly roll-up exact.

Events come in through the recorder; here they are confirmed, erased, forgotten, and counted anew.
"""

import secrets
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session, scoped_session

from wbtest.audience.cells import HistoryKey, history_key
from wbtest.audience.ledger import SIGHTINGS, SIGNUPS, Ledger, take_turn
from wbtest.audience.recount import differences, rebuild

AnySession = Session | scoped_session[Any]
# A token that is known and new, one that was used before, one that leads nowhere.
Confirmed = Literal["confirmed", "already", "unknown"]
OPTED_OUT = "opted_out"


def confirm(session: AnySession, token_hash: str, at_us: int) -> Confirmed:
    """Mark the sign-up of this token confirmed at ``at_us``, inside the caller's transaction.

    The first confirmation stands. Where only a confirmation converts, it makes the conversion.
    """
    connection = _begin(session)
    signup = _find_signup(connection, token_hash)
    if signup is None:
        return "unknown"
    if signup.confirmed_us is not None:
        return "already"
    with Ledger(connection) as ledger, ledger.settling([history_key(signup)]):
        connection.execute(sa.update(SIGNUPS).where(_is_it(signup)).values(confirmed_us=at_us))
    session.expire_all()
    return "confirmed"


def erase(session: AnySession, token_hash: str, now: datetime) -> bool:
    """Erase who is behind the sign-up of this token, inside the caller's transaction.

    Returns False when there is none. What stays is a count without a name: where and when somebody
    signed up. No figure changes, since a verdict that was reached must not vanish with a person who
    leaves; and a new sign-up of the same address is one of its own.
    """
    connection = _begin(session)
    signup = _find_signup(connection, token_hash)
    if signup is None:
        return False
    # No address: those have an @.
    nobody = f"left-{secrets.token_hex(16)}"
    before = history_key(signup)
    after = before._replace(email_key=nobody) if before.email_key else before
    with Ledger(connection) as ledger, ledger.settling([before, after]):
        connection.execute(
            sa.update(SIGNUPS)
            .where(_is_it(signup))
            .values(email_key=nobody, email="", name="", consent="", token_hash="", left_at=now)
        )
    session.expire_all()
    return True


def forget(session: AnySession, experiment_id: int, visitor: str) -> None:
    """Delete what is known of a visitor who objects, inside the caller's transaction.

    Visits and sightings go. Addresses left stay, but count no more and are tied to nobody.
    """
    connection = _begin(session)
    sightings = _of(SIGHTINGS, experiment_id, visitor)
    signups = _of(SIGNUPS, experiment_id, visitor)
    histories = {
        HistoryKey(experiment_id, visitor, row.excluded_because)
        for row in connection.execute(sa.select(SIGHTINGS).where(sightings))
    }
    for row in connection.execute(sa.select(SIGNUPS).where(signups)):
        histories.add(HistoryKey(experiment_id, visitor, row.excluded_because))
        histories.add(HistoryKey(experiment_id, "", OPTED_OUT, row.email_key))
    with Ledger(connection) as ledger, ledger.settling(histories):
        ledger.remove_visits(experiment_id, visitor)
        connection.execute(sa.delete(SIGHTINGS).where(sightings))
        connection.execute(
            sa.update(SIGNUPS).where(signups).values(visitor="", excluded_because=OPTED_OUT)
        )
    session.expire_all()


def _begin(session: AnySession) -> sa.Connection:
    """The session's connection, with what it holds written and no other writer of events."""
    session.flush()
    connection = session.connection()
    take_turn(connection)
    return connection


def _find_signup(connection: sa.Connection, token_hash: str) -> Any:
    if not token_hash:
        return None
    is_it = SIGNUPS.c.token_hash == token_hash
    return connection.execute(sa.select(SIGNUPS).where(is_it)).first()


def _is_it(signup: Any) -> sa.ColumnElement[bool]:
    return sa.and_(
        SIGNUPS.c.experiment_id == signup.experiment_id, SIGNUPS.c.email_key == signup.email_key
    )


def _of(table: sa.Table, experiment_id: int, visitor: str) -> sa.ColumnElement[bool]:
    return sa.and_(table.c.experiment_id == experiment_id, table.c.visitor == visitor)


__all__ = ["Confirmed", "confirm", "differences", "erase", "forget", "rebuild"]
