"""A fresh proof of who asks: before what a stolen session must not do, the password once more."""

from datetime import timedelta

import sqlalchemy as sa

from wbtest.extensions import clock, db
from wbtest.store import Invalid, writing
from wbtest.team.account.asked import has_second_factor
from wbtest.team.account.factors import WRONG_CODE, counted_code, read_code, take_code
from wbtest.team.audit.log import record
from wbtest.team.models import LoginSession, Person
from wbtest.team.own_password import asker, check_password, hold_unchanged
from wbtest.team.session_cookie import digest

LASTS = timedelta(minutes=10)


def is_fresh(token: str) -> bool:
    """Whether the person of this session proved within ten minutes who they are."""
    proved_at = db.session.scalar(
        sa.select(LoginSession.proved_at).where(LoginSession.token_hash == digest(token))
    )
    return proved_at is not None and clock.now() - proved_at < LASTS


def prove(person: Person, token: str, *, password: str, code: str) -> None:
    """Let the session of this token count as proved from now on; it ends with the session.

    ``code`` is read where the person has a second factor. Raises Invalid at ``password`` or
    ``code``, and RateLimited.
    """
    stored = check_password(person, password)
    with counted_code(person, asker()):
        typed = read_code(person, code)
        with writing() as session:
            hold_unchanged(person, stored)
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
