"""What was changed by hand in a started test is named on the page of its results."""

from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.conftest import HandClock
from tests.factories import Team, log_in, make_running
from tests.prepared import Fill, turn
from tests.publishing.tampering import Tamper, each_tampering
from tests.results.conftest import approver_of, make_approved
from tests.results.crowd import count_day
from wbtest.extensions import db
from wbtest.publishing.models import Experiment
from wbtest.results.figures import evaluate, results_of
from wbtest.results.summary import summaries
from wbtest.store import writing


@pytest.fixture
def prepared() -> Fill:
    return make_met


@pytest.fixture
def met(app: Flask) -> Experiment:
    return db.session.scalars(db.select(Experiment)).first() or make_met()


def make_met() -> Experiment:
    """The price is far above the target."""
    revision = make_approved()
    approver = approver_of(revision)
    experiment = make_running(revision, revision.author, approver, variants=("Price",))
    for variant, converted in (("control", 72), ("price", 180)):
        count_day(experiment, 8, variant, seen=990, converted=converted, served=1125)
    turn(days=16)
    return experiment


@each_tampering
def test_the_panel_names_each_no_verdict_is_shown_and_no_other_page_breaks(
    met: Experiment, team: Team, now: HandClock, client: FlaskClient, tamper: Tamper, cause: str
):
    assert evaluate(met, now()).verdict.choice == "go"
    with writing():
        tamper(met)
    log_in(client, team.viewer)

    answer = client.get(f"/experiments/{met.id}/results")
    said = unescape(answer.text)

    assert answer.status_code == 200
    assert "failed. Don’t decide on this data." in said
    assert f"{cause[:1].upper()}{cause[1:]}" in said
    assert "Data unreliable" in said
    results, brief, listed = results_of(met, now()), evaluate(met, now()), summaries([met], now())
    assert results.is_red is brief.is_red is listed[met.id].is_withheld is True
    for path in ("/experiments/1", "/ideas?view=chart"):
        assert client.get(path).status_code in (200, 409)


def test_a_test_without_any_rule_says_so_and_what_to_do(
    met: Experiment, team: Team, client: FlaskClient
):
    with writing():
        met.sealed, met.rule = "{", {}
    log_in(client, team.viewer)

    answer = client.get(f"/experiments/{met.id}/results")

    assert answer.status_code == 409
    assert "something that can’t be read: who: This is missing." in answer.text
    assert "restore a backup" in answer.text


def test_a_test_in_no_time_zone_says_so_and_what_to_do(
    met: Experiment, team: Team, client: FlaskClient
):
    with writing():
        met.time_zone = "Mars/Utopia"
    log_in(client, team.viewer)

    for path in ("/experiments/1", "/experiments/1/results"):
        answer = client.get(path)
        assert answer.status_code == 409
        assert "Mars/Utopia" in answer.text
        assert "wbtest verify" in answer.text
