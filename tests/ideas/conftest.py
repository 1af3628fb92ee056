"""Ideas of every kind."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from tests.conftest import HandClock
from tests.factories import Team, make_decision, make_release, make_revision
from tests.results.conftest import begin, inflated, prepared, revision
from tests.results.states import States, crowd
from wbtest.publishing.lifecycle import end
from wbtest.publishing.models import Experiment
from wbtest.review.approvals import stop_release
from wbtest.writing.models import Stop

__all__ = ["begin", "inflated", "prepared", "revision"]


@dataclass(frozen=True)
class Ideas:
    """A test that runs, one that met its target, one that was stopped, and a stop on paper."""

    running: Experiment
    met: Experiment
    stopped: Experiment
    on_paper: Stop


@pytest.fixture
def states(team: Team) -> States:
    return States(team.editor, team.approver)


@pytest.fixture
def ideas(states: States, team: Team, now: HandClock) -> Ideas:
    """They and a draft, ten days after the first save of all but the stopped on paper."""
    running, met, stopped = states.running(), states.met(), states.not_met()
    make_release(team.editor, product="Nightbus", headline="A bus when you need it")
    kiln = make_revision(team.editor, product="Kiln")
    now.turn(days=10, hours=1)
    end(stopped, team.approver)
    make_decision(stopped, team.approver, team.owner, "stop", "Nobody pays for it.")
    return Ideas(running, met, stopped, stop_release(kiln, team.approver, "No fire.", 13))


@pytest.fixture
def another_stopped(states: States, team: Team) -> Callable[[str], Experiment]:
    """A function that runs one more test to its end and stops the idea."""

    def make(slug: str) -> Experiment:
        experiment = states.begin(slug)
        crowd(experiment, (60, 1), days=range(2))
        end(experiment, team.approver)
        make_decision(experiment, team.approver, team.owner, "stop", "Nobody pays for it.")
        return experiment

    return make
