"""What must not get past the launch check."""

import pytest
from flask.testing import FlaskClient

from tests.factories import (
    Team,
    make_approval,
    make_checked,
    make_experiment,
    make_revision,
    make_rule,
    make_running,
)
from wbtest.publishing.choices.choosing import change_options
from wbtest.publishing.choices.options import Options
from wbtest.publishing.experiments import change_rule, change_variant
from wbtest.publishing.models import Experiment
from wbtest.publishing.running import life
from wbtest.writing.document import CallToAction
from wbtest.writing.models import Revision


def test_a_rule_changed_after_the_options_cannot_contradict_them(revision: Revision, team: Team):
    experiment = make_experiment(revision, team.editor)
    change_options(experiment, team.editor, Options(confirms=False))
    rule = make_rule(conversion="confirmed", conversion_window_hours=168)
    change_rule(experiment, slug="larder", rule=rule, time_zone="UTC")

    with pytest.raises(life.NotReady, match="so a mail must ask"):
        make_checked(experiment, team.editor)


@pytest.fixture
def priced(team: Team) -> Experiment:
    """A draft whose control alone names a price, and asks for a yes to it."""
    action = CallToAction("Take one photo, for £4 a month.", "Start now")
    revision = make_revision(team.editor, call_to_action=action)
    make_approval(revision, team.approver)
    experiment = make_experiment(revision, team.editor)
    [control] = experiment.variants
    words = {"price": "£4 a month"}
    change_variant(control, team.editor, name="Control", weight=1, overrides=words)
    change_options(experiment, team.editor, Options(asks_for=("price",)))
    return experiment


def test_a_price_taken_away_after_the_options_stops_the_start(priced: Experiment, team: Team):
    [control] = priced.variants
    change_variant(control, team.editor, name="Control", weight=1, overrides={})

    with pytest.raises(life.NotReady, match="names no price to say yes to"):
        make_checked(priced, team.editor)


@pytest.fixture
def overtaken(revision: Revision, team: Team) -> Experiment:
    """A checked draft, since whose check another page with its source was opened."""
    experiment = make_experiment(revision, team.editor, slug="mine", sources=("x",))
    make_checked(experiment, team.editor)
    make_running(revision, team.editor, team.approver, slug="first", sources=("x",))
    return experiment


def test_what_is_warned_of_since_the_check_must_be_seen_too(overtaken: Experiment, team: Team):
    with pytest.raises(life.NotReady, match="came up: Own sources"):
        life.start(overtaken, team.approver)

    assert life.start(make_checked(overtaken, team.editor), team.approver).state == "running"


def test_a_start_with_a_warning_unseen_leads_to_it(
    owner: FlaskClient, no_token_needed: None, overtaken: Experiment
):
    path = f"/experiments/{overtaken.id}"
    answer = owner.post(f"{path}/start")
    page = owner.get(f"{path}/launch").text

    assert answer.location == f"{path}/launch"
    assert "came up: Own sources" in page
    assert "Continue" in page
    assert "Start the experiment" not in page
