"""Accepting an invitation: once, and only by whom it was sent to."""

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from wbtest.extensions import clock, db
from wbtest.store import Gone, Refused, hold, writing
from wbtest.team import people
from wbtest.team.audit.log import record
from wbtest.team.inviting.invitations import is_over
from wbtest.team.models import Invitation, Membership, Person
from wbtest.team.session_cookie import digest
from wbtest.team.settings import get_team


class InvitationOver(Refused):
    """Unknown, used, taken back or too old: which of them is nobody's business."""

    status = 404
    title = "This invitation is over"

    def __init__(self) -> None:
        super().__init__(
            "The link was used, replaced or taken back, or its 48 hours have passed. "
            "Ask whoever invited you for a new one."
        )


class SomebodyElse(Refused):
    """The invitation is another person's than the one who is logged in."""

    status = 403
    title = "This invitation is for somebody else"

    def __init__(self, invited: str, asking: str) -> None:
        super().__init__(
            f"It is for {invited}, and you are logged in as {asking}. "
            "Log out, then open the link again. It still works."
        )


def get_open(token: str) -> Invitation:
    """The open invitation of this token. Raises InvitationOver."""
    found = db.session.scalar(sa.select(Invitation).where(Invitation.token_hash == digest(token)))
    if found is None or is_over(found):
        raise InvitationOver
    return found


def accept(token: str, person: Person) -> None:
    """Let somebody with a log-in join; who is in the team already keeps their role.

    Raises InvitationOver, SomebodyElse.
    """
    with writing() as session:
        invitation = _hold(token)
        if invitation.email != person.email:
            raise SomebodyElse(invitation.email, person.email)
        if session.get(Membership, person.id) is None:
            _join(invitation, person)
        session.delete(invitation)


def accept_as_new(token: str, *, name: str, password: str) -> Person:
    """Make a log-in for the invited e-mail, let it join, and return the person.

    Raises InvitationOver, Invalid at name or password, and Refused when the e-mail has a log-in.
    """
    person = people.new_person(email=get_open(token).email, name=name, password=password)
    with writing() as session:
        invitation = _hold(token)
        session.add(person)
        try:
            session.flush()
        except IntegrityError as error:
            raise Refused(
                "This e-mail has a log-in by now. Open the link again and log in with it."
            ) from error
        _join(invitation, person)
        session.delete(invitation)
    return person


def _hold(token: str) -> Invitation:
    """The invitation, which nobody else can use until this transaction ends.

    The team is held first, as by owners who send or change it: each would wait for the other.
    """
    invitation = get_open(token)
    try:
        hold(get_team())
        hold(invitation)
    except Gone as gone:
        raise InvitationOver from gone
    # It was sent again while we waited for it: this is the old link.
    if invitation.token_hash != digest(token):
        raise InvitationOver
    return invitation


def _join(invitation: Invitation, person: Person) -> None:
    db.session.add(
        Membership(
            person_id=person.id,
            role=invitation.role,
            created_at=clock.now(),
        )
    )
    record("person.joined", invitation.role, by=person)
