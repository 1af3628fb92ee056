"""Which mails somebody wants: the daily one, in their time zone, and those about tests.

What the daily mail says is in ``ideas.daily_email``.
"""

from functools import cache
from hashlib import sha256
from zoneinfo import available_timezones

import sqlalchemy as sa
from itsdangerous import BadSignature, Signer

from wbtest.delivery.outbox import queue_mail
from wbtest.extensions import db, runtime
from wbtest.store import Invalid, insert, writing
from wbtest.team.access import roles_from
from wbtest.team.models import DailyMail, MailChoice, Membership, Person

DAILY_SALT = "wbtest.daily"
# Where the link in each mail leads; ``is_daily_mail`` tells these mails from others by it.
DAILY_STOP = "/account/daily-mail/stop/"
TEST_MAIL_SALT = "wbtest.telling"
TEST_MAIL_STOP = "/mails/stop/"
DECIDES = roles_from("approve")
AREAS = (
    "Africa",
    "America",
    "Antarctica",
    "Asia",
    "Atlantic",
    "Australia",
    "Europe",
    "Indian",
    "Pacific",
)


def find_daily_choice(person: Person) -> DailyMail | None:
    """What this person chose, or None while they leave it at the usual: they want it."""
    return db.session.get(DailyMail, person.id)


def usual_zone() -> str:
    """The zone of somebody who chose none: that of the newest test."""
    return runtime().hooks.usual_zone()


def choose_daily_mail(person: Person, *, is_wanted: bool, time_zone: str) -> None:
    """Keep what a person wants. Raises Invalid at ``time_zone`` for none that there is."""
    if time_zone not in time_zones():
        raise Invalid("time_zone", "Choose a time zone from the list.")
    _keep(person, {"is_wanted": is_wanted, "time_zone": time_zone})


def stop_daily_mail(person: Person) -> None:
    """Send this person no mail of the day from now on."""
    _keep(person, {"is_wanted": False})


def daily_stop_url(person: Person) -> str:
    """The address in a mail that stops these mails; it never expires."""
    base_url = runtime().settings.base_url
    return f"{base_url}{DAILY_STOP}{sign_daily_name(_named(person))}"


def sign_daily_name(name: str) -> str:
    """Return what a link carries about somebody, so that nobody else can have made it."""
    return _signer(DAILY_SALT).sign(name).decode()


def is_daily_mail(leave_url: str) -> bool:
    """Whether a mail with this address to leave by is a mail of the day."""
    return DAILY_STOP in leave_url


def read_daily_stop(token: str) -> Person | None:
    """Whose mails the link stops; None when it is not ours or they are gone."""
    try:
        name = _signer(DAILY_SALT).unsign(token).decode()
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
    """A permanent name of the person: SQLite reuses the number of one who is gone."""
    return f"{person.id}.{int(person.created_at.timestamp())}"


def wants_test_mails(membership: Membership) -> bool:
    """Whether this member wants mails about tests."""
    chosen = db.session.get(MailChoice, membership.person_id)
    return membership.role in DECIDES if chosen is None else chosen.is_wanted


def choose_test_mails(person_id: int, *, is_wanted: bool) -> None:
    """Store whether a member wants mails about tests."""
    row = {"person_id": person_id, "is_wanted": is_wanted}
    chosen = insert(db.engine.dialect.name, MailChoice).values(row)
    chosen = chosen.on_conflict_do_update(
        index_elements=[MailChoice.person_id],
        set_={"is_wanted": is_wanted},
    )
    with writing() as session:
        session.execute(chosen)


def list_recipients() -> list[tuple[Person, str]]:
    """Return the members who want mails about tests, with their role, in the order they joined."""
    is_mine = MailChoice.person_id == Membership.person_id
    rows = db.session.execute(
        sa.select(Person, Membership.role)
        .join(Membership, Membership.person_id == Person.id)
        .outerjoin(MailChoice, is_mine)
        .where(
            sa.func.coalesce(MailChoice.is_wanted, Membership.role.in_(DECIDES)),
        )
        .order_by(Membership.created_at, Person.id)
    )
    return [(person, role) for person, role in rows]


def send_alarm(subject: str, body: str) -> None:
    """Queue the mail about unusual sign-ups for each owner who wants mails about tests."""
    owners = [person for person, role in list_recipients() if role == "owner"]
    send_test_mail(owners, subject, body)


def send_test_mail(people: list[Person], subject: str, body: str) -> None:
    """Queue a mail to each of these people, with the link that stops such mails."""
    for person in people:
        stop = stop_test_mails_url(person.id)
        queue_mail(
            recipient=person.email,
            subject=subject,
            body=f"{body}\n\nYou get emails about your team’s tests. Unsubscribe:\n{stop}\n",
            leave_url=stop,
        )


def stop_test_mails_url(person_id: int) -> str:
    """Return the address in a mail that stops these mails; it never expires."""
    base_url = runtime().settings.base_url
    return f"{base_url}{TEST_MAIL_STOP}{_signer(TEST_MAIL_SALT).sign(str(person_id)).decode()}"


def read_test_mail_stop(token: str) -> Membership | None:
    """Return whose mails the link stops; None if it isn't ours or they left."""
    try:
        person_id = int(_signer(TEST_MAIL_SALT).unsign(token))
    except (BadSignature, UnicodeEncodeError):
        return None
    return db.session.get(Membership, person_id)


def _signer(salt: str) -> Signer:
    return Signer(runtime().settings.secret_key, salt=salt, digest_method=sha256)


@cache
def time_zones() -> dict[str, str]:
    """Names of the zones of places, as people read them, and UTC."""
    areas = tuple(f"{area}/" for area in AREAS)
    places = sorted(name for name in available_timezones() if name.startswith(areas))
    return {name: name.replace("_", " ") for name in ("UTC", *places)}
