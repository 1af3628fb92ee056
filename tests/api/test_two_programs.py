"""Two programs that change different parts of one thing at once lose nothing of each other."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from tests.api.conftest import Program
from tests.factories import Team
from wbtest.extensions import db
from wbtest.team import settings
from wbtest.team.models import TeamSettings
from wbtest.writing import coach_report

pytestmark = pytest.mark.every_database
Meanwhile = Callable[[object, str, sa.Update], None]


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Meanwhile:
    """Lets somebody else make a change after a request was read, and before it is done."""

    def between(module: object, name: str, change: sa.Update) -> None:
        verb = getattr(module, name)

        def later(*things: Any, **changes: Any) -> None:
            with db.engine.execution_options(writes=True).begin() as connection:
                connection.execute(change)
            verb(*things, **changes)

        monkeypatch.setattr(module, name, later)

    return between


def test_of_the_team_only_what_is_given_is_changed(
    program: Program, team: Team, meanwhile: Meanwhile
) -> None:
    theirs = sa.update(TeamSettings).values(controller="Kiln Ltd, Leeds")
    meanwhile(settings, "change_team", theirs)

    told = program.patch("/team", {"name": "Pantry"}).json

    assert (told["name"], told["controller"]) == ("Pantry", "Kiln Ltd, Leeds")
    assert told["contact_email"] == "hello@example.com"


def test_of_what_the_coach_knows_only_what_is_given_is_changed(
    program: Program, meanwhile: Meanwhile
) -> None:
    rule = coach_report.mutable_rules()[0].id
    program.patch("/coach", {"allowed": ["FAQ"]})
    meanwhile(coach_report, "update_coach", sa.update(TeamSettings).values(jargon="synergy"))

    told = program.patch("/coach", {"muted": [rule]}).json

    assert (told["jargon"], told["allowed"], told["muted"]) == (["synergy"], ["FAQ"], [rule])
