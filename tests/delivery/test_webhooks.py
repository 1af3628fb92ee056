"""Webhooks: who is told of what, signed, and what is kept of it."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from standardwebhooks.webhooks import Webhook as Signer

from tests.conftest import HandClock
from tests.delivery.hooks import events, post_all, say
from tests.delivery.sink import Sink
from wbtest.delivery import webhooks
from wbtest.delivery.http_client import Policy
from wbtest.delivery.models import Webhook
from wbtest.delivery.webhook_sender import post_events
from wbtest.extensions import runtime
from wbtest.store import Invalid, Refused, writing
from wbtest.team import delivery_settings


def test_an_event_is_signed_so_that_any_library_can_check_it(
    sink: Sink, hook: Webhook, now: HandClock
) -> None:
    say()

    post_all()

    [(headers, body)] = sink.got
    at = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
    signature = Signer(hook.secret).sign(headers["webhook-id"], at, body.decode())
    assert at == now()
    assert headers["webhook-signature"] == signature
    assert json.loads(body) == {
        "type": "experiment.started",
        "timestamp": now().isoformat(),
        "data": {"id": 7},
    }


def test_an_event_goes_to_those_who_want_it_and_is_committed_with_its_cause(
    sink: Sink, hook: Webhook
) -> None:
    delivery_settings.add_webhook(sink.url, ["decision.made"])

    def cause() -> None:
        with writing():
            say()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        cause()
    assert events() == []
    say()
    assert [event.webhook_id for event in events()] == [hook.id]


def test_an_e_mail_goes_only_where_it_was_asked_for_and_leaves_with_its_person(
    sink: Sink, hook: Webhook, app: Flask
) -> None:
    curious = delivery_settings.add_webhook(sink.url, ["signup.created", "addresses"])
    for email in ("ann@x.io", "joann@x.io"):
        say("signup.created", email=email)
    told = {event.webhook_id: event.body for event in events()[:2]}
    assert "ann@x.io" not in told[hook.id]
    assert json.loads(told[curious.id])["data"] == {"id": 7, "email": "ann@x.io"}

    with writing() as session:
        webhooks.forget_events(session.connection(), "joann@x.io")

    assert [event.webhook_id for event in events()] == [hook.id, curious.id, hook.id]
    assert "joann" not in "".join(event.body for event in events())


def test_what_was_delivered_is_no_longer_kept(sink: Sink, hook: Webhook, now: HandClock) -> None:
    say()
    post_all()

    [event] = events()
    assert (event.state, event.code, event.body, event.sent_at) == ("sent", 200, "", now())


def test_what_would_never_be_called_is_not_taken(app: Flask) -> None:
    runtime(app).outgoing = Policy()

    with pytest.raises(Invalid, match="isn’t a public address"):
        delivery_settings.add_webhook("https://127.0.0.1/", webhooks.KINDS)
    with pytest.raises(Invalid, match="at least one"):
        delivery_settings.add_webhook("https://hooks.example/", ["addresses"])


def test_a_webhook_that_is_off_gets_nothing_until_it_is_on(sink: Sink, hook: Webhook) -> None:
    say()
    delivery_settings.disable_webhook(hook)
    with pytest.raises(Refused, match="is paused"):
        delivery_settings.send_test_event(hook)
    assert not post_events()

    delivery_settings.enable_webhook(hook)
    delivery_settings.send_test_event(hook)
    post_all()

    assert [event.kind for event in events()] == ["experiment.started", "test"]
    assert len(sink.got) == 2


def test_old_events_are_forgotten(sink: Sink, hook: Webhook, now: HandClock) -> None:
    say()
    post_all()
    delivery_settings.disable_webhook(hook)

    webhooks.forget_old_events(now() + timedelta(days=29))
    assert len(events()) == 1
    webhooks.forget_old_events(now() + timedelta(days=31))
    assert events() == []
