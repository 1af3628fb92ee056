"""A team with one approver alone, and what grows from it."""

import pytest
from flask import Flask

from tests.factories import make_person, make_revision
from wbtest.review.reviewers import Seat, seat_of
from wbtest.team.models import Person
from wbtest.writing.models import Revision


@pytest.fixture
def owner(app: Flask) -> Person:
    return make_person("ada@example.com", "owner")


@pytest.fixture
def revision(owner: Person) -> Revision:
    """Revision 1, frozen by the owner, minutes after the release was begun."""
    return make_revision(owner)


@pytest.fixture
def vic() -> Person:
    """A member who may read and nothing else."""
    return make_person("vic@example.com", "viewer")


@pytest.fixture
def seat(revision: Revision, vic: Person) -> Seat:
    return seat_of(revision, vic)
