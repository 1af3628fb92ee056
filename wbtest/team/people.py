"""People with a log-in, and who of them is in the team: roles, leaving, invitations.

There is always at least one owner. Each verb about members locks the team first, so two owners who
act at once come one after the other. Open invitations of somebody who stops being an owner are
revoked, because one may lead them back.
"""

import secrets
from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload

from wbtest.delivery.outbox import Letter, queue_mail
from wbtest.extensions import clock, db, runtime
from wbtest.store import Gone, Invalid, Refused, hold, writing
from wbtest.team import passwords, rate_limits, sessions, tokens
from wbtest.team.access import ROLE_DESCRIPTIONS, ROLES, get_team
from wbtest.team.audit import record
from wbtest.team.models import (
    AccountLink,
    Invitation,
    LoginSession,
    Membership,
    Person,
)
from wbtest.web import NO_TEXT

LONGEST_NAME = 120
INVITATION_LIFE = timedelta(hours=48)
MOST_A_DAY = 50
# Long enough to see who never came; then the email of a stranger has no business here.
INVITATION_KEPT = timedelta(days=7)


def clean_email(text: str, field: str = "email") -> str:
    """Return an email as we store and compare it: trimmed, normalised, in small letters.

    Raises Invalid at ``field`` when nobody could receive mail there.
    """
    # Read here, where somebody types one: it takes a while to load.
    from email_validator import EmailNotValidError, validate_email

    if NO_TEXT.search(text):
        raise Invalid(field, "Part of this email can’t be read. Enter it again.")
    try:
        found = validate_email(text.strip(), check_deliverability=False)
    except EmailNotValidError as error:
        raise Invalid(field, str(error)) from error
    return found.normalized.lower()


def find_person(email: str) -> Person | None:
    """The person with this email, in whatever spelling, or None."""
    try:
        wanted = clean_email(email)
    except Invalid:
        return None
    found: Person | None = db.session.scalar(db.select(Person).where(Person.email == wanted))
    return found


def has_owner() -> bool:
    """Whether somebody owns this instance, so that the set-up is over."""
    found = db.select(Membership.person_id).where(Membership.role == "owner").limit(1)
    return db.session.scalar(found) is not None


def list_members() -> list[Membership]:
    """Everybody in the team, in the order they joined."""
    return list(
        db.session.scalars(
            db.select(Membership)
            .options(joinedload(Membership.person))
            .order_by(Membership.created_at, Membership.person_id)
        )
    )


class PersonRow(NamedTuple):
    """Somebody with a log-in; without a role they are not in the team any more."""

    email: str
    role: str | None
    name: str


def everybody() -> Iterator[PersonRow]:
    """Everybody with a log-in, by when they joined; last who left the team."""
    rows = db.session.execute(
        db.select(Person.email, Membership.role, Person.name)
        .outerjoin(Membership, Membership.person_id == Person.id)
        .order_by(Membership.created_at.is_(None), Membership.created_at, Person.id)
    )
    yield from (PersonRow(*row) for row in rows)


def add_person(*, email: str, name: str, role: str, password: str) -> Person:
    """Make somebody with a log-in and a role in the team."""
    if role not in ROLES:
        raise Invalid("role", f"A role must be one of {', '.join(ROLES)}.")
    person = new_person(email=email, name=name, password=password)
    with writing() as session:
        if find_person(person.email):
            raise Invalid("email", "This email already has an account.")
        session.add(person)
        session.add(Membership(person=person, role=role, created_at=clock.now()))
        session.flush()
        record("person.added", f"{person.name} <{person.email}> as {role}")
    return person


def new_person(*, email: str, name: str, password: str) -> Person:
    """Return a person who is not stored yet; hashing takes a while, so it stays out of the lock."""
    email, name = clean_email(email), clean_name(name)
    hashed = hash_good_password(password, about=(name, email))
    return Person(
        email=email,
        name=name,
        password_hash=hashed,
        created_at=clock.now(),
    )


def clean_name(text: str) -> str:
    """Return a name as we store it. Raises Invalid at ``name`` when it is none, or too long."""
    name = " ".join(text.split())
    if not 1 <= len(name) <= LONGEST_NAME:
        raise Invalid("name", f"A name has 1 to {LONGEST_NAME} characters.")
    return name


def rename(person: Person, name: str) -> Person:
    """Change how others see the person. Raises Invalid at ``name``."""
    name = clean_name(name)
    with writing():
        if person.name != name:
            before, person.name = person.name, name
            record("login.renamed", before, by=person)
    return person


def hash_good_password(password: str, field: str = "password", about: Collection[str] = ()) -> str:
    """Return the hash to be stored, which takes a while. Raises Invalid when it is no good.

    ``about`` is what others know of whose it is.
    """
    if fault := passwords.find_fault(password, about):
        raise Invalid(field, fault)
    return passwords.hash_password(password)


def set_password(person: Person, password: str) -> None:
    """Change the password and log the person out everywhere."""
    hashed = hash_good_password(password, about=(person.name, person.email))
    with writing():
        replace_hash(person, hashed)
        record("person.password_set", f"{person.name} <{person.email}>")


def replace_hash(person: Person, hashed: str) -> None:
    """Store the hash of a new password; sessions and links of the time before are over."""
    with writing() as session:
        person.password_hash = hashed
        session.execute(db.delete(AccountLink).where(AccountLink.person_id == person.id))
        session.execute(db.delete(LoginSession).where(LoginSession.person_id == person.id))


def tell_owners(subject: str, body: str) -> None:
    """Queue a mail to each owner, in the open write transaction or a new one."""
    with writing():
        for person in list_owners():
            queue_mail(recipient=person.email, subject=subject, body=body)


def list_owners() -> list[Person]:
    """The owners, in the order they joined."""
    query = (
        db.select(Person)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.role == "owner")
        .order_by(Membership.created_at, Person.id)
    )
    return list(db.session.scalars(query))


class LastOwner(Refused):
    """Without this person nobody could let anybody in any more."""

    def __init__(self) -> None:
        super().__init__("A team needs an owner. Make someone else an owner first.")


class NotOwner(Refused):
    """The member who asked is no owner any more: another one was faster."""

    status = 403

    def __init__(self) -> None:
        super().__init__("You’re no longer an owner, so nothing changed.")


def change_role(membership: Membership, role: str, owner: Person | None) -> None:
    """Give a member another role; it counts from their next request, and for their tokens.

    ``owner`` asks for it; None where the server's operator does. Raises Invalid at role,
    LastOwner, NotOwner, and Gone when the member left meanwhile.
    """
    if role not in ROLES:
        raise Invalid("role", f"A role must be one of {', '.join(ROLES)}.")
    with writing():
        _hold_member(membership, owner)
        if membership.role == role:
            return
        if role != "owner":
            _keep_an_owner(membership)
        before, membership.role = membership.role, role
        about = f"{_named(membership.person)} from {before} to {role}"
        record("person.role_changed", about, by=owner)
        tokens.revoke_above(membership, owner)
        if before == "owner":
            _take_back_invitations(membership, owner)


def remove_member(membership: Membership, owner: Person | None) -> None:
    """Take a member out of the team, which ends all that they could do here; the log-in stays.

    ``owner`` as above. Raises LastOwner, NotOwner, and Gone when the member left meanwhile.
    """
    with writing() as session:
        _hold_member(membership, owner)
        _keep_an_owner(membership)
        record("person.removed", _named(membership.person), by=owner)
        _take_back_invitations(membership, owner)
        session.delete(membership)


def leave_team(membership: Membership) -> None:
    """Take oneself out of the team. Raises LastOwner."""
    with writing() as session:
        _hold_member(membership, None)
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


def _hold_member(membership: Membership, owner: Person | None) -> None:
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


class TooManyInvitations(Refused):
    """As many went out today as a team may send."""

    status = 429

    def __init__(self, seconds: int) -> None:
        super().__init__(
            f"You’ve reached the limit of {MOST_A_DAY} invites a day. Try again tomorrow."
        )
        self.seconds = seconds


def invite(owner: Person, email: str, role: str) -> tuple[Invitation, str]:
    """Ask somebody in, by mail where a mail server is set; return it with the token of its link.

    Nobody can learn the token later. A second invitation of one email takes the first one's place.
    Raises Invalid at email or role, and TooManyInvitations.
    """
    email = clean_email(email)
    if role not in ROLES:
        raise Invalid("role", f"A role must be one of {', '.join(ROLES)}.")
    with writing() as session:
        hold(get_team())
        check_owner(owner)
        if _is_member(email):
            raise Invalid(
                "email", f"{email} is already in the team. Change their role in the list."
            )
        found = session.scalar(sa.select(Invitation).where(Invitation.email == email))
        invitation = found or Invitation(email=email)
        invitation.role = role
        token = _send_invitation(invitation, owner)
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
        token = _send_invitation(invitation, owner)
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


def list_invitations() -> list[Invitation]:
    """Every invitation that nobody has accepted, the newest first, also those that are over."""
    return list(
        db.session.scalars(
            sa.select(Invitation)
            .options(joinedload(Invitation.invited_by))
            .order_by(Invitation.expires_at.desc(), Invitation.id.desc())
        )
    )


def is_invitation_over(invitation: Invitation) -> bool:
    """Whether its time has passed."""
    return invitation.expires_at <= clock.now()


def forget_old_invitations(now: datetime) -> None:
    """Delete the invitations that were over a week ago; a job of the worker."""
    with writing() as session:
        session.execute(sa.delete(Invitation).where(Invitation.expires_at < now - INVITATION_KEPT))


def _send_invitation(invitation: Invitation, owner: Person) -> str:
    """Give it a new token and its time, mail it, and return the token; inside ``writing``."""
    names = rate_limits.plain_names("invitations")
    total, seconds = rate_limits.count(db.session.connection(), names, MOST_A_DAY, rate_limits.DAY)
    if total > MOST_A_DAY:
        raise TooManyInvitations(seconds)
    token = secrets.token_urlsafe(32)
    invitation.token_hash = sessions.digest(token)
    invitation.invited_by_id = owner.id
    invitation.expires_at = clock.now() + INVITATION_LIFE
    db.session.add(invitation)
    db.session.flush()
    settings = runtime().settings
    # A mail that waits for a server that is not there would arrive when its link is long over.
    if settings.mail_url:
        written = invitation_letter(
            team=get_team().name,
            invited_by=owner.name,
            role=invitation.role,
            does=ROLE_DESCRIPTIONS[invitation.role],
            url=invitation_address(token),
            until=invitation.expires_at,
        )
        queue_mail(
            recipient=invitation.email,
            subject=written.subject,
            body=written.body,
        )
    return token


def invitation_address(token: str) -> str:
    """The whole address of an invitation's page, whatever host was asked for it."""
    settings = runtime().settings
    return f"{settings.base_url}/invitation/{token}"


def _is_member(email: str) -> bool:
    found = sa.select(Membership.person_id).join(Person)
    ours = found.where(Person.email == email)
    return db.session.scalar(ours) is not None


class InvitationOver(Refused):
    """Unknown, used, taken back or too old: which of them is nobody's business."""

    status = 404
    title = "This invite no longer works"

    def __init__(self) -> None:
        super().__init__(
            "It was used, replaced or removed, or it expired after 48 hours. "
            "Ask an owner of the team for a new one."
        )


class SomebodyElse(Refused):
    """The invitation is another person's than the one who is logged in."""

    status = 403
    title = "This invite is for someone else"

    def __init__(self, invited: str, asking: str) -> None:
        super().__init__(
            f"It’s for {invited}, and you’re logged in as {asking}. "
            "Log out, then open the link again."
        )


def get_open_invitation(token: str) -> Invitation:
    """The open invitation of this token. Raises InvitationOver."""
    found = db.session.scalar(
        sa.select(Invitation).where(Invitation.token_hash == sessions.digest(token))
    )
    if found is None or is_invitation_over(found):
        raise InvitationOver
    return found


def accept_invitation(token: str, person: Person) -> None:
    """Let somebody with a log-in join; who is in the team already keeps their role.

    Raises InvitationOver, SomebodyElse.
    """
    with writing() as session:
        invitation = _hold_invitation(token)
        if invitation.email != person.email:
            raise SomebodyElse(invitation.email, person.email)
        if session.get(Membership, person.id) is None:
            _join(invitation, person)
        session.delete(invitation)


def accept_invitation_as_new(token: str, *, name: str, password: str) -> Person:
    """Make a log-in for the invited email, let it join, and return the person.

    Raises InvitationOver, Invalid at name or password, and Refused when the email has a log-in.
    """
    person = new_person(email=get_open_invitation(token).email, name=name, password=password)
    with writing() as session:
        invitation = _hold_invitation(token)
        session.add(person)
        try:
            session.flush()
        except IntegrityError as error:
            raise Refused(
                "This email already has an account. Open the link again and log in."
            ) from error
        _join(invitation, person)
        session.delete(invitation)
    return person


def _hold_invitation(token: str) -> Invitation:
    """The invitation, which nobody else can use until this transaction ends.

    The team is held first, as by owners who send or change it: each would wait for the other.
    """
    invitation = get_open_invitation(token)
    try:
        hold(get_team())
        hold(invitation)
    except Gone as gone:
        raise InvitationOver from gone
    # It was sent again while we waited for it: this is the old link.
    if invitation.token_hash != sessions.digest(token):
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


def invitation_letter(
    *, team: str, invited_by: str, role: str, does: str, url: str, until: datetime
) -> Letter:
    """Return the mail that asks somebody in; ``does`` says what this ``role`` may do."""
    parts = (
        f"{invited_by} invited you to join {team} on wbtest as {role}. {does}",
        f"Join here:\n{url}",
        f"The link is only for you. It works once, until {until.day} {until:%B, %H:%M} UTC. "
        "If you didn’t expect this, ignore it.",
    )
    return Letter(f"{invited_by} invited you to join {team}", "\n\n".join(parts) + "\n")
