"""People with a log-in: adding and finding them, their passwords, and the first owner's set-up."""

import secrets
from collections.abc import Collection, Iterator
from typing import NamedTuple

from sqlalchemy.orm import joinedload

from wbtest.delivery.outbox import queue_mail
from wbtest.extensions import clock, db
from wbtest.store import Invalid, Refused, writing
from wbtest.team import passwords, sessions
from wbtest.team.access import ROLES
from wbtest.team.audit import record
from wbtest.team.models import (
    AccountLink,
    LoginSession,
    Membership,
    Person,
    SetupLink,
    TeamSettings,
)
from wbtest.web import NO_TEXT

LONGEST_NAME = 120


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
        raise Invalid("role", f"A role is one of {', '.join(ROLES)}.")
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


def rename(person: Person, name: str) -> None:
    """Change how others see the person. Raises Invalid at ``name``."""
    name = clean_name(name)
    with writing():
        if person.name != name:
            before, person.name = person.name, name
            record("login.renamed", before, by=person)


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


class SetupLinkSpent(Refused):
    """The link is unknown or was used. No words of its own: it must look like any wrong address."""

    status = 404


def make_setup_link() -> str:
    """Return the token of a new set-up link; older links stop working.

    Raises Refused when somebody owns this instance already.
    """
    token = secrets.token_urlsafe(32)
    with writing() as session:
        if has_owner():
            raise Refused("This instance has an owner. Add people with `wbtest user create`.")
        session.execute(db.delete(SetupLink))
        session.add(SetupLink(token_hash=sessions.digest(token), created_at=clock.now()))
    return token


def is_setup_open(token: str) -> bool:
    """Whether the link would still make an owner."""
    link = db.session.get(SetupLink, sessions.digest(token))
    return link is not None and not has_owner()


def set_up(
    token: str,
    *,
    name: str,
    email: str,
    password: str,
    team_name: str,
    controller: str = "",
    contact_email: str = "",
) -> Person:
    """Make the team and its owner, and spend the link.

    ``controller`` is who answers for the public pages (default: the person and the team),
    ``contact_email`` where visitors can write to (default: the owner's email). Of two who come at
    once only one gets through. Raises LinkSpent, or Invalid at a field.
    """
    person = new_person(email=email, name=name, password=password)
    team = TeamSettings(
        name=team_name,
        controller=controller or f"{name}, {team_name}",
        contact_email=clean_email(contact_email or email, "contact_email"),
        created_at=clock.now(),
    )
    with writing() as session:
        # All links at once: the rows are locked, so whoever comes second finds none.
        spent = session.scalars(db.delete(SetupLink).returning(SetupLink.token_hash)).all()
        if sessions.digest(token) not in spent or has_owner():
            raise SetupLinkSpent
        session.add_all([team, person])
        session.add(Membership(person=person, role="owner", created_at=clock.now()))
        session.flush()
        record("team.made", team.name, by=person)
    return person
