"""A revision that its team's approver has signed off, and the owner's browser."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.factories import Team, log_in, make_approval, make_revision
from tests.kept_rows import kept
from wbtest.writing.models import Revision


@pytest.fixture
@kept
def revision(team: Team) -> Revision:
    """Revision 1 of a release, approved."""
    revision = make_revision(team.editor, team.workspace)
    make_approval(revision, team.approver)
    return revision


@pytest.fixture
def no_token_needed(app: Flask) -> None:
    """For tests about what comes after the check of a form's token."""
    app.config["WTF_CSRF_ENABLED"] = False


@pytest.fixture
def owner(team: Team, client: FlaskClient) -> FlaskClient:
    """The owner's browser."""
    log_in(client, team.owner)
    return client
