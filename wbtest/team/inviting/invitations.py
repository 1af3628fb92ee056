"""Invitations as owners see them: made, sent again, taken back. Of a token only a hash is kept."""

import secrets
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from wbtest.delivery.outbox import queue_mail
from wbtest.extensions import clock, db
from wbtest.runtime import runtime
from wbtest.store import Invalid, Refused, hold, writing
from wbtest.team.access import ROLES
from wbtest.team.audit.log import record
from wbtest.team.inviting import letter
from wbtest.team.limits import DAY, count, plain_names
from wbtest.team.members import check_owner
from wbtest.team.models import Invitation, Membership, Person
from wbtest.team.people import clean_email
from wbtest.team.roles import DOES
from wbtest.team.session_cookie import digest
from wbtest.team.settings import get_team

LIFE = timedelta(hours=48)
MOST_A_DAY = 50
# Long enough to see who never came; then the e-mail of a stranger has no business here.
KEPT = timedelta(days=7)


class TooManyInvitations(Refused):
    """As many went out today as a team may send."""

    status = 429

    def __init__(self, seconds: int) -> None:
        super().__init__(
            f"{MOST_A_DAY} invitations went out in a day, as many as a team may send. Try tomorrow."
        )
        self.seconds = seconds


def invite(owner: Person, email: str, role: str) -> tuple[Invitation, str]:
    """Ask somebody in, by mail where a mail server is set; return it with the token of its link.

    Nobody can learn the token later. A second invitation of one e-mail takes the first one's place.
    Raises Invalid at email or role, and TooManyInvitations.
    """
    email = clean_email(email)
    if role not in ROLES:
        raise Invalid("role", f"A role is one of {', '.join(ROLES)}.")
    with writing() as session:
        hold(get_team())
        check_owner(owner)
        if _is_member(email):
            raise Invalid("email", f"{email} is in this team already. Change the role in the list.")
        found = session.scalar(sa.select(Invitation).where(Invitation.email == email))
        invitation = found or Invitation(email=email)
        invitation.role = role
        token = _send(invitation, owner)
        record("person.invited", f"{email} as {role}", by=owner)
    return invitation, token


def invite_again(invitation: Invitation, owner: Person) -> str:
    """Send a new link, whose token is returned, for as long again; the old one stops working.

    Raises TooManyInvitations, and Gone when it was accepted or taken back meanwhile.
    """
    with writing():
        hold(get_team())
        check_owner(owner)
        hold(invitation)
        token = _send(invitation, owner)
        record("person.invited_again", invitation.email, by=owner)
    return token


def uninvite(invitation: Invitation, owner: Person) -> None:
    """Take an invitation back; its link opens nothing from now on. Raises Gone when it is gone."""
    with writing() as session:
        hold(get_team())
        check_owner(owner)
        hold(invitation)
        record("person.uninvited", invitation.email, by=owner)
        session.delete(invitation)


def invitations_of() -> list[Invitation]:
    """Every invitation that nobody has accepted, the newest first, also those that are over."""
    return list(
        db.session.scalars(
            sa.select(Invitation)
            .options(joinedload(Invitation.invited_by))
            .order_by(Invitation.expires_at.desc(), Invitation.id.desc())
        )
    )


def is_over(invitation: Invitation) -> bool:
    """Whether its time has passed."""
    return invitation.expires_at <= clock.now()


def forget_old_invitations(now: datetime) -> None:
    """Delete the invitations that were over a week ago; a job of the worker."""
    with writing() as session:
        session.execute(sa.delete(Invitation).where(Invitation.expires_at < now - KEPT))


def _send(invitation: Invitation, owner: Person) -> str:
    """Give it a new token and its time, mail it, and return the token; inside ``writing``."""
    names = plain_names("invitations")
    total, seconds = count(db.session.connection(), names, MOST_A_DAY, DAY)
    if total > MOST_A_DAY:
        raise TooManyInvitations(seconds)
    token = secrets.token_urlsafe(32)
    invitation.token_hash = digest(token)
    invitation.invited_by_id = owner.id
    invitation.expires_at = clock.now() + LIFE
    db.session.add(invitation)
    db.session.flush()
    settings = runtime().settings
    # A mail that waits for a server that is not there would arrive when its link is long over.
    if settings.mail_url:
        written = letter.invitation(
            team=get_team().name,
            invited_by=owner.name,
            role=invitation.role,
            does=DOES[invitation.role],
            url=address_of(token),
            until=invitation.expires_at,
        )
        queue_mail(
            recipient=invitation.email,
            subject=written.subject,
            body=written.body,
        )
    return token


def address_of(token: str) -> str:
    """The whole address of an invitation's page, whatever host was asked for it."""
    settings = runtime().settings
    return f"{settings.base_url}/invitation/{token}"


def _is_member(email: str) -> bool:
    found = sa.select(Membership.person_id).join(Person)
    ours = found.where(Person.email == email)
    return db.session.scalar(ours) is not None
