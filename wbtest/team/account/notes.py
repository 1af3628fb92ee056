"""Signed notes that a browser keeps between two pages, so that nothing is stored before its time.

One says whose password was right, while the code is typed; it is good for five minutes. The other
is the secret of a second factor that is being set up.
"""

from datetime import timedelta

from itsdangerous import BadSignature, URLSafeSerializer

from wbtest.config import Settings
from wbtest.extensions import clock, db
from wbtest.runtime import runtime
from wbtest.team.account.factors import find_factor
from wbtest.team.models import Person
from wbtest.team.session_cookie import digest

LASTS = timedelta(minutes=5)
SETUP_LASTS = timedelta(hours=1)


def cookie_name(settings: Settings) -> str:
    """Name of the cookie; over https no other host can set it for us."""
    return "__Host-wb-code" if settings.is_https else "wb-code"


def note_of(person: Person) -> str:
    """Return what the cookie holds: whose password was right, and until when that counts."""
    until = int((clock.now() + LASTS).timestamp())
    return _dumps("code", [person.id, until, _mark(person)])


def find_person(note: str) -> Person | None:
    """Who may type a code now, or None: too late, forged, or the password is another by now."""
    match _loads("code", note):
        case [int(person_id), int(until), str(mark)] if clock.now().timestamp() < until:
            person = db.session.get(Person, person_id)
            is_same = person is not None and mark == _mark(person)
            return person if is_same and person and find_factor(person) else None
    return None


def wrap_secret(secret: str, person: Person) -> str:
    """Return a new secret for the form that shows it; nothing is stored before it is confirmed."""
    return _dumps("setup", [person.id, secret, int((clock.now() + SETUP_LASTS).timestamp())])


def unwrap_secret(wrapped: str, person: Person) -> str | None:
    """Return the secret that this person was shown within the hour, or None."""
    match _loads("setup", wrapped):
        case [int(person_id), str(secret), int(until)]:
            is_theirs = person_id == person.id and clock.now().timestamp() < until
            return secret if is_theirs else None
    return None


def _mark(person: Person) -> str:
    """Changes with the password, and says nothing of it."""
    return digest(f"mark of {person.password_hash}")[:16]


def _dumps(purpose: str, value: list[object]) -> str:
    return str(_serializer(purpose).dumps(value))


def _loads(purpose: str, text: str) -> object:
    try:
        return _serializer(purpose).loads(text)
    except BadSignature:
        return None


def _serializer(purpose: str) -> URLSafeSerializer:
    settings = runtime().settings
    return URLSafeSerializer(settings.secret_key, salt=f"wbtest.account.{purpose}")
