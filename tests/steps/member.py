"""Somebody of the team at a browser, over HTTP: logs in, opens pages, sends forms."""

import http.client
import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import unescape
from typing import Any
from urllib.parse import urlencode, urlsplit

from flask import Flask
from werkzeug.test import Client

from tests.factories import PASSWORD
from tests.service.instance import OWNER

FORM = "application/x-www-form-urlencoded"
EDGE = "edge-of-a-part"
_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
REDIRECTS = (302, 303)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; ``seconds`` until its last byte."""

    status: int
    headers: Mapping[str, str]
    text: str
    seconds: float = 0.0


# Sends method, path, body and headers; the cookies are kept by who sends.
Send = Callable[[str, str, bytes, dict[str, str]], Answer]


class Member:
    """A browser whose requests ``send`` takes to an app; see ``at`` and ``inside``."""

    def __init__(self, send: Send, origin: str) -> None:
        self._send = send
        self._origin = origin

    def log_in(self, email: str = OWNER, password: str = PASSWORD) -> "Member":
        """Log in by the page for it."""
        answer = self.send("/login", {"email": email, "password": password})
        assert answer.status in REDIRECTS, f"{email} was not logged in: {answer.status}"
        return self

    def get(self, path: str) -> Answer:
        """Open a page, and those that it leads on to."""
        answer = self._send("GET", path, b"", {})
        while answer.status in REDIRECTS:
            to = urlsplit(answer.headers["location"])
            answer = self._send("GET", to._replace(scheme="", netloc="").geturl(), b"", {})
        return answer

    def send(self, path: str, form: Mapping[str, str], on: str = "") -> Answer:
        """Send a form with the token of the page ``on`` which it stands, itself unless named."""
        return self.send_again(path, form, self.token_of(on or path))

    def send_again(self, path: str, form: Mapping[str, str], token: str) -> Answer:
        """Send a form with a token that a page gave before; the answer is not followed."""
        body = urlencode({**form, "csrf_token": token}).encode()
        return self._send("POST", path, body, {"Content-Type": FORM, "Origin": self._origin})

    def upload(self, path: str, name: str, content: bytes, on: str) -> Answer:
        """Send a file in a field of this name, from the page ``on`` which it stands."""
        body = (
            (
                f'--{EDGE}\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n'
                f"{self.token_of(on)}\r\n--{EDGE}\r\n"
                f'Content-Disposition: form-data; name="{name}"; filename="file.md"\r\n\r\n'
            ).encode()
            + content
            + f"\r\n--{EDGE}--\r\n".encode()
        )
        kind = f"multipart/form-data; boundary={EDGE}"
        return self._send("POST", path, body, {"Content-Type": kind, "Origin": self._origin})

    def token_of(self, path: str) -> str:
        """Return the token that the forms of a page carry."""
        page = self.get(path)
        found = _TOKEN.search(page.text)
        assert found is not None, f"no form on {path}, which answers {page.status}"
        return unescape(found[1])

    def results(self, experiment_id: int = 1) -> dict[str, Any]:
        """Return the results of a test as JSON."""
        found: dict[str, Any] = json.loads(
            self.get(f"/experiments/{experiment_id}/results.json").text
        )
        return found

    def ask_for_reset(self, email: str, token: str) -> Answer:
        """Say that a password is lost; ``token`` is that of the page."""
        return self.send_again("/reset", {"email": email}, token)

    def ask_for_email(self, email: str, token: str, password: str = PASSWORD) -> Answer:
        """Ask for another address for the log-in; ``token`` is that of the page ``/account``."""
        return self.send_again("/account/email", {"new_email": email, "password": password}, token)


def at(
    url: str, addresses: Callable[[int], str] | None = None, *, keeps_connection: bool = False
) -> Member:
    """Return a browser that asks a server: each time on a connection of its own, or on one.

    ``addresses`` gives the IP from which the n-th request comes, as a proxy tells it.
    """
    to = urlsplit(url)
    connection = http.client.HTTPConnection(str(to.hostname), to.port, timeout=60)
    cookies: dict[str, str] = {}
    sent = 0

    def send(method: str, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        nonlocal sent
        sent += 1
        whole = dict(headers, Cookie="; ".join(f"{k}={v}" for k, v in cookies.items()))
        if not keeps_connection:
            whole["Connection"] = "close"
        if addresses:
            whole["X-Forwarded-For"] = addresses(sent)
        begun = time.perf_counter()
        connection.request(method, path, body or None, whole)
        answer = connection.getresponse()
        text = answer.read().decode()
        seconds = time.perf_counter() - begun
        for given in answer.headers.get_all("Set-Cookie", []):
            name, _, value = given.partition(";")[0].partition("=")
            cookies[name] = value
        named = {name.lower(): value for name, value in answer.headers.items()}
        return Answer(answer.status, named, text, seconds)

    return Member(send, url)


def inside(app: Flask) -> Member:
    """Return a browser that asks an app of our own process, without a server."""
    client = Client(app.wsgi_app)

    def send(method: str, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        begun = time.process_time()
        with client.open(path, method=method, data=body or None, headers=headers) as answer:
            text = answer.get_data(as_text=True)
        seconds = time.process_time() - begun
        named = {name.lower(): value for name, value in answer.headers.items()}
        return Answer(answer.status_code, named, text, seconds)

    return Member(send, "http://localhost")
