"""The settings of email and developers: an owner sees what waits and failed, and acts on it."""

import re
from datetime import datetime, timedelta

import pytest
from flask import Flask

from tests.conftest import Browser, HandClock
from tests.factories import Team, log_in
from wbtest.delivery import webhooks
from wbtest.delivery.models import OutboxEvent, OutboxMail, Webhook
from wbtest.delivery.outbox import queue_mail
from wbtest.delivery.worker import JOB_FAILURES, run_due_jobs
from wbtest.extensions import db, runtime
from wbtest.store import writing
from wbtest.team import delivery_settings

URL = "https://hooks.example/larder"
GETS = ("/settings/email", "/settings/developers", "/settings/developers?webhook=1")
POSTS = (
    "/settings/webhooks",
    "/settings/webhooks/1/test",
    "/settings/webhooks/1/again",
    "/settings/webhooks/1/enable",
    "/settings/webhooks/1/disable",
    "/settings/webhooks/1/delete",
    "/settings/webhooks/1/secret",
    "/settings/email/test",
    "/settings/email/again",
    "/settings/email/1/again",
    "/settings/email/1/dismiss",
)


@pytest.fixture
def mail(team: Team) -> OutboxMail:
    """A dead letter of the team."""
    mail = queue_mail(recipient="ada@x.io", subject="Your <b>place</b>", body="…")
    with writing():
        mail.state, mail.attempts, mail.error = "failed", 13, "421 try <later>"
    return mail


@pytest.fixture
def hook(team: Team) -> Webhook:
    return delivery_settings.add_webhook(URL, webhooks.KINDS)


@pytest.fixture
def event(hook: Webhook) -> OutboxEvent:
    """An event that was given up."""
    webhooks.emit("decision.made", {"choice": "go"})
    event = db.session.scalars(db.select(OutboxEvent)).one()
    with writing():
        event.state, event.attempts, event.code = "failed", 13, 500
        event.error = "500 Internal Server Error: <b>oops</b>"
    return event


@pytest.mark.parametrize("role", ["viewer", "editor", "approver"])
def test_only_an_owner_opens_them(
    client: Browser, team: Team, mail: OutboxMail, event: OutboxEvent, role: str
) -> None:
    log_in(client, getattr(team, role))

    assert {client.get(url).status_code for url in GETS} == {403}
    assert {client.send(url).status_code for url in POSTS} == {403}
    assert "Developers" not in client.get("/settings").text


def test_nobody_is_asked_to_log_in(client: Browser, event: OutboxEvent) -> None:
    for url in GETS:
        assert client.get(url).headers["Location"].startswith("/login?next=/settings/")
    assert {client.send(url).status_code for url in POSTS} == {303}
    assert event.state == "failed"


def test_a_dead_letter_is_shown_with_the_servers_words_and_sent_again(
    client: Browser, team: Team, mail: OutboxMail
) -> None:
    log_in(client, team.owner)
    page = client.get("/settings/email").text
    assert "421 try &lt;later&gt;" in page
    assert "Your &lt;b&gt;place&lt;/b&gt;" in page

    assert client.send("/settings/email/1/again").status_code == 303
    assert client.send("/settings/email/1/again").status_code == 409

    assert (mail.state, mail.attempts) == ("waiting", 0)
    assert "1 email queued" in client.get("/settings/email").text


def test_dead_letters_are_sent_again_together_or_dismissed(
    client: Browser, team: Team, mail: OutboxMail
) -> None:
    log_in(client, team.owner)

    client.send("/settings/email/again")
    assert mail.state == "waiting"
    with writing():
        mail.state = "bounced"
    client.send("/settings/email/1/dismiss")

    assert db.session.scalars(db.select(OutboxMail)).all() == []
    assert "0 bounced, 0 failed" in client.get("/settings/email").text


def test_a_test_email_goes_to_who_asks_for_it(client: Browser, team: Team) -> None:
    log_in(client, team.owner)

    client.send("/settings/email/test")

    [mail] = db.session.scalars(db.select(OutboxMail))
    assert (mail.recipient, mail.state) == (team.owner.email, "waiting")
    assert f"Test email sent to {team.owner.email}" in client.get("/settings/email").text


def test_a_webhook_is_added_and_its_secret_is_shown(client: Browser, team: Team) -> None:
    log_in(client, team.owner)

    response = client.send(
        "/settings/webhooks", {"url": f" {URL} ", "events": ["signup.created"], "addresses": "y"}
    )

    hook = db.session.scalars(db.select(Webhook)).one()
    assert (hook.url, hook.events) == (URL, ["signup.created", "addresses"])
    page = client.get(response.headers["Location"]).text
    assert hook.secret in page
    again = client.get(response.headers["Location"]).text
    assert (URL in again, hook.secret in again) == (True, False)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"url": "https://127.0.0.1/"}, "isn’t a public address"),
        ({"url": "http://hooks.example/"}, "starts with https://"),
        ({"url": "https://hooks.example:22/"}, "Port 22 isn’t allowed"),
        ({"url": ""}, "Enter the address"),
        ({"url": URL, "events": []}, "Choose at least one event"),
    ],
)
def test_what_cannot_be_called_is_said_at_the_field_and_kept(
    client: Browser, team: Team, typed: dict[str, str], sentence: str
) -> None:
    log_in(client, team.owner)

    response = client.send("/settings/webhooks", {"events": ["decision.made"], **typed})

    assert response.status_code == 422
    assert sentence in response.text
    assert typed["url"] in response.text
    assert db.session.scalars(db.select(Webhook)).all() == []


def test_a_browser_lets_one_choose_a_single_event(client: Browser, team: Team) -> None:
    log_in(client, team.owner)

    page = client.get("/settings/developers").text.partition('id="webhooks"')[2]
    boxes = re.findall(r"<input[^>]*checkbox[^>]*>", page)

    assert len(boxes) == len(webhooks.KINDS) + 1
    # Each box that is required would have to be ticked.
    assert not any("required" in box for box in boxes)


def test_what_was_given_up_is_sent_again_and_a_test_event_goes_out(
    client: Browser, team: Team, event: OutboxEvent
) -> None:
    log_in(client, team.owner)
    page = client.get("/settings/developers?webhook=1").text
    assert "500 Internal Server Error: &lt;b&gt;oops&lt;/b&gt;" in page

    client.send("/settings/webhooks/1/again", {"event_id": event.event_id})
    client.send("/settings/webhooks/1/test")

    states = [(found.kind, found.state) for found in db.session.scalars(db.select(OutboxEvent))]
    assert states == [("decision.made", "waiting"), ("test", "waiting")]
    assert "Test event" in client.get("/settings/developers?webhook=1").text


def test_a_webhook_is_turned_off_and_on_and_deleted(
    app: Flask, client: Browser, team: Team, event: OutboxEvent, hook: Webhook
) -> None:
    log_in(client, team.owner)

    client.send("/settings/webhooks/1/disable")
    assert hook.state == "disabled"
    assert "Paused by an owner." in client.get("/settings/developers?webhook=1").text
    assert client.send("/settings/webhooks/1/test").status_code == 409
    client.send("/settings/webhooks/1/enable")
    assert hook.state == "active"
    client.send("/settings/webhooks/1/delete")

    assert db.session.scalars(db.select(Webhook)).all() == []
    assert client.get("/settings/developers?webhook=1").status_code == 404


def test_an_owner_reads_which_background_job_failed_since_when_and_no_error(
    app: Flask, client: Browser, team: Team, now: HandClock
) -> None:
    log_in(client, team.owner)

    def fail(_now: datetime) -> None:
        raise ValueError("/p/of-another-team is not what it was")

    runtime(app).hooks.jobs = {"closing": (lambda _now: None, timedelta(hours=1))}
    run_due_jobs()
    assert "Background jobs" not in client.get("/settings/email").text
    runtime(app).hooks.jobs = {"closing": (fail, timedelta(hours=1))}
    now.turn(hours=5)
    run_due_jobs()
    log_in(client, team.owner)

    page = client.get("/settings/email").text
    assert "Some sign-ups aren’t told the decision." in page
    assert "Last worked 1 March 2027, 09:00" in page
    assert "another-team" not in page


def test_each_background_job_has_words(app: Flask) -> None:
    assert runtime(app).hooks.jobs.keys() <= JOB_FAILURES.keys()


def test_a_webhook_of_a_chat_app_is_called_by_its_name_and_shows_no_secret(
    client: Browser, team: Team
) -> None:
    log_in(client, team.owner)
    url = "https://hooks.slack.com/services/T0/B0/abc"

    client.send("/settings/webhooks", {"url": url, "events": ["decision.made"]})
    page = client.get("/settings/developers?webhook=1").text

    assert '<span class="badge neutral">Slack</span>' in page
    assert "Slack messages" in page
    assert "whsec_" not in page
    assert "View secret" not in page


def test_emails_for_a_chat_app_are_refused_at_their_box(client: Browser, team: Team) -> None:
    log_in(client, team.owner)
    url = "https://discord.com/api/webhooks/12/abc"
    typed = {"url": url, "events": ["decision.made"], "addresses": "y"}

    answer = client.send("/settings/webhooks", typed)

    assert answer.status_code == 422
    assert "Discord messages hold no email addresses. Turn this off." in answer.text
