"""The devices on which somebody is logged in: listed, and logged out."""

from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa

from wbtest.extensions import db
from wbtest.store import Gone, writing
from wbtest.team.audit.log import record
from wbtest.team.models import LoginSession, Person
from wbtest.team.session_cookie import digest
from wbtest.team.sessions import open_sessions

MOST_LISTED = 50


class Device(NamedTuple):
    """One device; ``key`` names it in a form and is no part of its token."""

    key: str
    name: str
    network: str
    since: datetime
    used_at: datetime
    is_this: bool


def devices_of(person: Person, token: str) -> list[Device]:
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
                record("login.session_ended", row.device or "an older one", by=person)
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
            record("login.sessions_ended", by=person)
    return number


def _key_of(token_hash: str) -> str:
    return digest(f"device {token_hash}")[:24]
