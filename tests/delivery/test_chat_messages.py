"""Slack, Discord and Teams get a sentence and a link in their own form, and no personal data."""

import json
from typing import Any

import pytest
from flask import Flask

from tests.conftest import HandClock
from tests.delivery.hooks import events, post_all
from tests.delivery.sink import Sink
from wbtest.delivery import webhooks
from wbtest.delivery.chat_messages import JOINER, LONGEST_TEXT, message_of, plain, service_of
from wbtest.delivery.http_client import Policy
from wbtest.delivery.models import Webhook
from wbtest.extensions import clock, runtime
from wbtest.store import Invalid, writing
from wbtest.team import delivery_settings

SLACK = "http://hooks.slack.com:{}/services/T0/B0/abc"
DISCORD = "http://discord.com:{}/api/webhooks/12/abc"
TEAMS = "http://acme.webhook.office.com:{}/webhookb2/abc"
ADDRESSES = [SLACK, DISCORD, TEAMS]
FACTS = {"experiment": 3, "slug": "larder", "url": "http://localhost/p/larder"}
SIGNUP = {
    "experiment": 3,
    "slug": "larder",
    "signup": 77,
    "variant": "half-waste",
    "source": "newsletter",
    "device": "phone",
    "excluded_because": "",
}
LINK = "http://localhost/experiments/3"


def add(sink: Sink, address: str) -> Webhook:
    return delivery_settings.add_webhook(address.format(sink.port), webhooks.KINDS)


def got(sink: Sink) -> list[Any]:
    post_all()
    return [json.loads(body) for _, body in sink.got]


def said_in(service: str, kind: str, data: dict[str, Any]) -> str:
    """The whole message, with its text as people read it."""
    body = webhooks.body_of(kind, data, clock.now())
    return json.dumps(json.loads(message_of(service, body, "http://localhost")), ensure_ascii=False)


@pytest.mark.parametrize(
    ("url", "service"),
    [
        ("https://hooks.slack.com/services/T0/B0/abc", "Slack"),
        ("https://hooks.slack.com/triggers/T0/1/abc", ""),
        ("https://hooks.slack.com.evil.example/services/T0/B0/abc", ""),
        ("https://discord.com/api/webhooks/12/abc", "Discord"),
        ("https://discordapp.com/api/v10/webhooks/12/abc", "Discord"),
        ("https://discord.com/api/webhooks/12/abc/slack", ""),
        ("https://ACME.webhook.office.com/webhookb2/abc", "Teams"),
        ("https://prod-1.westeurope.logic.azure.com:443/workflows/abc?sig=x", "Teams"),
        ("https://x.environment.api.powerplatform.com/powerautomate/abc?sig=x", "Teams"),
        ("https://evil-webhook.office.com/", ""),
        ("https://hooks.example/services/T0/B0/abc", ""),
        ("https://[::1/", ""),
    ],
)
def test_an_address_says_which_chat_app_it_is_of(url: str, service: str):
    assert service_of(url) == service


def test_slack_gets_a_text_with_a_link(sink: Sink):
    add(sink, SLACK)
    webhooks.emit("experiment.started", FACTS)

    assert got(sink) == [{"text": f"The test at /p/larder started. {LINK}", "mrkdwn": False}]


def test_discord_gets_a_content_that_mentions_nobody(sink: Sink):
    add(sink, DISCORD)
    webhooks.emit("signup.created", SIGNUP)

    content = f"Somebody signed up at /p/larder. {LINK}"
    assert got(sink) == [{"content": content, "allowed_mentions": {"parse": []}}]


def test_teams_gets_a_card_with_a_button(sink: Sink):
    add(sink, TEAMS)
    webhooks.emit("verdict.reached", FACTS | {"verdict": "met", "variants": ["control"]})

    [message] = got(sink)
    [attachment] = message["attachments"]
    card = attachment["content"]
    assert message["type"] == "message"
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    [run] = card["body"][0]["inlines"]
    assert run["text"] == "The test at /p/larder has a result: target met."
    assert card["actions"][0]["url"] == f"{LINK}/results"


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_chat_app_gets_no_signature(sink: Sink, address: str):
    hook = add(sink, address)
    delivery_settings.send_test_event(hook)
    post_all()

    [(headers, body)] = sink.got
    assert not [name for name in headers if name.startswith("webhook-")]
    assert headers["content-type"] == "application/json"
    assert "This is a test message." in body.decode()


def test_another_webhook_of_the_same_event_is_signed_as_ever(sink: Sink, hook: Webhook):
    add(sink, SLACK)
    webhooks.emit("experiment.started", FACTS)
    post_all()

    assert sorted("webhook-signature" in headers for headers, _ in sink.got) == [False, True]


def test_a_chat_app_gets_only_the_events_it_is_to_get(sink: Sink):
    delivery_settings.add_webhook(SLACK.format(sink.port), ["experiment.ended"])
    webhooks.emit("experiment.started", FACTS)
    webhooks.emit("experiment.ended", FACTS)

    assert [message["text"] for message in got(sink)] == [f"The test at /p/larder ended. {LINK}"]


@pytest.mark.parametrize("kind", ["signup.created", "signup.confirmed"])
@pytest.mark.parametrize("service", ["Slack", "Discord", "Teams"])
def test_a_message_holds_nothing_about_a_person_or_a_variant(app: Flask, service: str, kind: str):
    said = said_in(service, kind, SIGNUP | {"email": "ann@x.io"})

    for secret in ("ann", "77", "half-waste", "newsletter", "phone"):
        assert secret not in said


def test_a_sign_up_that_does_not_count_is_said_to(app: Flask):
    said = said_in("Slack", "signup.created", SIGNUP | {"excluded_because": "suspected"})

    assert "Somebody signed up at /p/larder (not counted)." in said


def test_every_event_has_a_sentence(app: Flask):
    for kind in (*webhooks.KINDS, webhooks.TEST):
        assert "Something happened" not in said_in("Slack", kind, FACTS)


def test_emails_of_people_are_not_taken_for_a_chat_app(app: Flask, sink: Sink):
    with pytest.raises(Invalid, match="Slack messages hold no email addresses") as refused:
        delivery_settings.add_webhook(SLACK.format(sink.port), ["signup.created", "addresses"])

    assert refused.value.field == "addresses"


@pytest.mark.parametrize("typed", ["<!channel>", "<@U1> & <https://x.io|y>"])
def test_a_product_is_no_markup_in_slack(app: Flask, typed: str):
    text = said_in("Slack", "release.approved", {"release": 1, "revision": 2, "product": typed})

    assert "<" not in text
    assert ">" not in text
    assert "&lt;" in text
    assert '"mrkdwn": false' in text


def test_a_product_is_no_markup_in_discord(app: Flask):
    facts = {"release": 1, "revision": 2, "product": "**Lar** [der](https://x.io) <@1> `x`"}
    body = webhooks.body_of("release.approved", facts, clock.now())

    content = json.loads(message_of("Discord", body, "http://localhost"))["content"]
    for mark in ("\\*\\*Lar\\*\\*", "\\[der\\]\\(", "\\<@", "\\`x\\`"):
        assert mark in content


def test_a_product_is_no_markup_in_teams(app: Flask):
    facts = {"release": 1, "revision": 2, "product": "[a](https://x.io)"}
    body = webhooks.body_of("release.approved", facts, clock.now())

    message = json.loads(message_of("Teams", body, "http://localhost"))
    [block] = message["attachments"][0]["content"]["body"]
    assert block["type"] == "RichTextBlock"


@pytest.mark.parametrize("typed", ["@everyone", "https://evil.example/x", "evil.example", ":fire:"])
def test_typed_text_is_no_mention_and_no_link(typed: str):
    assert typed not in plain(typed)
    assert plain(typed).replace(JOINER, "") == typed


def test_typed_text_is_one_line_cut_and_without_hidden_characters():
    assert plain("Lar\n\nder\u202e\0") == "Lar der"
    assert len(plain("x" * 1_000)) == LONGEST_TEXT


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_message_that_is_not_taken_is_tried_again(sink: Sink, now: HandClock, address: str):
    add(sink, address)
    webhooks.emit("experiment.started", FACTS)
    sink.mode, sink.headers = "429", {"Retry-After": "30"}
    post_all()
    [event] = events()
    assert (event.state, event.attempts) == ("waiting", 1)

    sink.mode, sink.headers = "204", {}
    now.turn(minutes=1)
    post_all()

    assert events()[0].state == "sent"


def test_a_name_of_a_chat_app_that_leads_inward_is_not_called(app: Flask, now: HandClock):
    runtime(app).outgoing = Policy(look_up=lambda _host, _port: ["127.0.0.1"])
    url = "https://hooks.slack.com/services/T0/B0/abc"
    hook = delivery_settings.add_webhook(url, webhooks.KINDS)
    delivery_settings.send_test_event(hook)

    post_all()

    [event] = events()
    assert (event.state, event.code) == ("waiting", None)
    assert event.error


def test_a_chat_app_that_got_emails_before_it_was_known_gets_none_now(sink: Sink):
    hook = add(sink, SLACK)
    with writing():
        hook.events = ["signup.created", webhooks.ADDRESSES]
    webhooks.emit("signup.created", SIGNUP, email="ann@x.io")

    assert "ann@x.io" not in json.dumps(got(sink))
