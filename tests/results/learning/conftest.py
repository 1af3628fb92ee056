"""A test that is over, of a text that assumes a number and leaves a question open."""

import pytest

from tests.conftest import HandClock
from tests.factories import Team, make_approval, make_revision, make_running
from tests.results.crowd import count_day
from wbtest.decisions.decide import decide, second
from wbtest.decisions.learning_cards import key_for
from wbtest.publishing.lifecycle import end
from wbtest.publishing.models import Experiment
from wbtest.writing.document import Evidence

PRICE = key_for("number", "£4 a month")
RISK = key_for("question", "What could fail?")


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
