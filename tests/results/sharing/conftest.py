"""A test that reached its target, and a link that shows it."""

import re

import pytest

from tests.conftest import HandClock
from tests.factories import Team, make_running
from tests.results.crowd import count_days
from wbtest.publishing.models import Experiment
from wbtest.results.shared_links import create_shared_link
from wbtest.writing.models import Revision

EVIL = "<svg onload=alert(1)>"
PASSWORD = "three quiet words"
# Where a page leads but for the files that it is made of.
LEADING = re.compile(r'(?:href|src|action)="(?!/static/)([^"#]*)"')


@pytest.fixture
def experiment(revision: Revision, team: Team, now: HandClock) -> Experiment:
    """Nine days in which the second variant reaches the target."""
    experiment = make_running(revision, team.editor, team.approver, variants=(EVIL,))
    keys = [variant.key for variant in experiment.variants]
    count_days(
        experiment, range(9), keys[0], seen=100, converted=3, source="mia lopez", confirmed=2
    )
    count_days(experiment, range(9), keys[1], seen=100, converted=14, confirmed=9)
    now.turn(days=10)
    return experiment


@pytest.fixture
def token(experiment: Experiment, team: Team) -> str:
    return create_shared_link(experiment, team.approver, "our investor")[1]
