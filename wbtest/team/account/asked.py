"""Whether somebody's log-in wants a code after the password."""

from collections.abc import Collection

import sqlalchemy as sa

from wbtest.extensions import db
from wbtest.team.account.models import SecondFactor
from wbtest.team.models import Person


class CodeAsked(Exception):
    """The password was right, and a code is wanted before a session is opened."""

    def __init__(self, person: Person) -> None:
        super().__init__("a code is wanted")
        self.person = person


def has_second_factor(person: Person) -> bool:
    """Whether this person's log-in wants a code."""
    return bool(with_second_factor([person.id]))


def with_second_factor(person_ids: Collection[int]) -> set[int]:
    """Return which of these people have a second factor."""
    wanted = sa.select(SecondFactor.person_id).where(SecondFactor.person_id.in_(person_ids))
    return set(db.session.scalars(wanted)) if person_ids else set()
