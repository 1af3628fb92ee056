"""Who wants mails about tests: approvers and owners, who decide, until they choose otherwise."""

from hashlib import sha256

import sqlalchemy as sa
from flask import current_app
from itsdangerous import BadSignature, Signer

from wbtest.extensions import db
from wbtest.results.telling.models import MailChoice
from wbtest.runtime import runtime
from wbtest.store import insert, writing
from wbtest.team.access import PERMISSIONS, ROLES
from wbtest.team.models import Membership, Person

SALT = "wbtest.telling"
DECIDES = ROLES[ROLES.index(PERMISSIONS["approve"]) :]


def wants(membership: Membership) -> bool:
    """Whether this member wants mails about tests."""
    key = (membership.workspace_id, membership.person_id)
    chosen = db.session.get(MailChoice, key)
    return membership.role in DECIDES if chosen is None else chosen.is_wanted


def choose(workspace_id: int, person_id: int, *, is_wanted: bool) -> None:
    """Store whether a member wants mails about tests."""
    row = {"workspace_id": workspace_id, "person_id": person_id, "is_wanted": is_wanted}
    chosen = insert(db.engine.dialect.name, MailChoice).values(row)
    chosen = chosen.on_conflict_do_update(
        index_elements=[MailChoice.workspace_id, MailChoice.person_id],
        set_={"is_wanted": is_wanted},
    )
    with writing() as session:
        session.execute(chosen)


def wanting(workspace_id: int) -> list[tuple[Person, str]]:
    """Return the members who want mails about tests, with their role, in the order they joined."""
    is_mine = (MailChoice.person_id == Membership.person_id) & (
        MailChoice.workspace_id == Membership.workspace_id
    )
    rows = db.session.execute(
        sa.select(Person, Membership.role)
        .join(Membership, Membership.person_id == Person.id)
        .outerjoin(MailChoice, is_mine)
        .where(
            Membership.workspace_id == workspace_id,
            sa.func.coalesce(MailChoice.is_wanted, Membership.role.in_(DECIDES)),
        )
        .order_by(Membership.created_at, Person.id)
    )
    return [(person, role) for person, role in rows]


def stop_url(workspace_id: int, person_id: int) -> str:
    """Return the address in a mail that stops these mails; it never expires."""
    base_url = runtime().settings.base_url
    return f"{base_url}/mails/stop/{_signer().sign(f'{workspace_id}.{person_id}').decode()}"


def read_stop(token: str) -> Membership | None:
    """Return whose mails the link stops; None if it isn't ours or they left."""
    try:
        workspace_id, person_id = _signer().unsign(token).decode().split(".")
    except (BadSignature, UnicodeEncodeError):
        return None
    return db.session.get(Membership, (int(workspace_id), int(person_id)))


def _signer() -> Signer:
    return Signer(current_app.config["SECRET_KEY"], salt=SALT, digest_method=sha256)
