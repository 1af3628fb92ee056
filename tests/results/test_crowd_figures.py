"""The figures without each announced crowd."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.api.conftest import program_of
from tests.audience.recording import PHONE
from tests.conftest import HandClock
from tests.factories import Team, log_in, make_decision, make_revision, make_rule, make_running
from tests.results.conftest import Start
from tests.results.crowd import count_day
from wbtest.audience.recording.events import Seen, Served, SignedUp
from wbtest.audience.retention import purge
from wbtest.decisions.memo_proof import differences
from wbtest.decisions.memo_views import export_of, find_memo
from wbtest.delivery import webhooks
from wbtest.delivery.models import OutboxEvent
from wbtest.extensions import db, runtime
from wbtest.publishing import lifecycle
from wbtest.publishing.models import Experiment
from wbtest.publishing.rule import Crowd, to_json
from wbtest.results.crowd_figures import lines
from wbtest.results.figures import results_of
from wbtest.results.figures_json import results_json
from wbtest.review.approvals import approve
from wbtest.store import writing
from wbtest.team import delivery_settings

SIX = datetime(2027, 3, 3, 18, tzinfo=UTC)
MEETUP = Crowd("Meetup", SIX, SIX + timedelta(hours=4), people=60)
FAIR = Crowd("Fair", SIX + timedelta(days=9), SIX + timedelta(days=10), people=99)
HALL = "203.0.113.7"
DAY = timedelta(days=1)
WHY = "They all asked for it, and we know them."


def come(
    experiment: Experiment, visitors: int, signups: int, at: datetime, address: str = ""
) -> None:
    """Let so many be served and seen at a moment; the first of them sign up a minute later."""
    recorder = runtime().recorder
    for number in range(visitors):
        who: dict[str, Any] = {
            "experiment_id": experiment.id,
            "variant": "control",
            "visitor": f"{at:%d%H%M}-{address}-{number}",
            "source": "newsletter",
            "device": "phone",
            "user_agent": PHONE,
        }
        at_us = int(at.timestamp()) * 1_000_000
        recorder.put(Served(at_us=at_us, address=address, **who))
        recorder.put(Seen(at_us=at_us + 1_000_000, address=address, **who))
        if number < signups:
            email = f"{who['visitor']}@example.com"
            sent = {"email": email, "email_key": email, "token_hash": email}
            recorder.put(SignedUp(at_us=at_us + 60_000_000, **sent, **who))
    recorder.flush()
    # What was read before is of before.
    db.session.rollback()


@pytest.fixture
def experiment(begin: Start, now: HandClock) -> Experiment:
    """Strangers who convert at 8 %, and a hall of 80 of whom 60 count and half sign up."""
    experiment = begin(crowds=(MEETUP, FAIR), minimum_visitors=200)
    for day in range(8):
        come(experiment, 50, 4, SIX - 2 * DAY + day * DAY)
    come(experiment, 80, 30, SIX + timedelta(hours=1), HALL)
    now.turn(days=9)
    return experiment


def crowds_of(experiment: Experiment, now: HandClock) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = results_json(results_of(experiment, now()))["crowds"]
    return found


def test_the_crowd_counts_and_the_figures_without_it_stand_beside(experiment, now):
    meetup, _ = crowds_of(experiment, now)

    assert (meetup["admitted"], meetup["people"], meetup["networks"]) == (60, 60, 1)
    assert (meetup["with"]["seen"], meetup["with"]["converted"]) == (460, 62)
    assert meetup["with"]["verdict"] == "met"
    assert meetup["without"] == {
        "seen": 400,
        "converted": 32,
        "rate": 0.08,
        "verdict": "not_enough",
        "recommendation": "keep_running",
        "withheld": False,
    }


def test_the_sealed_figures_are_those_of_everybody(experiment, now):
    values = results_json(results_of(experiment, now()))

    assert (values["verdict"], values["variants"][0]["seen"]) == ("met", 460)


def test_who_came_from_there_at_another_time_is_not_of_the_crowd(experiment, now):
    come(experiment, 5, 5, SIX + 3 * DAY, HALL)

    assert crowds_of(experiment, now)[0]["without"]["seen"] == 405


def test_each_crowd_is_said_in_a_line(experiment, now):
    assert lines(crowds_of(experiment, now)) == [
        "With everyone: 62 of 460 (13.5\u202f%), target met.",
        "Without “Meetup”: 32 of 400 (8.0\u202f%), undecided. 60 of up to 60 people came.",
        "“Fair” made no difference.",
    ]


def test_a_crowd_after_which_figures_are_withheld_or_in_doubt_is_said_so():
    figures = {"seen": 12, "converted": 4, "rate": 0.3, "withheld": True}
    crowd = {"name": "Fair", "people": 9, "admitted": 9}
    said = lines(
        [
            crowd
            | {"with": figures | {"verdict": "not_enough"}, "without": figures | {"verdict": "met"}}
        ]
    )

    assert said[0] == "With everyone: 4 of 12, unreliable."
    assert "target met, now in doubt" in said[1]


def test_a_result_that_turns_on_an_announced_crowd_is_amber(experiment, now):
    [check] = [each for each in results_of(experiment, now()).trust if each.check == "crowds"]

    assert check.state == "warn"
    assert check.reason == "The result is target met; without “Meetup” it’s undecided."


def test_a_test_without_crowds_has_no_such_part(begin: Start, now: HandClock):
    assert "crowds" not in results_json(results_of(begin(), now()))


def test_the_page_says_both_beside_the_verdict(client: FlaskClient, experiment, team: Team):
    log_in(client, team.owner)
    page = client.get(f"/experiments/{experiment.id}/results").text

    assert "Without “Meetup”: 32 of 400" in page


def test_what_was_counted_of_a_crowd_outlives_the_purge(experiment, now):
    before = crowds_of(experiment, now)
    purge(experiment)

    assert crowds_of(experiment, now) == before


def test_a_memo_says_both_and_can_be_recomputed_from_its_file(
    client: FlaskClient, experiment, now, team: Team, tmp_path
):
    make_decision(experiment, team.approver, None, "go", WHY)
    log_in(client, team.owner)

    page = client.get(f"/experiments/{experiment.id}/memo/1").text
    file = client.get(f"/experiments/{experiment.id}/memo/1.json").data

    assert "Without “Meetup”: 32 of 400" in page
    assert differences(file) == []


def test_a_memo_whose_crowd_was_changed_differs(experiment, team: Team):
    make_decision(experiment, team.approver, None, "go", WHY)
    memo = find_memo(experiment, 1)
    assert memo is not None
    export = json.loads(json.dumps(export_of(experiment, memo)))

    export["data"]["crowds"][0][0] = 10

    assert "memo.figures.crowds[0].admitted" in {
        each.place for each in differences(json.dumps(export))
    }


def test_the_api_gives_the_figures_with_and_without(app: Flask, experiment, team: Team):
    found = program_of(app, team.owner).get(f"/experiments/{experiment.id}/results").json

    assert [each["name"] for each in found["crowds"]] == ["Meetup", "Fair"]
    assert found["crowds"][0]["without"]["seen"] == 400


@pytest.mark.parametrize("sealed", [None, "{}"])
def test_a_rule_that_was_changed_by_hand_breaks_no_page(
    client: FlaskClient, experiment, team: Team, sealed: str | None
):
    with writing():
        experiment.rule = {
            name: value for name, value in experiment.rule.items() if name != "crowds"
        }
        experiment.sealed = experiment.sealed if sealed is None else sealed
    log_in(client, team.owner)

    assert client.get(f"/experiments/{experiment.id}/results").status_code == 200


def test_a_crowd_that_was_written_into_a_purged_test_breaks_no_page(
    client: FlaskClient, begin: Start, team: Team, now: HandClock
):
    experiment = begin()
    now.turn(days=30)
    purge(experiment)
    with writing():
        sealed = json.loads(experiment.sealed)
        sealed["rule"]["crowds"] = to_json(make_rule(crowds=(MEETUP,)))["crowds"]
        experiment.sealed = json.dumps(sealed)
    log_in(client, team.owner)

    assert client.get(f"/experiments/{experiment.id}/results").status_code == 200


REASON = "The kitchen headline carries it."


def test_every_step_from_approval_to_decision_is_told_once(team: Team, now: HandClock):
    delivery_settings.add_webhook("https://hooks.example/", webhooks.KINDS)
    revision = make_revision(team.editor)
    now.turn(days=2)
    for _ in range(2):
        approve(revision, team.approver)

    experiment = make_running(revision, team.editor, team.approver, slug="larder")
    lifecycle.pause(experiment, team.approver)
    lifecycle.resume(experiment, team.approver)
    count_day(experiment, 0, seen=100, converted=14)
    lifecycle.end(experiment, team.approver)
    for _ in range(2):
        make_decision(experiment, team.approver, team.owner, "go", REASON)

    events = db.session.scalars(db.select(OutboxEvent).order_by(OutboxEvent.id)).all()
    steps = [f"experiment.{step}" for step in ("started", "paused", "resumed", "ended")]
    assert [event.kind for event in events] == ["release.approved", *steps, "decision.made"]
    facts = [json.loads(event.body)["data"] for event in events]
    assert facts[0]["revision"] == revision.number
    assert {fact["url"] for fact in facts[1:]} == {"http://localhost/p/larder"}
    assert facts[-1]["choice"] == "go"
