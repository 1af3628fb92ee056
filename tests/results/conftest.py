"""Experiments that a team started."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.factories import Team, find_team, make_running, make_team
from tests.prepared import Fill, fill_for, turn
from tests.results.visiting import HOUR, Group, come
from wbtest.extensions import db
from wbtest.publishing.models import Experiment
from wbtest.review.approvals import approve
from wbtest.review.models import Approval
from wbtest.team.models import Person
from wbtest.writing.document import CallToAction, Document, Question
from wbtest.writing.models import Revision
from wbtest.writing.releases import create_release, freeze

Start = Callable[..., Experiment]
# In each of so many hours of the first eight days.
SIX_HOURLY = range(2, 190, 6)
LARDER = Document(
    headline="Five dinners from what your kitchen has",
    subheading="Larder plans the week of parents from what is in the cupboard.",
    problem="On Tuesday at six the fridge is full and nobody knows what to cook.",
    alternative="A list on the door and a take-away.",
    solution="Larder reads the receipt and sends five recipes.",
    call_to_action=CallToAction("Try it for a week.", "Send me the first week", "free"),
    faq=(
        Question("external", "For whom is it?", "For parents who cook on weeknights."),
        Question("external", "What does it cost?", "Nothing in the first week."),
        Question("external", "How do I start?", "Send a photo of a receipt."),
    ),
)


@pytest.fixture
def prepared(request: pytest.FixtureRequest, prepared: Fill | None) -> Fill | None:
    return fill_for(request, prepared, inflated=make_inflated, revision=make_approved)


@pytest.fixture
def revision(team: Team) -> Revision:
    """Revision 1 of a short release, approved by somebody else than its author."""
    return db.session.scalars(db.select(Revision)).first() or make_approved()


def make_approved() -> Revision:
    team = find_team() or make_team()
    release = create_release(
        team.editor, form="short", product="Larder", language="en", document=LARDER
    )
    revision = freeze(release, team.editor)
    approve(revision, team.approver)
    return revision


@pytest.fixture
def begin(revision: Revision, team: Team) -> Start:
    """A function that starts an experiment; it takes what ``make_experiment`` takes."""

    def begin(**parts: Any) -> Experiment:
        return make_running(revision, team.editor, team.approver, **parts)

    return begin


@pytest.fixture
def inflated(revision: Revision) -> Experiment:
    return db.session.scalars(db.select(Experiment)).first() or make_inflated()


def make_inflated() -> Experiment:
    """Six of a hundred sign up; with those of one forum it seems to be twice as many."""
    revision = db.session.scalars(db.select(Revision)).first() or make_approved()
    rule = {"target": 0.08, "floor": 0.03, "minimum_visitors": 400, "maximum_visitors": 4_000}
    experiment = make_running(revision, revision.author, approver_of(revision), **rule)
    crowd = [Group(20, signups=1, at=hour * HOUR) for hour in SIX_HOURLY]
    friends = [Group(2, signups=2, at=hour * HOUR, source="forum") for hour in SIX_HOURLY]
    come(experiment, *crowd, *friends)
    turn(days=9)
    return experiment


def approver_of(revision: Revision) -> Person:
    """Who approved it."""
    return (
        db.session.scalars(db.select(Approval).where(Approval.revision_id == revision.id))
        .one()
        .approver
    )
