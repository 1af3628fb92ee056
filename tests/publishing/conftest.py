"""A workspace with a person of each role, and a revision that its approver has signed off."""

from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.factories import log_in, make_approval, make_person, make_revision, make_workspace
from wbtest.team.models import Person, Workspace
from wbtest.writing.models import Revision


@dataclass(frozen=True)
class Team:
    """The people of one workspace, by role."""

    workspace: Workspace
    viewer: Person
    editor: Person
    approver: Person
    owner: Person


def make_team(name: str) -> Team:
    workspace = make_workspace(name)
    roles = ("viewer", "editor", "approver", "owner")
    people = {
        role: make_person(f"{role}@{name.lower()}.example", role, workspace) for role in roles
    }
    return Team(workspace, **people)


@pytest.fixture
def team(app: Flask) -> Team:
    return make_team("Larder")


@pytest.fixture
def strangers(app: Flask) -> Team:
    """Another workspace."""
    return make_team("Rivals")


@pytest.fixture
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
