"""Changing what somebody may do here: another role, out of the team. One owner always stays.

Each verb holds the team first, so that two owners who act at once come one after the other.
Who is an owner no longer takes the open invitations along that they sent: one may lead them back.
"""

import sqlalchemy as sa

from wbtest.extensions import db
from wbtest.store import Invalid, Refused, hold, writing
from wbtest.team.access import ROLES
from wbtest.team.audit.log import record
from wbtest.team.models import Invitation, Membership, Person
from wbtest.team.settings import get_team
from wbtest.team.tokens import revoke_above


class LastOwner(Refused):
    """Without this person nobody could let anybody in any more."""

    def __init__(self) -> None:
        super().__init__("A team needs an owner. Make somebody else an owner first.")


class NotOwner(Refused):
    """Whoever asked is no owner any more: another one was faster."""

    status = 403

    def __init__(self) -> None:
        super().__init__("You are no owner of this team any more, so nothing was changed.")


def change_role(membership: Membership, role: str, owner: Person | None) -> None:
    """Give a member another role; it counts from their next request, and for their tokens.

    ``owner`` asks for it; None where whoever runs the server does. Raises Invalid at role,
    LastOwner, NotOwner, and Gone when the member left meanwhile.
    """
    if role not in ROLES:
        raise Invalid("role", f"A role is one of {', '.join(ROLES)}.")
    with writing():
        _hold(membership, owner)
        if membership.role == role:
            return
        if role != "owner":
            _keep_an_owner(membership)
        before, membership.role = membership.role, role
        about = f"{_named(membership.person)} from {before} to {role}"
        record("person.role_changed", about, by=owner)
        revoke_above(membership, owner)
        if before == "owner":
            _take_back_invitations(membership, owner)


def remove(membership: Membership, owner: Person | None) -> None:
    """Take a member out of the team, which ends all that they could do here; the log-in stays.

    ``owner`` as above. Raises LastOwner, NotOwner, and Gone when the member left meanwhile.
    """
    with writing() as session:
        _hold(membership, owner)
        _keep_an_owner(membership)
        record("person.removed", _named(membership.person), by=owner)
        _take_back_invitations(membership, owner)
        session.delete(membership)


def leave(membership: Membership) -> None:
    """Take oneself out of the team. Raises LastOwner."""
    with writing() as session:
        _hold(membership, None)
        _keep_an_owner(membership)
        record("person.left", by=membership.person)
        _take_back_invitations(membership, membership.person)
        session.delete(membership)


def find_member(person_id: int) -> Membership | None:
    """The membership of this person, or None."""
    return db.session.get(Membership, person_id)


def check_owner(owner: Person) -> None:
    """Raise NotOwner unless this person is one by now; inside ``writing``, the team held."""
    found = sa.select(Membership.role).where(Membership.person_id == owner.id)
    if db.session.scalar(found) != "owner":
        raise NotOwner


def _hold(membership: Membership, owner: Person | None) -> None:
    hold(get_team())
    if owner is not None:
        check_owner(owner)
    hold(membership)


def _keep_an_owner(membership: Membership) -> None:
    owners = sa.select(sa.func.count()).where(Membership.role == "owner")
    if membership.role == "owner" and db.session.scalar(owners) == 1:
        raise LastOwner


def _take_back_invitations(membership: Membership, by: Person | None) -> None:
    sent = sa.select(Invitation).where(
        Invitation.invited_by_id == membership.person_id,
    )
    for invitation in db.session.scalars(sent).all():
        record("person.uninvited", invitation.email, by=by)
        db.session.delete(invitation)


def _named(person: Person) -> str:
    return f"{person.name} <{person.email}>"
