"""Ending all tokens of one person: with a new password or second factor."""

from collections.abc import Sequence

import sqlalchemy as sa

from wbtest.extensions import db
from wbtest.store import writing
from wbtest.team.audit.log import record
from wbtest.team.models import Person
from wbtest.team.token_models import ApiToken


def count_tokens(person: Person) -> int:
    """How many tokens this person made that are not ended."""
    ours = sa.select(sa.func.count()).where(ApiToken.person_id == person.id)
    return db.session.scalar(ours) or 0


def hold_tokens(*which: sa.ColumnElement[bool]) -> Sequence[ApiToken]:
    """Return these tokens for whoever ends them inside ``writing``, each to one who does.

    Who comes second waits here, and finds those that are left.
    """
    ours = sa.select(ApiToken).where(*which).order_by(ApiToken.id).with_for_update()
    return db.session.scalars(ours).all()


def end_tokens(person: Person) -> None:
    """End them all, each with a line in the audit log."""
    with writing() as session:
        for token in hold_tokens(ApiToken.person_id == person.id):
            record("token.revoked", f"{token.called}, {token.scopes}", person)
            session.delete(token)
