"""The token in a browser's cookie, by which its session is known, and when one is over."""

import hmac
from datetime import timedelta

import sqlalchemy as sa
from flask import request

from wbtest.config import Settings
from wbtest.extensions import clock
from wbtest.runtime import runtime
from wbtest.store import UtcDateTime
from wbtest.team.models import LoginSession

USED_AT = sa.func.coalesce(LoginSession.last_used_at, LoginSession.created_at)


def cookie_name(settings: Settings) -> str:
    """Name of the cookie that carries the token; over https no other host can set it for us."""
    return "__Host-wb-session" if settings.is_https else "wb-session"


def digest(token: str) -> str:
    """What we keep of a token: somebody who reads the database cannot log in with it.

    Another secret key makes all of them void.
    """
    settings = runtime().settings
    return hmac.digest(settings.secret_key.encode(), token.encode(), "sha256").hex()


def own_token() -> str:
    """What the asking device's cookie says, '' for none."""
    return request.cookies.get(cookie_name(runtime().settings), "")


def idle() -> timedelta:
    """After how long without use a session is over; when it was used is known to the hour."""
    settings = runtime().settings
    return timedelta(days=settings.idle_days)


def is_open() -> tuple[sa.ColumnElement[bool], ...]:
    """The conditions of a session that is not over."""
    now = clock.now()
    return (
        LoginSession.expires_at > now,
        sa.literal(now - idle(), UtcDateTime) < USED_AT,
    )
