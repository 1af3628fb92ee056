"""Ending all tokens of one person, wherever they are: with a new password or second factor."""

import sqlalchemy as sa

from wbtest.extensions import db
from wbtest.store import writing
from wbtest.team.audit.log import record
from wbtest.team.models import Person
from wbtest.team.token_models import ApiToken


def count_tokens(person: Person) -> int:
    """How many tokens this person made that are not ended, in all their workspaces."""
    ours = sa.select(sa.func.count()).where(ApiToken.person_id == person.id)
    return db.session.scalar(ours) or 0


def end_tokens(person: Person) -> None:
    """End them all, each with a line in the log of its workspace."""
    with writing() as session:
        ours = sa.select(ApiToken).where(ApiToken.person_id == person.id).order_by(ApiToken.id)
        for token in session.scalars(ours).all():
            record(token.workspace_id, "token.revoked", f"{token.called}, {token.scopes}", person)
            session.delete(token)
