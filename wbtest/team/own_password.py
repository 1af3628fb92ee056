"""Whether somebody who is logged in typed their own password, wherever it is asked for once more.

Wrong ones count for the session or token that asks, so that no stranger’s guesses stand in its way.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from wbtest.store import Invalid, hold, writing
from wbtest.team import access, origin, passwords, session_cookie, tries
from wbtest.team.audit.log import record
from wbtest.team.models import Person
from wbtest.team.settings import get_team

WRONG = "This is not your password. Type the one you log in with now."


def check_password(person: Person, password: str, field: str = "password") -> str:
    """Return the hash that the password belongs to; a wrong one is a line of the audit log.

    Raises Invalid at ``field``, and RateLimited. Not inside ``writing``.
    """
    stored = person.password_hash
    with tries.counted(person.email, asker()):
        if not passwords.is_right(stored, password):
            record("login.password_refused", by=person)
            raise Invalid(field, WRONG)
    return stored


@contextmanager
def proved(person: Person, password: str) -> Iterator[None]:
    """A transaction for what the person does in the team once they typed their password.

    Raises as ``check_password``, at ``password``.
    """
    stored = check_password(person, password)
    with writing():
        # Before the person, as who deletes everything does: else each may wait for the other.
        hold(get_team())
        hold_unchanged(person, stored)
        yield


def asker() -> str:
    """What names the session or token that asks among all; '' outside a request."""
    if not origin.is_asked():
        return ""
    if token := access.find_token():
        return f"token {token.id}"

    return f"session {session_cookie.digest(session_cookie.own_token())}"


def hold_unchanged(person: Person, stored: str, field: str = "password") -> None:
    """Hold the person; a password that is another by now was right before, and is no longer."""
    hold(person)
    if person.password_hash != stored:
        raise Invalid(field, "Your password was changed meanwhile. Log in with the new one.")
