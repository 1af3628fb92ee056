"""`wbtest results`: what the dashboard shows, in a terminal."""

import json
import re
from datetime import datetime, timedelta

import pytest

from tests.cli.conftest import Instance
from tests.factories import make_approval, make_experiment, make_revision, make_running, make_team
from tests.results.crowd import count_days
from wbtest.extensions import db, utc_now
from wbtest.publishing.models import Experiment
from wbtest.results.figures import results_of
from wbtest.results.figures_json import results_json


@pytest.fixture
def nine_days(instance: Instance) -> Instance:
    """A test that began ten days ago and whose kitchen is far above its target."""
    began = utc_now() - timedelta(days=10)
    with instance.opened(lambda: began):
        team = make_team()
        revision = make_revision(team.editor)
        make_approval(revision, team.approver)
        last_day = (began + timedelta(days=28)).date()
        experiment = make_running(
            revision, team.editor, team.approver, variants=("Kitchen",), ends_on=last_day
        )
        count_days(experiment, range(9), "control", seen=110, converted=3)
        count_days(experiment, range(9), "kitchen", seen=108, converted=14)
    return instance


def test_the_figures_are_those_of_the_dashboard(nine_days):
    values = json.loads(nine_days.run("results", "larder", "--json").stdout)

    with nine_days.opened():
        experiment = db.session.scalars(db.select(Experiment)).one()
        shown = results_json(results_of(experiment, datetime.fromisoformat(values["as_of"])))
    assert values == json.loads(json.dumps(shown))


def test_the_text_says_verdict_figures_and_trust(nine_days):
    said = nine_days.run("results", "/p/larder").stdout

    assert re.match(r"/p/larder, as of \d+ \w+ \d{4}, \d\d:\d\d UTC\n", said)
    assert "Verdict: met, go. “Kitchen” reached your 8% target." in said
    assert "kitchen   972        126  13.0%" in said
    assert "Best: kitchen." in said
    assert "“Kitchen” would no longer reach the target if" in said
    assert "  ok    990 and 972 people saw the page" in said


def test_a_page_that_is_not_there_is_named(instance):
    said = instance.run("results", "pantry")

    assert said.exit_code == 2
    assert said.stderr == "wbtest: There is no page /p/pantry in this instance.\n"


def test_a_draft_has_nothing_to_show(instance):
    with instance.opened():
        team = make_team()
        make_experiment(make_revision(team.editor), team.editor)

    said = instance.run("results", "larder")

    assert said.exit_code == 2
    assert "hasn’t started" in said.stderr
