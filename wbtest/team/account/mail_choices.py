"""Who wants mails about tests: approvers and owners, who decide, until they choose otherwise."""

from hashlib import sha256

import sqlalchemy as sa
from flask import current_app
from itsdangerous import BadSignature, Signer

from wbtest.delivery.outbox import queue_mail
from wbtest.extensions import db
from wbtest.runtime import runtime
from wbtest.store import insert, writing
from wbtest.team.access import PERMISSIONS, ROLES
from wbtest.team.account.models import MailChoice
from wbtest.team.models import Membership, Person

SALT = "wbtest.telling"
DECIDES = ROLES[ROLES.index(PERMISSIONS["approve"]) :]


def wants(membership: Membership) -> bool:
    """Whether this member wants mails about tests."""
    chosen = db.session.get(MailChoice, membership.person_id)
    return membership.role in DECIDES if chosen is None else chosen.is_wanted


def choose(person_id: int, *, is_wanted: bool) -> None:
    """Store whether a member wants mails about tests."""
    row = {"person_id": person_id, "is_wanted": is_wanted}
    chosen = insert(db.engine.dialect.name, MailChoice).values(row)
    chosen = chosen.on_conflict_do_update(
        index_elements=[MailChoice.person_id],
        set_={"is_wanted": is_wanted},
    )
    with writing() as session:
        session.execute(chosen)


def wanting() -> list[tuple[Person, str]]:
    """Return the members who want mails about tests, with their role, in the order they joined."""
    is_mine = MailChoice.person_id == Membership.person_id
    rows = db.session.execute(
        sa.select(Person, Membership.role)
        .join(Membership, Membership.person_id == Person.id)
        .outerjoin(MailChoice, is_mine)
        .where(
            sa.func.coalesce(MailChoice.is_wanted, Membership.role.in_(DECIDES)),
        )
        .order_by(Membership.created_at, Person.id)
    )
    return [(person, role) for person, role in rows]


def post_alarm(subject: str, body: str) -> None:
    """Queue the mail about unusual sign-ups for each owner who wants mails about tests."""
    owners = [person for person, role in wanting() if role == "owner"]
    post(owners, subject, body)


def post(people: list[Person], subject: str, body: str) -> None:
    """Queue a mail to each of these people, with the link that stops such mails."""
    for person in people:
        stop = stop_url(person.id)
        queue_mail(
            recipient=person.email,
            subject=subject,
            body=f"{body}\n\nYou get mails about your team’s tests. Stop these mails:\n{stop}\n",
            leave_url=stop,
        )


def stop_url(person_id: int) -> str:
    """Return the address in a mail that stops these mails; it never expires."""
    base_url = runtime().settings.base_url
    return f"{base_url}/mails/stop/{_signer().sign(str(person_id)).decode()}"


def read_stop(token: str) -> Membership | None:
    """Return whose mails the link stops; None if it isn't ours or they left."""
    try:
        person_id = int(_signer().unsign(token))
    except (BadSignature, UnicodeEncodeError):
        return None
    return db.session.get(Membership, person_id)


def _signer() -> Signer:
    return Signer(current_app.config["SECRET_KEY"], salt=SALT, digest_method=sha256)
