"""A workspace with one approver alone, and what grows from it."""

import pytest
from flask import Flask

from tests.factories import make_person, make_revision, make_workspace
from wbtest.review.seats import Seat, seat_of
from wbtest.team.models import Person, Workspace
from wbtest.writing.models import Revision


@pytest.fixture
def workspace(app: Flask) -> Workspace:
    return make_workspace("Larder")


@pytest.fixture
def owner(workspace: Workspace) -> Person:
    return make_person("ada@example.com", "owner", workspace)


@pytest.fixture
def revision(owner: Person) -> Revision:
    """Revision 1, frozen by the owner, minutes after the release was begun."""
    return make_revision(owner)


@pytest.fixture
def vic(workspace: Workspace) -> Person:
    """A member who may read and nothing else."""
    return make_person("vic@example.com", "viewer", workspace)


@pytest.fixture
def seat(revision: Revision, vic: Person) -> Seat:
    return seat_of(revision, vic)
