"""Logging in with a password, changing it, and proving again who one is."""

from datetime import timedelta

import sqlalchemy as sa

from wbtest.extensions import clock, db
from wbtest.store import Invalid, hold, writing
from wbtest.team import passwords, people, reauthentication, sessions
from wbtest.team.audit import record, record_wrong_log_in
from wbtest.team.models import LoginSession, Person
from wbtest.team.reauthentication import check_password, hold_with_password, name_of_asker
from wbtest.team.sessions import digest, end_session, open_session
from wbtest.team.tokens import end_tokens
from wbtest.team.two_factor import (
    WRONG_CODE,
    CodeAsked,
    counted_code,
    has_second_factor,
    read_code,
    take_code,
)

WRONG_LOG_IN = "Wrong email or password. Check both and try again."
PROOF_LASTS = timedelta(minutes=10)


def log_in(email: str, password: str, former_token: str = "") -> str:
    """Open a session and return its token; one that the device had before is over.

    Raises Invalid and RateLimited in the same words and after the same time, whoever the email
    belongs to, and CodeAsked when the password is right and a code is wanted too: no session is
    open then.
    """
    account = _account_of(email)
    with reauthentication.count_try(account, sessions.find_device_name(account)):
        person = people.find_person(email)
        stored = person.password_hash if person else None
        if not passwords.is_right(stored, password) or person is None or stored is None:
            record_wrong_log_in(person)
            raise Invalid("password", WRONG_LOG_IN)
    renewed = passwords.hash_password(password) if passwords.is_outdated(stored) else stored
    with writing():
        hold(person)
        # Somebody changed the password while we compared: what was right is right no longer.
        if person.password_hash != stored:
            raise Invalid("password", WRONG_LOG_IN)
        person.password_hash = renewed
        if not has_second_factor(person):
            end_session(former_token)
            record("login.succeeded", by=person)
            return open_session(person)
    raise CodeAsked(person)


def _account_of(email: str) -> str:
    """Whose log-in is tried: the email as we compare it, or what was typed instead."""
    try:
        return people.clean_email(email)
    except Invalid:
        return email.strip().lower()


def change_password(person: Person, old: str, new: str, *, ends_tokens: bool = False) -> str:
    """Change one's own password, log out everywhere, and return the token of a new session.

    With ``ends_tokens`` programs are shut out too. Raises Invalid at ``old_password`` or
    ``new_password``.
    """
    stored = check_password(person, old, "old_password")
    if new == old:
        raise Invalid("new_password", "This is the password you have. Choose another one.")
    hashed = people.hash_good_password(new, "new_password", (person.name, person.email))
    with writing():
        hold_with_password(person, stored, "old_password")
        people.replace_hash(person, hashed)
        record("login.password_changed", by=person)
        if ends_tokens:
            end_tokens(person)
        return open_session(person)


def is_proof_fresh(token: str) -> bool:
    """Whether the person of this session proved within ten minutes who they are."""
    proved_at = db.session.scalar(
        sa.select(LoginSession.proved_at).where(LoginSession.token_hash == digest(token))
    )
    return proved_at is not None and clock.now() - proved_at < PROOF_LASTS


def prove(person: Person, token: str, *, password: str, code: str) -> None:
    """Let the session of this token count as proved from now on; it ends with the session.

    ``code`` is read where the person has a second factor. Raises Invalid at ``password`` or
    ``code``, and RateLimited.
    """
    stored = check_password(person, password)
    with counted_code(person, name_of_asker()):
        typed = read_code(person, code)
        with writing() as session:
            hold_with_password(person, stored)
            is_right = not has_second_factor(person) or take_code(person, typed)
            if is_right:
                session.execute(
                    sa.update(LoginSession)
                    .where(LoginSession.token_hash == digest(token))
                    .values(proved_at=clock.now())
                )
            else:
                record("login.code_refused", by=person)
        if not is_right:
            raise Invalid("code", WRONG_CODE)
