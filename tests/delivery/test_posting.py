"""Events on their way to webhooks: at least once, with patience, given up in the end."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from tests.conftest import HandClock
from tests.delivery.hooks import events, post_all, say
from tests.delivery.sink import Sink, local, running, seconds_of
from tests.factories import Team
from wbtest.delivery import webhooks
from wbtest.delivery.models import OutboxEvent, OutboxMail, Webhook
from wbtest.delivery.webhook_sender import claim_batch, post_events, retry_after
from wbtest.extensions import db, runtime
from wbtest.store import writing
from wbtest.team import delivery_settings

MANY = 1_000


@pytest.mark.parametrize("mode", ["500", "302", "404", "reset"])
def test_a_failure_is_tried_again_under_the_same_id(
    sink: Sink, hook: Webhook, now: HandClock, mode: str
) -> None:
    say()
    sink.mode = mode
    post_all()
    [event] = events()
    assert (event.state, event.attempts, bool(event.error)) == ("waiting", 1, True)
    assert event.due_at == now() + timedelta(minutes=1)

    sink.mode = "200"
    now.turn(minutes=1)
    post_all()

    assert events()[0].state == "sent"
    assert len(sink.ids) == 2
    assert len({*sink.ids}) == 1


@pytest.mark.parametrize(("mode", "words"), [("hang", "didn’t answer"), ("drip", "")])
def test_a_slow_server_costs_no_more_than_the_limit(
    app: Flask, sink: Sink, hook: Webhook, mode: str, words: str
) -> None:
    runtime(app).outgoing = local(seconds=0.3)
    say()
    sink.mode = mode

    assert seconds_of(post_events) < 2

    assert words in events()[0].error


def test_gone_turns_the_webhook_off_and_tells_the_owner(
    app: Flask, sink: Sink, hook: Webhook, team: Team
) -> None:
    say()
    sink.mode = "410"

    post_all()
    say()

    [event] = events()
    assert (event.state, event.code, hook.state) == ("failed", 410, "disabled")
    [mail] = db.session.scalars(db.select(OutboxMail)).all()
    assert mail.recipient == team.owner.email
    assert hook.url in mail.body


@pytest.mark.parametrize("status", ["429", "503"])
def test_a_server_that_names_a_time_is_not_asked_before(
    sink: Sink, hook: Webhook, now: HandClock, status: str
) -> None:
    say()
    sink.mode, sink.headers = status, {"Retry-After": "120"}
    post_all()
    say()

    now.turn(seconds=119)
    assert not post_events()
    now.turn(seconds=1)
    assert post_events()


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [
        ("Mon, 01 Mar 2027 09:05:00 GMT", 300),
        ("Sun, 28 Feb 2027 09:05:00 GMT", 0),
        ("-120", 0),
        ("9" * 5000, 259_200),
        ("Mon, 01 Mar 2027 09:05:00 +99999999999999999999", 0),
        ("Mon, 01 Mar 99999999999999999999 09:05:00 GMT", 0),
    ],
)
def test_a_time_that_cannot_be_meant_is_no_time_at_all(asked: str, seconds: int) -> None:
    wait = retry_after(asked, datetime(2027, 3, 1, 9, tzinfo=UTC))

    assert wait == timedelta(seconds=seconds)


def test_three_days_down_lose_nothing_and_send_nothing_under_a_new_id(
    sink: Sink, hook: Webhook, now: HandClock
) -> None:
    sink.mode = "503"
    for _ in range(12):
        with writing() as session:
            wanting = webhooks.find_wanting(session.connection(), webhooks.KINDS)
            for _ in range(MANY // 12 + 1):
                rows = webhooks.event_rows(wanting, "decision.made", {"id": 7}, now())
                session.add_all(OutboxEvent(**row) for row in rows)
        post_all()
        now.turn(hours=6)
    # It was asked by one event at a time, and not by each that waits.
    assert len(sink.got) == 12
    promised = [event.event_id for event in events()]
    assert {event.state for event in events()} == {"waiting"}

    sink.mode = "200"
    sink.got.clear()
    post_all()

    assert len(promised) >= MANY
    assert sorted(sink.ids) == sorted(promised)
    assert {event.state for event in events()} == {"sent"}


def test_a_server_that_is_down_is_asked_every_hour_even_by_a_single_event(
    sink: Sink, hook: Webhook, now: HandClock
) -> None:
    say()
    sink.mode = "503"
    waits = []
    for _ in range(8):
        post_all()
        waits.append(events()[0].due_at - now())
        now.turn(seconds=waits[-1].total_seconds())

    assert [wait // timedelta(minutes=1) for wait in waits] == [1, 3, 9, 27, 60, 60, 60, 60]


def test_after_three_days_an_event_is_given_up_until_an_owner_sends_it_again(
    sink: Sink, hook: Webhook, now: HandClock
) -> None:
    say()
    say()
    sink.mode = "500"
    for _ in range(80):
        post_all()
        now.turn(hours=1)
    assert [event.state for event in events()] == ["failed", "failed"]
    assert all("hello" not in event.error and event.body for event in events())

    sink.mode = "200"
    assert delivery_settings.send_events_again(hook, [events()[0].event_id]) == 1
    post_all()

    assert [event.state for event in events()] == ["sent", "failed"]
    assert sink.ids[-1] == events()[0].event_id


def test_an_event_of_a_clock_that_was_ahead_does_not_wait_for_that_day(
    sink: Sink, hook: Webhook, now: HandClock
) -> None:
    now.turn(days=400)
    say()
    sink.mode = "500"
    post_all()
    now.turn(days=-400)
    sink.mode = "200"

    post_all()

    assert events()[0].state == "sent"


def test_one_event_that_is_not_understood_holds_up_no_other(sink: Sink, hook: Webhook) -> None:
    sink.mode = "422"
    for _ in range(3):
        say()

    post_all()

    assert [event.attempts for event in events()] == [1, 1, 1]
    assert hook.failures == 0


def test_a_worker_that_dies_leaves_its_events_to_the_next(
    sink: Sink, hook: Webhook, now: HandClock
) -> None:
    say()
    assert claim_batch()

    assert not post_events()
    now.turn(minutes=5)
    assert post_events()
    assert events()[0].state == "sent"


def test_many_workers_post_each_event_once(app: Flask, sink: Sink, hook: Webhook) -> None:
    for _ in range(60):
        say()

    def work() -> None:
        with app.app_context():
            post_all()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for thread in workers:
        thread.start()
    for thread in workers:
        thread.join()

    assert len({*sink.ids}) == len(sink.ids) == 60
    assert {event.state for event in events()} == {"sent"}


def test_a_webhook_deleted_meanwhile_is_no_obstacle(sink: Sink, hook: Webhook) -> None:
    say()
    with running(Sink()):
        delivery_settings.delete_webhook(hook)

    assert not post_events()
    assert events() == []


def test_turning_a_webhook_on_sends_at_once_what_waited(sink: Sink, hook: Webhook) -> None:
    say()
    sink.mode = "503"
    post_all()
    delivery_settings.disable_webhook(hook)
    sink.mode = "200"

    delivery_settings.enable_webhook(hook)
    post_all()

    assert events()[0].state == "sent"


def test_a_webhook_deleted_while_an_event_is_written_breaks_nothing(
    app: Flask, hook: Webhook, now: HandClock
) -> None:
    def delete() -> None:
        with app.app_context():
            delivery_settings.delete_webhook(db.session.scalars(db.select(Webhook)).one())

    thread = threading.Thread(target=delete)
    with writing() as session:
        wanting = webhooks.find_wanting(session.connection(), webhooks.KINDS)
        thread.start()
        thread.join(0.2)
        rows = webhooks.event_rows(wanting, "decision.made", {"id": 7}, now())
        session.add_all(OutboxEvent(**row) for row in rows)
    thread.join()

    assert events() == []


def test_a_name_that_leads_inside_is_a_failure_and_not_a_call(
    app: Flask, sink: Sink, hook: Webhook
) -> None:
    runtime(app).outgoing = local(is_allowed=lambda _address: False)
    say()

    post_all()

    assert "isn’t a public address" in events()[0].error
    assert sink.got == []
