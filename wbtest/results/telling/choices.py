"""Who wants which mails. Approvers and owners are told of events, nobody weekly, until they choose.

A decision is theirs to make, so a verdict or a broken test must reach them. A summary every week is
only welcome to who asked for it. Of unusual sign-ups owners alone are told, who alone see these.
"""

from hashlib import sha256
from typing import Literal, NamedTuple, get_args

import sqlalchemy as sa
from flask import current_app
from itsdangerous import BadSignature, Signer

from wbtest.extensions import db
from wbtest.results.telling.models import MailChoice
from wbtest.store import insert, writing
from wbtest.team.access import PERMISSIONS, ROLES
from wbtest.team.models import Membership, Person

Kind = Literal["weekly", "events", "alarms"]
KINDS: tuple[Kind, ...] = get_args(Kind)
SALT = "wbtest.telling"
DECIDES = ROLES[ROLES.index(PERMISSIONS["approve"]) :]
OWNS = ROLES[ROLES.index(PERMISSIONS["own"]) :]


class Choice(NamedTuple):
    """Whether a member wants the weekly summary, and to be told of events and unusual sign-ups."""

    weekly: bool
    events: bool
    alarms: bool

    def wants(self, kind: Kind) -> bool:
        return {"weekly": self.weekly, "events": self.events, "alarms": self.alarms}[kind]


def choice_of(membership: Membership) -> Choice:
    """What this member chose, or what is usual for their role."""
    key = (membership.workspace_id, membership.person_id)
    return _choice(membership.role, db.session.get(MailChoice, key))


def choose(
    workspace_id: int, person_id: int, *, weekly: bool, events: bool, alarms: bool = True
) -> None:
    """Keep what a member wants; a later choice replaces it.

    Who is no owner is not asked about ``alarms``, and gets them on becoming one.
    """
    wanted = {"wants_weekly": weekly, "wants_events": events, "wants_alarms": alarms}
    kept = insert(db.engine.dialect.name, MailChoice).values(
        workspace_id=workspace_id, person_id=person_id, **wanted
    )
    with writing() as session:
        session.execute(
            kept.on_conflict_do_update(
                index_elements=[MailChoice.workspace_id, MailChoice.person_id], set_=wanted
            )
        )


def wanting(workspace_id: int, kind: Kind) -> list[Person]:
    """The members who want such mails, in the order they joined."""
    rows = db.session.execute(
        sa.select(Person, Membership.role, MailChoice)
        .join(Membership, Membership.person_id == Person.id)
        .outerjoin(
            MailChoice,
            sa.and_(
                MailChoice.person_id == Person.id,
                MailChoice.workspace_id == Membership.workspace_id,
            ),
        )
        .where(Membership.workspace_id == workspace_id)
        .order_by(Membership.created_at, Person.id)
    )
    return [person for person, role, chosen in rows if _choice(role, chosen).wants(kind)]


def stop_token(workspace_id: int, person_id: int, kind: Kind) -> str:
    """Return what a link in a mail carries that stops mails of its kind; it works for ever."""
    return _signer().sign(f"{workspace_id}.{person_id}.{kind}").decode()


def read_stop(token: str) -> tuple[Membership, Kind] | None:
    """Whose mails of which kind the link stops; None when it is not ours or they are gone."""
    try:
        workspace_id, person_id, kind = _signer().unsign(token).decode().split(".")
    except (BadSignature, UnicodeEncodeError):
        return None
    membership = db.session.get(Membership, (int(workspace_id), int(person_id)))
    found = next((known for known in KINDS if known == kind), None)
    return (membership, found) if membership and found else None


def stop(membership: Membership, kind: Kind) -> None:
    """Take a member off the mails of this kind; the other kinds stay as they are."""
    now = choice_of(membership)
    choose(
        membership.workspace_id,
        membership.person_id,
        weekly=now.weekly and kind != "weekly",
        events=now.events and kind != "events",
        alarms=(now.alarms or membership.role not in OWNS) and kind != "alarms",
    )


def _choice(role: str, chosen: MailChoice | None) -> Choice:
    owns = role in OWNS
    if chosen is None:
        return Choice(weekly=False, events=role in DECIDES, alarms=owns)
    return Choice(chosen.wants_weekly, chosen.wants_events, owns and chosen.wants_alarms)


def _signer() -> Signer:
    return Signer(current_app.config["SECRET_KEY"], salt=SALT, digest_method=sha256)
