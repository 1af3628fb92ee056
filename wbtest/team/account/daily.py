"""Whether somebody wants the mail of the day, and in which time zone their mornings are.

What it says, and that it is sent, is in ``ideas.daily_email``: only there it is known.
"""

from hashlib import sha256

from flask import current_app
from itsdangerous import BadSignature, Signer

from wbtest.extensions import db
from wbtest.runtime import runtime
from wbtest.store import Invalid, insert, writing
from wbtest.team.account.models import DailyMail
from wbtest.team.models import Person
from wbtest.team.zones import time_zones

SALT = "wbtest.daily"
# Where the link in each mail leads; ``is_daily`` tells these mails from others by it.
STOP = "/account/daily-mail/stop/"


def find_choice(person: Person) -> DailyMail | None:
    """What this person chose, or None while they leave it at the usual: they want it."""
    return db.session.get(DailyMail, person.id)


def usual_zone() -> str:
    """The zone of somebody who chose none: that of the newest test."""
    return runtime().hooks.usual_zone()


def choose(person: Person, *, is_wanted: bool, time_zone: str) -> None:
    """Keep what a person wants. Raises Invalid at ``time_zone`` for none that there is."""
    if time_zone not in time_zones():
        raise Invalid("time_zone", "Choose a time zone from the list.")
    _keep(person, {"is_wanted": is_wanted, "time_zone": time_zone})


def stop(person: Person) -> None:
    """Send this person no mail of the day from now on."""
    _keep(person, {"is_wanted": False})


def stop_url(person: Person) -> str:
    """The address in a mail that stops these mails; it works for ever."""
    base_url = runtime().settings.base_url
    return f"{base_url}{STOP}{sign(_named(person))}"


def sign(name: str) -> str:
    """Return what a link carries about somebody, so that nobody else can have made it."""
    return _signer().sign(name).decode()


def is_daily(leave_url: str) -> bool:
    """Whether a mail with this address to leave by is a mail of the day."""
    return STOP in leave_url


def read_stop(token: str) -> Person | None:
    """Whose mails the link stops; None when it is not ours or they are gone."""
    try:
        name = _signer().unsign(token).decode()
    except (BadSignature, UnicodeEncodeError):
        return None
    person = db.session.get(Person, int(name.partition(".")[0]))
    return person if person is not None and _named(person) == name else None


def _keep(person: Person, wanted: dict[str, object]) -> None:
    row = {"person_id": person.id, "is_wanted": True, "time_zone": "", **wanted}
    kept = insert(db.engine.dialect.name, DailyMail).values(row)
    with writing() as session:
        session.execute(
            kept.on_conflict_do_update(index_elements=[DailyMail.person_id], set_=wanted)
        )


def _named(person: Person) -> str:
    """Who it is, for ever: SQLite gives the number of who is gone to somebody else."""
    return f"{person.id}.{int(person.created_at.timestamp())}"


def _signer() -> Signer:
    return Signer(current_app.config["SECRET_KEY"], salt=SALT, digest_method=sha256)
