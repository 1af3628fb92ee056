"""What webhooks are told from approval to decision: each step once, with its experiment."""

import json

from tests.conftest import HandClock
from tests.factories import Team, make_decision, make_revision, make_running
from tests.results.crowd import count_day
from wbtest.delivery import webhooks
from wbtest.delivery.models import OutboxEvent
from wbtest.extensions import db
from wbtest.publishing.running import life
from wbtest.review.approvals import approve
from wbtest.team import subscriptions

REASON = "The kitchen headline carries it."


def test_every_step_from_approval_to_decision_is_told_once(team: Team, now: HandClock):
    subscriptions.add_webhook("https://hooks.example/", webhooks.KINDS)
    revision = make_revision(team.editor)
    now.turn(days=2)
    for _ in range(2):
        approve(revision, team.approver)

    experiment = make_running(revision, team.editor, team.approver, slug="larder")
    life.pause(experiment, team.approver)
    life.resume(experiment, team.approver)
    count_day(experiment, 0, seen=100, converted=14)
    life.end(experiment, team.approver)
    for _ in range(2):
        make_decision(experiment, team.approver, team.owner, "go", REASON)

    events = db.session.scalars(db.select(OutboxEvent).order_by(OutboxEvent.id)).all()
    steps = [f"experiment.{step}" for step in ("started", "paused", "resumed", "ended")]
    assert [event.kind for event in events] == ["release.approved", *steps, "decision.made"]
    facts = [json.loads(event.body)["data"] for event in events]
    assert facts[0]["revision"] == revision.number
    assert {fact["url"] for fact in facts[1:]} == {"http://localhost/p/larder"}
    assert facts[-1]["choice"] == "go"
