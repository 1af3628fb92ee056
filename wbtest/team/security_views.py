"""Whom to tell of a weakness, where machines and people look for it (RFC 9116)."""

from datetime import timedelta
from email.utils import parseaddr

from flask import Response
from flask.typing import ResponseReturnValue

from wbtest.extensions import clock
from wbtest.runtime import runtime
from wbtest.team import access
from wbtest.team.views import bp

# The standard wants less than a year, so that nobody trusts an address that is long dead.
GOOD_FOR = timedelta(days=180)


@bp.get("/.well-known/security.txt")
@access.public
def security_txt() -> ResponseReturnValue:
    """The address of whoever runs this server: the sender of its mail."""
    settings = runtime().settings
    lines = (
        f"Contact: mailto:{parseaddr(settings.mail_from)[1]}",
        f"Expires: {clock.now() + GOOD_FOR:%Y-%m-%dT00:00:00Z}",
        f"Canonical: {settings.base_url}/.well-known/security.txt",
        "Preferred-Languages: en",
    )
    return Response("\n".join(lines) + "\n", mimetype="text/plain")
