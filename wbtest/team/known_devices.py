"""Browsers in which somebody logged in before: a signed cookie, which opens nothing.

It only sets a browser apart from strangers who guess at the same account (``tries``). It names an
account for nobody but us, and stays when its session ends.
"""

import secrets
from datetime import timedelta

from flask import request
from itsdangerous import Signer
from werkzeug.wrappers import Response

from wbtest.config import Settings
from wbtest.runtime import runtime
from wbtest.team import origin

LIFE = timedelta(days=365)


def cookie_name(settings: Settings) -> str:
    """Name of the cookie; over https no other host can set it for us."""
    return "__Host-wb-device" if settings.is_https else "wb-device"


def remember(response: Response, email: str) -> None:
    """Let the browser that gets this answer be known to the account of this email."""
    name = secrets.token_urlsafe(16)
    response.set_cookie(
        cookie_name(_settings()),
        f"{name}.{_signer().get_signature(f'{name} {email}').decode()}",
        max_age=LIFE,
        secure=_settings().is_https,
        httponly=True,
        samesite="Lax",
    )


def find_name(email: str) -> str:
    """Under which name the account of this email knows the asking browser, or ''."""
    if not origin.is_asked():
        return ""
    name, _, signature = request.cookies.get(cookie_name(_settings()), "").partition(".")
    return name if _signer().verify_signature(f"{name} {email}", signature) else ""


def _signer() -> Signer:
    return Signer(_settings().secret_key, salt="wbtest.device")


def _settings() -> Settings:
    return runtime().settings
