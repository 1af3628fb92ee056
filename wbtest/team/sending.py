"""Whether somebody may send what a view takes: one statement, before any of it is read.

It only ever says yes. Where it does not, and again when all is here, ``access.py`` asks in full.
"""

from typing import NamedTuple

import sqlalchemy as sa

from wbtest.extensions import clock, db
from wbtest.team import session_cookie
from wbtest.team.models import LoginSession, Membership
from wbtest.team.token_models import ApiToken


class Program(NamedTuple):
    """A token that is not over: what it may do, and its maker's role."""

    token_id: int
    scopes: str
    role: str


def find_role() -> str | None:
    """The asking person's role in the team, or None."""
    token_hash = session_cookie.digest(session_cookie.own_token())
    return db.session.scalar(
        sa.select(Membership.role)
        .join(LoginSession, LoginSession.person_id == Membership.person_id)
        .where(LoginSession.token_hash == token_hash, *session_cookie.is_open())
    )


def find_program(text: str) -> Program | None:
    """What is known of the token with this text; None where it may be over, or is unknown.

    That of a person whose role is lower now than when they made it may be over.
    """
    found = db.session.execute(
        sa.select(ApiToken.id, ApiToken.scopes, Membership.role)
        .join(ApiToken.membership)
        .where(
            ApiToken.token_hash == session_cookie.digest(text),
            ApiToken.expires_at.is_(None) | (ApiToken.expires_at > clock.now()),
            ApiToken.role == Membership.role,
        )
    ).first()
    return Program(*found) if found else None
