"""Experiments to decide on, and one that is over and has taught something."""

import pytest

from tests.conftest import Browser, HandClock
from tests.factories import Team, log_in, make_approval, make_revision, make_running
from tests.prepared import Fill, fill_for, turn
from tests.results.conftest import (
    approver_of,
    begin,
    inflated,
    make_approved,
    make_inflated,
    revision,
)
from tests.results.crowd import count_day, count_days, count_hour, count_machines
from wbtest.decisions.decide import decide, second
from wbtest.decisions.learning_cards import key_for
from wbtest.extensions import clock, db
from wbtest.publishing.lifecycle import end
from wbtest.publishing.models import Experiment
from wbtest.writing.document import Evidence
from wbtest.writing.models import Revision

__all__ = ["begin", "inflated", "revision"]

REASON = "The kitchen headline carries it."
AGAINST = "We ran out of money for this."
PRICE = key_for("number", "£4 a month")
RISK = key_for("question", "What could fail?")


@pytest.fixture
def prepared(request: pytest.FixtureRequest, prepared: Fill | None) -> Fill | None:
    return fill_for(request, prepared, met=make_met, inflated=make_inflated, revision=make_approved)


@pytest.fixture
def met(revision: Revision) -> Experiment:
    return db.session.scalars(db.select(Experiment)).first() or make_met()


def make_met() -> Experiment:
    """Ten days in, one of two variants reaches the target: the rule says go."""
    revision = db.session.scalars(db.select(Revision)).first() or make_approved()
    approver = approver_of(revision)
    experiment = make_running(revision, revision.author, approver, variants=("Kitchen",))
    count_days(experiment, range(9), seen=100, converted=7, served=112, confirmed=5)
    count_days(experiment, range(9), "kitchen", seen=100, converted=14, served=113, confirmed=9)
    start = int(clock.now().timestamp())
    count_hour(experiment, start, "kitchen", seen=4, converted=1, excluded_because="team")
    count_machines(experiment, 251)
    turn(days=10)
    return experiment


@pytest.fixture
def approver(client: Browser, team: Team) -> Browser:
    log_in(client, team.approver)
    return client


@pytest.fixture
def owner(app, team: Team) -> Browser:
    browser = app.test_client()
    log_in(browser, team.owner)
    return browser


@pytest.fixture
def faded(met: Experiment, now: HandClock) -> Experiment:
    """Ten days later those since run below the target: what was met is in doubt."""
    count_days(met, range(10, 18), seen=100, converted=3)
    count_days(met, range(10, 18), "kitchen", seen=100, converted=1)
    now.turn(days=10)
    return met


@pytest.fixture
def running(team: Team) -> Experiment:
    evidence = (Evidence("£4 a month", "assumed"), Evidence("30 minutes", "imagined"))
    revision = make_revision(team.editor, evidence=evidence)
    make_approval(revision, team.approver)
    return make_running(revision, team.editor, team.approver)


@pytest.fixture
def over(running: Experiment, team: Team, now: HandClock) -> Experiment:
    count_day(running, 0, seen=41, converted=3)
    now.turn(days=2)
    return end(running, team.approver)


def settle(experiment: Experiment, team: Team, choice: str) -> None:
    """Decide, with a second person where the figures say something else."""
    paper = decide(experiment, team.approver, choice, "The price is wrong.")
    if paper.state == "waiting":
        second(paper, team.owner)
