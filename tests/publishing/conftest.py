"""A revision that its team's approver has signed off, and the owner's browser."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.factories import Team, find_team, log_in, make_approval, make_revision, make_team
from tests.prepared import Fill
from wbtest.extensions import db
from wbtest.writing.models import Revision


@pytest.fixture
def prepared(request: pytest.FixtureRequest, prepared: Fill | None) -> Fill | None:
    return make_approved if "revision" in request.fixturenames else prepared


def make_approved() -> Revision:
    team = find_team() or make_team()
    revision = make_revision(team.editor)
    make_approval(revision, team.approver)
    return revision


@pytest.fixture
def revision(team: Team) -> Revision:
    """Revision 1 of a release, approved."""
    return db.session.scalars(db.select(Revision)).first() or make_approved()


@pytest.fixture
def no_token_needed(app: Flask) -> None:
    """For tests about what comes after the check of a form's token."""
    app.config["WTF_CSRF_ENABLED"] = False


@pytest.fixture
def owner(team: Team, client: FlaskClient) -> FlaskClient:
    """The owner's browser."""
    log_in(client, team.owner)
    return client
