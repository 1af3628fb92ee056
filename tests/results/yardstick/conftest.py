"""An approved release, and makers of what stands on its list."""

import pytest

from tests.factories import Team, make_approval, make_revision
from wbtest.results.yardstick.items import Typed, add_item
from wbtest.results.yardstick.models import ScopeItem
from wbtest.results.yardstick.promises import key_for
from wbtest.team.models import Person
from wbtest.writing.models import Release

HEADLINE = key_for("headline", "Five weeknight dinners from what is already in your kitchen")
SOLUTION = key_for("solution", "One photo, two questions, five dinners of 30 minutes.")


@pytest.fixture
def release(team: Team) -> Release:
    revision = make_revision(team.editor)
    make_approval(revision, team.approver)
    return revision.release


def typed(title: str = "Photo", *serves: str, note: str = "", state: str = "planned") -> Typed:
    return Typed(title, note, state, serves)


def put(release: Release, person: Person, title: str = "Photo", *serves: str) -> ScopeItem:
    return add_item(release, person, typed(title, *serves))
