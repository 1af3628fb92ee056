"""Two who end the same tokens in one moment: each token has one line in the audit log."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.factories import Team
from wbtest.extensions import db
from wbtest.store import writing
from wbtest.team.audit import AuditFilter, list_lines
from wbtest.team.models import ApiToken, Membership, Person
from wbtest.team.people import change_role
from wbtest.team.tokens import end_tokens, make_token

WAITING = sa.text("SELECT 1 FROM pg_locks WHERE NOT granted")


@pytest.fixture
def maker(team: Team) -> Person:
    """An editor with two tokens."""
    for name in ("CI", "nightly"):
        make_token(team.editor, name=name, scopes=("read",))
    return team.editor


def end_all_of(person_id: int) -> None:
    end_tokens(db.session.get_one(Person, person_id))


def lower_all_of(person_id: int) -> None:
    found = sa.select(Membership).where(Membership.person_id == person_id)
    change_role(db.session.scalars(found).one(), "viewer", None)


@pytest.mark.postgresql
@pytest.mark.parametrize("end", [end_all_of, lower_all_of])
def test_a_token_that_is_ended_meanwhile_is_told_by_one(
    app: Flask, team: Team, maker: Person, end: Callable[[int], None]
) -> None:
    person_id = maker.id

    def second() -> None:
        with app.app_context():
            end(person_id)

    with ThreadPoolExecutor(1) as pool:
        with writing() as session:
            session.execute(sa.delete(ApiToken).where(ApiToken.name == "CI"))
            with db.engine.connect() as looking:
                started = pool.submit(second)
                while looking.scalar(WAITING) is None:
                    assert not started.done()
        started.result()

    told = [line.about for line in list_lines(AuditFilter()) if "revoked" in line.action]
    assert [about.partition(" ")[0] for about in told] == ["“nightly”"]
