"""The worker's turns: mail and webhooks, and what fails in one of them."""

import threading

import pytest
from flask import Flask

from tests.delivery.conftest import MailServer
from tests.delivery.hooks import events, post_all, say
from tests.delivery.sink import Sink, local, running
from wbtest.delivery import webhook_sender, webhooks, worker
from wbtest.delivery.models import Webhook
from wbtest.delivery.outbox import queue_mail
from wbtest.extensions import runtime
from wbtest.team import delivery_settings


def test_mail_and_webhooks_take_turns(
    app: Flask, sink: Sink, hook: Webhook, mail_server: MailServer
) -> None:
    for n in range(12):
        say()
        if n < 2:
            queue_mail(recipient="ada@example.com", subject="Hello", body="…")

    steps = 1
    while worker.step(app):
        steps += 1

    assert (len(mail_server.mails), len(sink.got), steps) == (2, 12, 2)


def test_a_fault_of_ours_ends_one_step_and_not_the_worker(
    app: Flask, sink: Sink, hook: Webhook
) -> None:
    stop = threading.Event()

    def fail(_address: object) -> bool:
        stop.set()
        raise ZeroDivisionError

    runtime(app).outgoing = local(is_allowed=fail)
    say()

    worker.work(app, stop)

    assert events()[0].state == "waiting"


def test_a_slow_webhook_lets_the_others_go_first(
    app: Flask, sink: Sink, hook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook_sender, "BATCH_SECONDS", 0.0001)
    say()
    say()
    with running(Sink()) as quick:
        delivery_settings.add_webhook(quick.url, webhooks.KINDS)
        say()

        post_all()

        assert (len(sink.got), len(quick.got)) == (1, 1)
    assert [event.state for event in events()].count("waiting") == 2
