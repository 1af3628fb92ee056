"""A mail server or webhook that takes a call and says nothing: who signs up notices nothing."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from flask import Flask

from tests.audience.larder import Larder, Visitor, mails, signups
from tests.delivery.sink import local
from wbtest.config import Settings
from wbtest.delivery import webhooks
from wbtest.delivery.mail_sender import send_mail
from wbtest.delivery.webhook_sender import post_events
from wbtest.extensions import runtime
from wbtest.team import delivery_settings

MANY_SECONDS = 30


@pytest.fixture
def silence() -> Iterator[socket.socket]:
    """Takes every call and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(MANY_SECONDS)
        yield listener


@pytest.fixture
def settings(settings: Settings, silence: socket.socket) -> Settings:
    return replace(settings, mail_url=f"smtp://127.0.0.1:{silence.getsockname()[1]}")


@contextmanager
def waiting(app: Flask, silence: socket.socket, act: Callable[[], bool]) -> Iterator[None]:
    """Let the worker be kept waiting by the other side until the end of the block."""

    def work() -> None:
        with app.app_context():
            act()

    worker = threading.Thread(target=work)
    worker.start()
    call, _ = silence.accept()
    try:
        yield
        assert worker.is_alive()
    finally:
        call.close()
        worker.join(MANY_SECONDS)
    assert not worker.is_alive()


def test_a_sign_up_is_answered_while_the_mail_server_hangs(app, mia, silence):
    mia.sign_up(mia.get(), "ada@x.io")

    with waiting(app, silence, send_mail):
        other = Visitor(app)
        assert other.sign_up(other.get(), "mia@x.io").status_code == 303

    assert {row.email for row in signups(app)} == {"ada@x.io", "mia@x.io"}
    assert [mail.state for mail in mails(app, "mia@x.io")] == ["waiting"]


def test_a_sign_up_is_answered_while_a_webhook_hangs(app, larder: Larder, mia, silence):
    runtime(app).outgoing = local()
    url = f"http://127.0.0.1:{silence.getsockname()[1]}/hook"
    delivery_settings.add_webhook(url, webhooks.KINDS)
    mia.sign_up(mia.get(), "ada@x.io")

    with waiting(app, silence, post_events):
        other = Visitor(app)
        page = other.get()
        assert (page.status_code, other.see(page).status_code) == (200, 204)
        assert other.sign_up(page, "mia@x.io").status_code == 303

    assert {row.email for row in signups(app)} == {"ada@x.io", "mia@x.io"}
