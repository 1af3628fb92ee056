"""Log-in and log-out: one row for each device, known by the hash of its token."""

import secrets
from datetime import datetime, timedelta
from typing import NamedTuple

import sqlalchemy as sa

from wbtest.extensions import clock, db
from wbtest.store import Invalid, UtcDateTime, hold, writing
from wbtest.team import known_devices, origin, passwords, people, tries
from wbtest.team.account.asked import CodeAsked, has_second_factor
from wbtest.team.audit.log import record, record_wrong_log_in
from wbtest.team.ending import end_tokens
from wbtest.team.models import LoginSession, Person
from wbtest.team.own_password import check_password, hold_unchanged
from wbtest.team.session_cookie import USED_AT, digest, idle, is_open

LIFE = timedelta(days=30)
WRONG = "E-mail or password is not right. Check both and try again."


class Use(NamedTuple):
    """Whose session it is, and when it was last written down as used."""

    person: Person
    noted_at: datetime


def log_in(email: str, password: str, former_token: str = "") -> str:
    """Open a session and return its token; one that the device had before is over.

    Raises Invalid and RateLimited in the same words and after the same time, whoever the e-mail
    belongs to, and CodeAsked when the password is right and a code is wanted too: no session is
    open then.
    """
    account = _account_of(email)
    with tries.counted(account, known_devices.find_name(account)):
        person = people.find_person(email)
        stored = person.password_hash if person else None
        if not passwords.is_right(stored, password) or person is None or stored is None:
            record_wrong_log_in(person)
            raise Invalid("password", WRONG)
    renewed = passwords.hash_password(password) if passwords.is_outdated(stored) else stored
    with writing():
        hold(person)
        # Somebody changed the password while we compared: what was right is right no longer.
        if person.password_hash != stored:
            raise Invalid("password", WRONG)
        person.password_hash = renewed
        if not has_second_factor(person):
            end_session(former_token)
            record("login.succeeded", by=person)
            return open_session(person)
    raise CodeAsked(person)


def _account_of(email: str) -> str:
    """Whose log-in is tried: the e-mail as we compare it, or what was typed instead."""
    try:
        return people.clean_email(email)
    except Invalid:
        return email.strip().lower()


def change_password(person: Person, old: str, new: str, *, ends_tokens: bool = False) -> str:
    """Change one's own password, log out everywhere, and return the token of a new session.

    With ``ends_tokens`` programs are shut out too. Raises Invalid at ``old_password`` or
    ``new_password``.
    """
    stored = check_password(person, old, "old_password")
    if new == old:
        raise Invalid("new_password", "This is the password you have. Choose another one.")
    hashed = people.hash_good_password(new, "new_password", (person.name, person.email))
    with writing():
        hold_unchanged(person, stored, "old_password")
        people.replace_hash(person, hashed)
        record("login.password_changed", by=person)
        if ends_tokens:
            end_tokens(person)
        return open_session(person)


def open_session(person: Person) -> str:
    """Make a session for somebody who has proved who they are, and return its token."""
    token = secrets.token_urlsafe(32)
    with writing() as session:
        session.add(
            LoginSession(
                token_hash=digest(token),
                person_id=person.id,
                created_at=clock.now(),
                expires_at=clock.now() + LIFE,
                proved_at=clock.now(),
                device=origin.find_device(),
                network=origin.find_network(),
            )
        )
    return token


def log_out(token: str) -> None:
    """End the session of this token; an unknown one is no fault."""
    with writing():
        person = find_person_by_token(token)
        end_session(token)
        if person is not None:
            record("login.ended", by=person)


def end_session(token: str) -> None:
    """Delete the session of this token, as another one takes its place."""
    if token:
        with writing() as session:
            session.execute(db.delete(LoginSession).where(LoginSession.token_hash == digest(token)))


def open_sessions(person: Person) -> sa.Select[LoginSession]:
    """The sessions of this person that are not over."""
    return sa.select(LoginSession).where(LoginSession.person_id == person.id, *is_open())


def find_person_by_token(token: str) -> Person | None:
    """Whose session this is, or None when it is unknown or over."""
    found = find_use(token)
    return found.person if found else None


def find_use(token: str) -> Use | None:
    """Whose session this is and since when it stands as used, or None as above."""
    if not token:
        return None
    found = db.session.execute(
        sa.select(Person, USED_AT)
        .join(LoginSession)
        .where(LoginSession.token_hash == digest(token), *is_open())
    ).first()
    return Use(*found) if found else None


def forget_old_sessions(now: datetime) -> None:
    """Delete the sessions that are over; a job of the worker."""
    with writing() as session:
        is_idle = sa.literal(now - idle(), UtcDateTime) >= USED_AT
        session.execute(db.delete(LoginSession).where((LoginSession.expires_at <= now) | is_idle))
