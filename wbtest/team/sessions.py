"""Log-in sessions: a row for each device, known by a hash of the token in its cookie.

A second cookie remembers in which browsers somebody logged in before. It opens nothing: it only
keeps that browser apart from strangers who guess at the same account.
"""

import hmac
import logging
import secrets
from datetime import datetime, timedelta
from typing import NamedTuple

import sqlalchemy as sa
from flask import current_app, has_request_context, request
from itsdangerous import Signer
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response

from wbtest.extensions import clock, db, runtime
from wbtest.store import Gone, UtcDateTime, describe, lock, writing
from wbtest.team import access, audit
from wbtest.team.models import LoginSession, Person

USED_AT = sa.func.coalesce(LoginSession.last_used_at, LoginSession.created_at)
SESSION_LIFE = timedelta(days=30)
log = logging.getLogger(__name__)
# In seconds. For PostgreSQL none at all would be a wait without end.
AT_ONCE = 0.001
# No page writes more often than that, and none after one that failed just now.
NOTED_EVERY = timedelta(hours=1)
RESTS_FOR = timedelta(minutes=1)
RESTS_UNTIL = "wbtest.use_rests_until"
MOST_LISTED = 50
DEVICE_LIFE = timedelta(days=365)


def cookie_name() -> str:
    """Name of the cookie that carries the token; over https no other host can set it for us."""
    return "__Host-wb-session" if runtime().settings.is_https else "wb-session"


def digest(token: str) -> str:
    """What we keep of a token: somebody who reads the database cannot log in with it.

    Another secret key makes all of them void.
    """
    settings = runtime().settings
    return hmac.digest(settings.secret_key.encode(), token.encode(), "sha256").hex()


def own_token() -> str:
    """What the asking device's cookie says, '' for none."""
    return request.cookies.get(cookie_name(), "")


def idle_time() -> timedelta:
    """After how long without use a session is over; when it was used is known to the hour."""
    settings = runtime().settings
    return timedelta(days=settings.idle_days)


def open_conditions() -> tuple[sa.ColumnElement[bool], ...]:
    """The conditions of a session that is not over."""
    now = clock.now()
    return (
        LoginSession.expires_at > now,
        sa.literal(now - idle_time(), UtcDateTime) < USED_AT,
    )


class SessionUse(NamedTuple):
    """Whose session it is, and when it was last written down as used."""

    person: Person
    noted_at: datetime


def open_session(person: Person) -> str:
    """Make a session for somebody who has proved who they are, and return its token."""
    token = secrets.token_urlsafe(32)
    with writing() as session:
        session.add(
            LoginSession(
                token_hash=digest(token),
                person_id=person.id,
                created_at=clock.now(),
                expires_at=clock.now() + SESSION_LIFE,
                proved_at=clock.now(),
                device=access.find_device(),
                network=access.find_network(),
            )
        )
    return token


def log_out(token: str) -> None:
    """End the session of this token; an unknown one is no fault."""
    with writing():
        person = find_person_by_token(token)
        end_session(token)
        if person is not None:
            audit.record("login.ended", by=person)


def end_session(token: str) -> None:
    """Delete the session of this token, as another one takes its place."""
    if token:
        with writing() as session:
            session.execute(db.delete(LoginSession).where(LoginSession.token_hash == digest(token)))


def open_sessions(person: Person) -> sa.Select[LoginSession]:
    """The sessions of this person that are not over."""
    return sa.select(LoginSession).where(LoginSession.person_id == person.id, *open_conditions())


def find_person_by_token(token: str) -> Person | None:
    """Whose session this is, or None when it is unknown or over."""
    found = find_use(token)
    return found.person if found else None


def find_use(token: str) -> SessionUse | None:
    """Whose session this is and since when it stands as used, or None as above."""
    if not token:
        return None
    found = db.session.execute(
        sa.select(Person, USED_AT)
        .join(LoginSession)
        .where(LoginSession.token_hash == digest(token), *open_conditions())
    ).first()
    return SessionUse(*found) if found else None


def forget_old_sessions(now: datetime) -> None:
    """Delete the sessions that are over; a job of the worker."""
    with writing() as session:
        is_idle = sa.literal(now - idle_time(), UtcDateTime) >= USED_AT
        session.execute(db.delete(LoginSession).where((LoginSession.expires_at <= now) | is_idle))


def is_use_due(noted_at: datetime) -> bool:
    """Whether that a device was used is to be written down once more."""
    return clock.now() - noted_at >= NOTED_EVERY


def note_session_use(token: str) -> None:
    """Write down that this session is used now.

    A database that cannot be written, or not at once, is no reason to show no page or to let
    anybody wait: then it stays as it was, and this process tries again a minute later.
    """
    now, known = clock.now(), current_app.extensions
    if now < known.get(RESTS_UNTIL, now):
        return
    ours = sa.update(LoginSession).where(LoginSession.token_hash == digest(token))
    if not write_at_once(ours.values(last_used_at=now), "when a device was used"):
        known[RESTS_UNTIL] = now + RESTS_FOR


def write_at_once(statement: sa.Executable, what: str) -> bool:
    """Run this in a transaction of its own, at once or not at all; return whether it was.

    The request's own transaction goes on beside it. The log says that ``what`` was left out.
    """
    writes = db.engine.execution_options(writes=True, within=AT_ONCE)
    try:
        with lock().within(AT_ONCE), writes.begin() as connection:
            connection.execute(statement)
    except SQLAlchemyError as error:
        log.warning("%s could not be written down: %s", what, describe(error))
        return False
    return True


class Device(NamedTuple):
    """One device; ``key`` names it in a form and is no part of its token."""

    key: str
    name: str
    network: str
    since: datetime
    used_at: datetime
    is_this: bool


def list_devices(person: Person, token: str) -> list[Device]:
    """Where the person is logged in, this device (of ``token``) first, then those used last."""
    ours = digest(token)
    found = [
        Device(
            _key_of(row.token_hash),
            row.device,
            row.network,
            row.created_at,
            row.last_used_at or row.created_at,
            row.token_hash == ours,
        )
        for row in db.session.scalars(open_sessions(person))
    ]
    return sorted(found, key=lambda device: (device.is_this, device.used_at), reverse=True)


def log_out_device(person: Person, key: str) -> None:
    """End the session of one device. Raises Gone when it is over already."""
    with writing() as session:
        for row in session.scalars(open_sessions(person)):
            if _key_of(row.token_hash) == key:
                audit.record("login.session_ended", row.device or "an older one", by=person)
                session.delete(row)
                return
    raise Gone("This device is logged out already.")


def log_out_others(person: Person, token: str) -> int:
    """End every session of the person but that of ``token``; return how many there were."""
    others = LoginSession.token_hash != digest(token)
    theirs = LoginSession.person_id == person.id
    ended = sa.delete(LoginSession).where(theirs, others).returning(LoginSession.token_hash)
    with writing() as session:
        number = len(session.scalars(ended).all())
        if number:
            audit.record("login.sessions_ended", by=person)
    return number


def _key_of(token_hash: str) -> str:
    return digest(f"device {token_hash}")[:24]


def device_cookie_name() -> str:
    """Name of the cookie; over https no other host can set it for us."""
    return "__Host-wb-device" if runtime().settings.is_https else "wb-device"


def remember_device(response: Response, email: str) -> None:
    """Let the browser that gets this answer be known to the account of this email."""
    name = secrets.token_urlsafe(16)
    response.set_cookie(
        device_cookie_name(),
        f"{name}.{_device_signer().get_signature(f'{name} {email}').decode()}",
        max_age=DEVICE_LIFE,
        secure=runtime().settings.is_https,
        httponly=True,
        samesite="Lax",
    )


def find_device_name(email: str) -> str:
    """Under which name the account of this email knows the asking browser, or ''."""
    if not has_request_context():
        return ""
    name, _, signature = request.cookies.get(device_cookie_name(), "").partition(".")
    return name if _device_signer().verify_signature(f"{name} {email}", signature) else ""


def _device_signer() -> Signer:
    return Signer(runtime().settings.secret_key, salt="wbtest.device")
