"""What machines ask: health, readiness, `wbtest doctor`, and security.txt (RFC 9116)."""

from datetime import timedelta
from email.utils import parseaddr

from flask import (
    Response,
    abort,
    jsonify,
    request,
)
from flask.typing import ResponseReturnValue

from wbtest.delivery import health
from wbtest.extensions import clock, runtime
from wbtest.team import access
from wbtest.team.login_views import bp

# The standard wants less than a year, so that nobody trusts an address that is long dead.
GOOD_FOR = timedelta(days=180)


@bp.get("/healthz")
@access.public
def healthz() -> ResponseReturnValue:
    """Whether this process answers, and which instance it is of."""
    return jsonify(ok=True, instance=health.instance_id(runtime().settings))


@bp.get("/doctor/<token>")
@access.public
def doctor(token: str) -> ResponseReturnValue:
    """Whether we take the IP that `wbtest doctor` made up for its own; for nobody else."""
    if not health.is_doctor(runtime().settings, token):
        abort(404)
    return jsonify(believed=request.remote_addr == health.MADE_UP_IP)


@bp.get("/readyz")
@access.public
def readyz() -> ResponseReturnValue:
    """Whether everything that the product needs is there; 503 names what is not.

    With how much waits in this process to be stored, and how long that took of late.
    """
    wrong = health.find_troubles(runtime().settings)
    _, length, seconds = health.queue()
    state = {"length": length, "seconds_to_commit": seconds}
    return jsonify(ok=not wrong, wrong=wrong, queue=state), 503 if wrong else 200


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
