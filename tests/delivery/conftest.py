"""A mail server of our own that does as it is told."""

import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from flask import Flask

from tests.delivery.sink import Sink, local, running
from wbtest.config import Settings
from wbtest.delivery import webhooks
from wbtest.delivery.models import Webhook
from wbtest.extensions import runtime
from wbtest.team import delivery_settings

CERTIFICATE = Path(__file__).parent / "mail-server-for-tests.pem"
ACCOUNT = LoginPassword(b"larder", b"p@ss:word")


@dataclass
class MailServer:
    """``mode`` is ok, 421 (try later), 550 (no such person), relay (it doesn't send for us),

    drop (hang up after the mail),
    stranger (no greeting for us), rude (an error for a good-bye) or nul (a refusal with a NUL).
    """

    mode: str = "ok"
    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    was_encrypted: list[bool] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    async def handle_EHLO(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, session: Session, _envelope: Envelope, name: str, answers: list[str]
    ) -> list[str]:
        session.host_name = name
        return ["550 who are you"] if self.mode == "stranger" else answers

    async def handle_HELO(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, session: Session, _envelope: Envelope, name: str
    ) -> str:
        session.host_name = name
        return "550 who are you" if self.mode == "stranger" else "250 hello"

    async def handle_QUIT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, _envelope: Envelope
    ) -> str:
        return "421 too busy to part" if self.mode == "rude" else "221 Bye"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: Any
    ) -> str:
        if self.mode in ("421", "550"):
            return f"{self.mode} as the test wishes"
        if self.mode == "relay":
            return "554 5.7.1 Relay access denied"
        if self.mode == "nul":
            return "550 no\0body"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        if self.mode == "554":
            return "554 no such mail here"
        assert isinstance(envelope.content, bytes)
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        self.was_encrypted.append(session.ssl is not None)
        if self.mode == "drop" and server.transport is not None:
            server.transport.abort()
        return "250 OK"


def check_account(*arguments: Any) -> AuthResult:
    return AuthResult(success=arguments[-1] == ACCOUNT, handled=False)


def certificate() -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(CERTIFICATE)
    return context


def run(server: MailServer, **parts: Any) -> Iterator[MailServer]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        server.port = free.getsockname()[1]
    controller = Controller(server, "127.0.0.1", server.port, **parts)
    controller.start()
    yield server
    controller.stop()


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    yield from run(MailServer(), enable_SMTPUTF8=False)


@pytest.fixture
def encrypting_server() -> Iterator[MailServer]:
    """Offers STARTTLS and takes nothing without it; wants the account of the tests."""
    yield from run(
        MailServer(),
        tls_context=certificate(),
        require_starttls=True,
        auth_required=True,
        authenticator=check_account,
    )


@pytest.fixture
def encrypted_server() -> Iterator[MailServer]:
    """Speaks TLS from the first byte."""
    yield from run(MailServer(), ssl_context=certificate())


@pytest.fixture
def settings(settings: Settings, mail_server: MailServer) -> Settings:
    return replace(settings, mail_url=mail_server.url, mail_from="Larder <hello@larder.example>")


@pytest.fixture
def sink(app: Flask) -> Iterator[Sink]:
    """A web server on the machine itself, which the app may call."""
    runtime(app).outgoing = local()
    with running(Sink()) as sink:
        yield sink


@pytest.fixture
def hook(sink: Sink) -> Webhook:
    """A webhook that wants everything."""
    return delivery_settings.add_webhook(sink.url, webhooks.KINDS)
