"""Links in mails that change an account once: made, found, spent."""

import secrets
from datetime import datetime, timedelta
from typing import Literal

import sqlalchemy as sa

from wbtest.extensions import clock, db
from wbtest.runtime import runtime
from wbtest.store import Refused, writing
from wbtest.team.account.models import AccountLink
from wbtest.team.models import Person
from wbtest.team.session_cookie import digest

Kind = Literal["reset", "email"]
LIFE = timedelta(hours=1)


class LinkOver(Refused):
    """The link was used, is too old, or never was one; nobody learns which of these it is."""

    status = 404

    def __init__(self, kind: Kind) -> None:
        super().__init__("The link does not work any more, or never did.")
        self.kind = kind


def make_link(person: Person, kind: Kind, new_email: str = "") -> str:
    """Return the token of a new link; an earlier one of the kind is over. Inside ``writing``."""
    token = secrets.token_urlsafe(32)
    session = db.session
    ours = (AccountLink.person_id == person.id) & (AccountLink.kind == kind)
    session.execute(sa.delete(AccountLink).where(ours))
    session.add(
        AccountLink(
            token_hash=digest(token),
            person_id=person.id,
            kind=kind,
            new_email=new_email,
            expires_at=clock.now() + LIFE,
        )
    )
    return token


def get_link(token: str, kind: Kind) -> AccountLink:
    """Return the link that this token opens; it is not spent. Raises LinkOver."""
    found: AccountLink | None = db.session.scalar(
        sa.select(AccountLink).where(_is_open(token, kind))
    )
    if found is None:
        raise LinkOver(kind)
    return found


def spend(token: str, kind: Kind) -> None:
    """Delete the link inside ``writing``, its person held. LinkOver when another was faster."""
    spent = sa.delete(AccountLink).where(_is_open(token, kind)).returning(AccountLink.token_hash)
    if db.session.scalar(spent) is None:
        raise LinkOver(kind)


def spend_all(person: Person) -> None:
    """Delete every link of a person, inside ``writing``."""
    db.session.execute(sa.delete(AccountLink).where(AccountLink.person_id == person.id))


def forget_old_links(now: datetime) -> None:
    """Delete the links that are too old; a job of the worker."""
    with writing() as session:
        session.execute(sa.delete(AccountLink).where(AccountLink.expires_at <= now))


def address_of(path: str) -> str:
    """Return the whole address of a path of ours, for a mail: never from what a request says."""
    settings = runtime().settings
    return settings.base_url + path


def _is_open(token: str, kind: Kind) -> sa.ColumnElement[bool]:
    return sa.and_(
        AccountLink.token_hash == digest(token),
        AccountLink.kind == kind,
        AccountLink.expires_at > clock.now(),
    )
