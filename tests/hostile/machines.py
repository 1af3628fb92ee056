"""Other people's servers, which answer webhooks and mails with hostile texts."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session
from flask import Flask

from tests.delivery.conftest import MailServer, run
from tests.delivery.sink import local
from tests.hostile.payloads import Texts
from tests.hostile.typist import Typist
from wbtest.delivery.mail_sender import send_mail
from wbtest.delivery.webhook_sender import post_events
from wbtest.extensions import runtime


def add_webhooks(owner: Typist, texts: Texts) -> None:
    """Add some under hostile addresses. Nothing is posted to them."""
    for _ in range(3):
        url = f"https://hooks.example/{as_path(texts.text(200))}"
        owner.send("/settings/developers", "/settings/webhooks", url=url, addresses="y")


def talk_to_machines(app: Flask, owner: Typist, texts: Texts) -> None:
    """Let what is told to a webhook and what is mailed be refused in hostile words."""
    usual = runtime(app).outgoing
    runtime(app).outgoing = local()
    with _rude_hook(texts.text(150)) as port:
        url = f"http://hooks.example:{port}/{as_path(texts.text(200))}"
        for number in (1, 2, 3):
            shown = f"/settings/developers?webhook={number}"
            owner.send(shown, f"/settings/webhooks/{number}/disable")
        owner.send("/settings/developers", "/settings/webhooks", url=url)
        owner.send("/settings/developers?webhook=4", "/settings/webhooks/4/test")
        post_events()
    runtime(app).outgoing = usual
    for server in run(_Rude(_one_line(texts.text(150))), enable_SMTPUTF8=True):
        with mailing_by(app, server.url):
            send_mail()


@contextmanager
def mailing_by(app: Flask, url: str) -> Iterator[None]:
    """Let this server take our mails meanwhile."""
    settings = runtime(app).settings
    runtime(app).settings = replace(settings, mail_url=url)
    yield
    runtime(app).settings = settings


class _Rude(MailServer):
    """Its ``mode`` is what it says to every recipient."""

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, _envelope: Envelope, _address: str, _options: Any
    ) -> str:
        return f"550 {self.mode}"


@contextmanager
def _rude_hook(said: str) -> Iterator[int]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(500)
            self.end_headers()
            self.wfile.write(said.encode())

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


def as_path(text: str) -> str:
    """What of a text may stand in an address that we call."""
    return re.sub(r"[\x00-\x20\x7f-\x9f\\#?]", "", text)


def _one_line(text: str) -> str:
    return "".join(each for each in text if 32 <= ord(each) < 127)
