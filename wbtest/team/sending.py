"""Whether somebody may send what a view takes: one statement, before any of it is read.

It only ever says yes. Where it does not, and again when all is here, ``access.py`` asks in full.
"""

from functools import cache
from typing import Any, NamedTuple

import sqlalchemy as sa
from flask import current_app

from wbtest.extensions import Base, clock
from wbtest.question import Question
from wbtest.team import here
from wbtest.team.models import LoginSession, Membership
from wbtest.team.token_models import ApiToken


class Program(NamedTuple):
    """A token that is not over: what it may do, and its maker's role."""

    token_id: int
    scopes: str
    role: str


def find_role(arguments: dict[str, Any]) -> str | None:
    """The asking person's role in the workspace of what the address names, or None.

    ``arguments`` are those of the address. Where they name nothing it is their role anywhere.
    """
    from wbtest.team import sessions

    models = current_app.extensions[here.OBJECTS]
    name = here.named_by(arguments)
    model, key = (models[name], arguments[name]) if name else (None, 0)
    asked = sessions.asked_of(here.own_token())
    rows = _question(model).ask(key=key, **asked)
    role: str | None = rows[0][0] if rows else None
    return role


def find_program(text: str) -> Program | None:
    """What is known of the token with this text; None where it may be over, or is unknown."""
    from wbtest.team import sessions

    rows = _by_token().ask(token_hash=sessions.digest(text), now=clock.now())
    return Program(*rows[0]) if rows else None


@cache
def _by_token() -> Question:
    """Of who has a lower role now than when they made it, it may be over."""
    query = (
        sa.select(ApiToken.id, ApiToken.scopes, Membership.role)
        .join(ApiToken.membership)
        .where(
            ApiToken.token_hash == sa.bindparam("token_hash"),
            ApiToken.expires_at.is_(None) | (ApiToken.expires_at > sa.bindparam("now")),
            ApiToken.role == Membership.role,
        )
    )
    return Question(query)


@cache
def _question(model: type[Base] | None) -> Question:
    from wbtest.team import sessions

    query = (
        sa.select(Membership.role)
        .join(LoginSession, LoginSession.person_id == Membership.person_id)
        .where(*sessions.IS_OPEN)
        .limit(1)
    )
    if model is not None:
        table = model.__table__
        lies_in = sa.select(table.c.workspace_id).where(table.c.id == sa.bindparam("key"))
        query = query.where(Membership.workspace_id == lies_in.scalar_subquery())
    return Question(query)
