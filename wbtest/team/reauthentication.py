"""The password once more, from somebody who is logged in; tries at any secret are counted.

Wrong passwords count against the session or token that asks, so a stranger's guesses don't lock
its owner out.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from wbtest.store import Invalid, hold, writing
from wbtest.team import access, client_info, passwords, rate_limits, sessions
from wbtest.team.access import get_team
from wbtest.team.audit import record
from wbtest.team.models import Person

WRONG = "This is not your password. Enter the one you log in with."
# From one IP, session or known browser.
MOST_TRIES = (10, rate_limits.QUARTER)
# From everywhere together. Who is known goes on, so that strangers lock nobody out.
MOST_OF_STRANGERS = (100, rate_limits.HOUR)


def check_password(person: Person, password: str, field: str = "password") -> str:
    """Return the hash that the password belongs to; a wrong one is a line of the audit log.

    Raises Invalid at ``field``, and RateLimited. Not inside ``writing``.
    """
    stored = person.password_hash
    with count_try(person.email, name_of_asker()):
        if not passwords.is_right(stored, password):
            record("login.password_refused", by=person)
            raise Invalid(field, WRONG)
    return stored


@contextmanager
def writing_with_password(person: Person, password: str) -> Iterator[None]:
    """A transaction for what the person does in the team once they typed their password.

    Raises as ``check_password``, at ``password``.
    """
    stored = check_password(person, password)
    with writing():
        # Before the person, as who deletes everything does: else each may wait for the other.
        hold(get_team())
        hold_with_password(person, stored)
        yield


def name_of_asker() -> str:
    """What names the session or token that asks among all; '' outside a request."""
    if not client_info.is_asked():
        return ""
    if token := access.find_token():
        return f"token {token.id}"

    return f"session {sessions.digest(sessions.own_token())}"


def hold_with_password(person: Person, stored: str, field: str = "password") -> None:
    """Hold the person; a password that is another by now was right before, and is no longer."""
    hold(person)
    if person.password_hash != stored:
        raise Invalid(field, "Your password has changed. Log in with the new one.")


@contextmanager
def count_try(account: str, known_as: str = "") -> Iterator[None]:
    """Count one more try at this account's secret; all are forgiven when the block does not raise.

    ``known_as`` names the session or browser that asks, where the account knows it; the IP
    counts otherwise. Counting is a write of its own, so this must not stand inside
    ``store.writing``. Raises RateLimited when it may not be tried any more; then nothing is
    compared.
    """
    place = known_as or (rate_limits.line() if client_info.is_asked() else "")
    counts = {f"tries {place} {account}": MOST_TRIES}
    if not known_as:
        counts[f"tries anywhere {account}"] = MOST_OF_STRANGERS
    for key, (most, lasts) in counts.items():
        rate_limits.admit(key, most, lasts)
    yield
    rate_limits.forgive(counts)
