"""What machines ask: whether everything the product needs is there, and security.txt (RFC 9116).

Says what is wrong, never a version or a path.
"""

import hmac
import shutil
from collections.abc import Callable
from datetime import datetime, timedelta
from email.utils import parseaddr
from typing import NamedTuple

from flask import (
    Response,
    abort,
    jsonify,
    request,
)
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from wbtest import database
from wbtest.config import Settings
from wbtest.delivery import worker
from wbtest.extensions import clock, db, runtime
from wbtest.team import access
from wbtest.team.login_views import bp

# What can be wrong, in the order in which it is told.
CHECKS = ("disk", "database", "migrations", "worker", "queue")
LEAST_BYTES = 50 * 1024 * 1024
LONGEST_SILENCE = timedelta(minutes=5)
# Of a network for examples (RFC 5737): nobody has it.
MADE_UP_IP = "192.0.2.1"
# The standard wants less than a year, so that nobody trusts an address that is long dead.
GOOD_FOR = timedelta(days=180)


class RecorderState(NamedTuple):
    """What visitors did and this process has yet to store.

    ``seconds_to_commit`` is how long that took of the newest group, from the answer to its first
    visitor to its commit; None when nothing was stored yet.
    """

    is_storing: bool = True
    length: int = 0
    seconds_to_commit: float | None = None


def instance_id(settings: Settings) -> str:
    """A name that all processes of this instance share and that gives nothing away."""
    return hmac.digest(settings.secret_key.encode(), b"instance", "sha256").hex()[:16]


def minute_token(settings: Settings, purpose: str, at: datetime) -> str:
    """Return what shows at that minute that a request was made by this instance, for a purpose."""
    told = f"{purpose} {at:%Y-%m-%d %H:%M}".encode()
    return hmac.digest(settings.secret_key.encode(), told, "sha256").hex()


def is_minute_token(settings: Settings, purpose: str, token: str) -> bool:
    """Whether that is the token of now, or of the minute before or after."""
    minutes = (clock.now() + timedelta(minutes=each) for each in (-1, 0, 1))
    tokens = [minute_token(settings, purpose, minute) for minute in minutes]
    return any(hmac.compare_digest(token.encode(), each.encode()) for each in tokens)


def find_troubles(settings: Settings) -> dict[str, str]:
    """What is wrong now, by name, each with a sentence; empty when all is well."""
    checks: dict[str, Callable[[], str]] = {
        "disk": lambda: check_disk(settings),
        "database": check_database,
        "migrations": check_migrations,
        "worker": check_worker,
        "queue": check_queue,
    }
    found = {name: _sentence(checks[name]) for name in CHECKS}
    # Without a database the others say nothing new.
    if found["database"]:
        found["migrations"] = found["worker"] = found["queue"] = ""
    return {name: sentence for name, sentence in found.items() if sentence}


def check_database() -> str:
    """'' when the database answers."""
    db.session.execute(db.select(1))
    return ""


def check_migrations() -> str:
    """'' when the database has the shape that this code expects."""
    return (
        ""
        if database.is_schema_current()
        else "The database has another shape than the program expects."
    )


def check_worker() -> str:
    """'' when the background worker was there within the last minutes."""
    run = worker.find_run(worker.BEAT)
    if run and run.ran_at > clock.now() - LONGEST_SILENCE:
        return ""
    return (
        "The background worker has not been seen for five minutes; mail, webhooks and backups wait."
    )


def recorder_state() -> RecorderState:
    """The queue of the process that answers."""
    return runtime().recorder.state()


def check_queue() -> str:
    """'' while what visitors do is stored, as far as the process knows that answers."""
    if recorder_state().is_storing:
        return ""
    return "Visits and sign-ups cannot be stored right now; forms say to try again in a minute."


def check_disk(settings: Settings) -> str:
    """'' while there is room for what visitors leave."""
    if shutil.disk_usage(settings.instance).free >= LEAST_BYTES:
        return ""
    return "The disk is almost full."


def _sentence(check: Callable[[], str]) -> str:
    try:
        return check()
    except SQLAlchemyError:
        db.session.rollback()
        return "The database does not answer."


@bp.get("/healthz")
@access.public
def healthz() -> ResponseReturnValue:
    """Whether this process answers, and which instance it is of."""
    return jsonify(ok=True, instance=instance_id(runtime().settings))


@bp.get("/doctor/<token>")
@access.public
def doctor(token: str) -> ResponseReturnValue:
    """Whether we take the IP that `wbtest doctor` made up for its own; for nobody else."""
    if not is_minute_token(runtime().settings, "doctor", token):
        abort(404)
    return jsonify(believed=request.remote_addr == MADE_UP_IP)


@bp.get("/readyz")
@access.public
def readyz() -> ResponseReturnValue:
    """Whether everything that the product needs is there; 503 names what is not.

    With how much waits in this process to be stored, and how long that took of late.
    """
    wrong = find_troubles(runtime().settings)
    _, length, seconds = recorder_state()
    state = {"length": length, "seconds_to_commit": seconds}
    return jsonify(ok=not wrong, wrong=wrong, queue=state), 503 if wrong else 200


@bp.get("/.well-known/security.txt")
@access.public
def security_txt() -> ResponseReturnValue:
    """The address of the server's operator: the sender of its mail."""
    settings = runtime().settings
    lines = (
        f"Contact: mailto:{parseaddr(settings.mail_from)[1]}",
        f"Expires: {clock.now() + GOOD_FOR:%Y-%m-%dT00:00:00Z}",
        f"Canonical: {settings.base_url}/.well-known/security.txt",
        "Preferred-Languages: en",
    )
    return Response("\n".join(lines) + "\n", mimetype="text/plain")
