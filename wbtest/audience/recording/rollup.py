"""What verbs and commands do with recorded events, keeping the hourly roll-up exact.

Events come in through the recorder; here they are confirmed, erased, forgotten, and counted anew.
"""

import secrets
from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session, scoped_session

from wbtest.audience.leaving.links import leads_to
from wbtest.audience.recording.cells import HistoryKey, history_key
from wbtest.audience.recording.ledger import SIGHTINGS, SIGNUPS, Ledger, take_turn
from wbtest.audience.recording.recount import differences, rebuild
from wbtest.audience.signing.announcing import announce_confirmed

AnySession = Session | scoped_session[Any]
# A token that is known and new, one that was used before, one that leads nowhere.
Confirmed = Literal["confirmed", "already", "unknown"]
Change = Callable[[Any], dict[str, Any]]
OPTED_OUT = "opted_out"


def confirm(
    session: AnySession, token_hash: str, at_us: int, *, is_automated: bool = False
) -> Confirmed:
    """Mark the sign-up of this token confirmed at ``at_us``, inside the caller's transaction.

    The first confirmation stands. Where only a confirmation converts, it makes the conversion.
    ``is_automated`` marks one that a machine may have sent; it counts like any other.
    """
    connection = _begin(session)
    signup = _find_signup(connection, token_hash)
    if signup is None:
        return "unknown"
    if signup.confirmed_us is not None:
        return "already"
    with Ledger(connection) as ledger, ledger.settling([history_key(signup)]):
        values = {"confirmed_us": at_us, "is_automated": is_automated}
        connection.execute(sa.update(SIGNUPS).where(_is_it(signup)).values(values))
    announce_confirmed(connection, signup, at_us)
    session.expire_all()
    return "confirmed"


def note_steps(session: AnySession, experiment_id: int, answer_hash: str, change: Change) -> None:
    """Keep what somebody did after signing up, inside the caller's transaction.

    ``change`` returns from the stored row what is to stand there: of ``answers``, ``answered_us``
    and the moments of later steps; nothing for nothing. Where one of these converts, it makes the
    conversion.
    """
    connection = _begin(session)
    is_it = (SIGNUPS.c.experiment_id == experiment_id) & (SIGNUPS.c.answer_hash == answer_hash)
    signup = connection.execute(sa.select(SIGNUPS).where(is_it)).one_or_none()
    values = change(signup) if signup is not None else None
    if signup is None or not values:
        return
    with Ledger(connection) as ledger, ledger.settling([history_key(signup)]):
        connection.execute(sa.update(SIGNUPS).where(_is_it(signup)).values(values))
    session.expire_all()


def erase(session: AnySession, token_hash: str, now: datetime) -> bool:
    """Erase who is behind the sign-up of this token, inside the caller's transaction.

    Returns False when there is none. What stays is a count without a name: where and when somebody
    signed up. No figure of the test changes, since a verdict that was reached must not vanish with
    a person who leaves; and a new sign-up of the same address is one of its own. What they read on
    the page goes.
    """
    connection = _begin(session)
    signup = _find_signup(connection, token_hash)
    if signup is None:
        return False
    _erase(connection, signup, now)
    session.expire_all()
    return True


def erase_keys(
    session: AnySession, experiment_id: int, email_keys: Collection[str], now: datetime
) -> list[Any]:
    """Erase the sign-ups under these keys as ``erase`` does, also those that were sent no token.

    Returns them as they were.
    """
    connection = _begin(session)
    are_theirs = SIGNUPS.c.experiment_id == experiment_id, SIGNUPS.c.email_key.in_(email_keys)
    found = list(connection.execute(sa.select(SIGNUPS).where(*are_theirs)))
    for signup in found:
        _erase(connection, signup, now)
    session.expire_all()
    return found


def _erase(connection: sa.Connection, signup: Any, now: datetime) -> None:
    # No address: those have an @.
    nobody = f"left-{secrets.token_hex(16)}"
    before = history_key(signup)
    after = before._replace(email_key=nobody) if before.email_key else before
    with Ledger(connection) as ledger, ledger.settling([before, after]):
        connection.execute(
            sa.update(SIGNUPS)
            .where(_is_it(signup))
            .values(
                email_key=nobody,
                email="",
                name="",
                consent="",
                answers="",
                token_hash="",
                answer_hash="",
                left_at=now,
            )
        )
        ledger.forget_acts({(signup.experiment_id, signup.visitor)})


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
    return connection.execute(sa.select(SIGNUPS).where(leads_to(token_hash))).first()


def _is_it(signup: Any) -> sa.ColumnElement[bool]:
    return sa.and_(
        SIGNUPS.c.experiment_id == signup.experiment_id, SIGNUPS.c.email_key == signup.email_key
    )


def _of(table: sa.Table, experiment_id: int, visitor: str) -> sa.ColumnElement[bool]:
    return sa.and_(table.c.experiment_id == experiment_id, table.c.visitor == visitor)


__all__ = [
    "Confirmed",
    "confirm",
    "differences",
    "erase",
    "erase_keys",
    "forget",
    "note_steps",
    "rebuild",
]
