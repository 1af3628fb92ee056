"""Bodies that arrive slowly, or never, or without a length, at a real server."""

import http.client
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from datetime import timedelta
from io import RawIOBase
from urllib.parse import urlsplit

import pytest
from flask import Flask
from werkzeug.test import EnvironBuilder, run_wsgi_app

from tests.audience.larder import PHONE, RULE, start_page
from tests.cli.conftest import Instance, Served, eventually, serving
from tests.factories import Team
from tests.service.ports import free_port
from wbtest.extensions import utc_now
from wbtest.request_bodies import RequestBodies
from wbtest.team.tokens import make_token

# Processes and ports; what the database does is the same.
pytestmark = pytest.mark.one_database

FORM = "application/x-www-form-urlencoded"


def begin(port: int, path: str, length: int) -> socket.socket:
    """Announce so many bytes, and send three."""
    line = socket.create_connection(("127.0.0.1", port), 60)
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: {FORM}\r\n"
    line.sendall(f"{head}Content-Length: {length}\r\n\r\nabc".encode())
    return line


@contextmanager
def stalled(port: int, count: int, path: str, length: int) -> Iterator[list[socket.socket]]:
    """So many bodies of which no more comes."""
    with ExitStack() as stack:
        yield [stack.enter_context(begin(port, path, length)) for _ in range(count)]


def ask(port: int, method: str, path: str, body: bytes | None = None) -> int:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        connection.request(method, path, body, {"User-Agent": PHONE, "Content-Type": FORM})
        return connection.getresponse().status


def all_of(line: socket.socket) -> str:
    """What a server says until it closes the connection."""
    return b"".join(iter(lambda: line.recv(9999), b"")).decode()


def answered(port: int, text: str) -> str:
    with socket.create_connection(("127.0.0.1", port), 60) as line:
        line.sendall(text.encode())
        return all_of(line)


@pytest.mark.parametrize("length", [100, 1_900_000])
def test_bodies_that_stall_keep_nobody_else_waiting(instance: Instance, length: int) -> None:
    with instance.opened():
        start_page(rule=replace(RULE, ends_on=utc_now().date() + timedelta(days=60)))

    with serving(instance) as served:
        port = urlsplit(served.url).port or 0
        with stalled(port, 64, "/login", length):
            paths = ("/healthz", "/login", "/p/larder")
            assert [ask(port, "GET", path) for path in paths] == [200, 200, 200]
            # A form that arrives at once is still read; this one lacks its token.
            assert ask(port, "POST", "/login", b"email=mia") == 400


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("web")
    with serving(Instance({"WBTEST_INSTANCE": str(folder / "instance")})) as served:
        yield served


@pytest.mark.parametrize(
    "lengths",
    [
        "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n",
        "Transfer-Encoding: chunked\r\n",
    ],
)
@pytest.mark.parametrize(
    ("line", "mime_type"),
    [
        ("POST /login", "text/plain; charset=utf-8"),
        ("GET /login", "text/plain; charset=utf-8"),
        ("POST /api/v1/pictures", "application/problem+json"),
    ],
)
def test_a_body_without_a_plain_length_is_refused(
    web: Served, line: str, mime_type: str, lengths: str
) -> None:
    port = urlsplit(web.url).port or 0

    said = answered(
        port, f"{line} HTTP/1.1\r\nHost: 127.0.0.1\r\n{lengths}\r\n3\r\nabc\r\n0\r\n\r\n"
    )

    assert said.startswith("HTTP/1.1 400 ")
    assert f"content-type: {mime_type}\r\n" in said
    assert "Send the body with Content-Length, without Transfer-Encoding." in said


ECHO = """
import os
from wbtest.request_bodies import RequestBodies
from wbtest.team.tokens import make_token


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    if environ["REQUEST_METHOD"] == "GET":
        return [str(len(os.listdir("/proc/self/fd"))).encode()]
    return [str(len(environ["wsgi.input"].read())).encode()]


echo = RequestBodies(app, 4, seconds=0.5)
"""


@pytest.fixture(scope="module")
def echo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a server that says how many bytes came; they have half a second.

    A GET is told how many files it has open.
    """
    folder, port = tmp_path_factory.mktemp("echo"), free_port()
    (folder / "echo.py").write_text(ECHO)
    options = ["--interface=wsgi", "--no-ws", f"--port={port}", f"--working-dir={folder}"]
    process = subprocess.Popen(
        [sys.executable, "-m", "granian", *options, "--blocking-threads=4", "echo:echo"]
    )
    try:
        assert eventually(lambda: _listens(port))
        yield port
    finally:
        process.terminate()
        process.wait(60)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def open_files(port: int) -> int:
    said = answered(port, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    return int(said.rpartition("\r\n\r\n")[2])


@pytest.mark.parametrize("length", [0, 4, 90_000, 900_000])
def test_a_body_that_comes_is_read_whole(echo: int, length: int) -> None:
    head = f"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n"

    assert answered(echo, head + "x" * length).endswith(f"\r\n\r\n{length}")


def test_a_body_that_does_not_come_is_refused_after_its_deadline(echo: int) -> None:
    with begin(echo, "/api/v1/x", 4) as line:
        said = all_of(line)

    assert said.startswith("HTTP/1.1 408 ")
    assert "connection: close" in said
    assert '"detail": "The body took too long to arrive. Send it again."' in said


def test_after_a_refusal_no_connection_and_no_thread_is_left(echo: int) -> None:
    before = open_files(echo)

    with stalled(echo, 20, "/", 4) as lines:
        # Each is closed by the server: nobody here closes any.
        said = [all_of(line) for line in lines]
        assert eventually(lambda: open_files(echo) == before)

    refused = [each for each in said if each.startswith("HTTP/1.1 503 ")]
    assert {each[9:12] for each in said} == {"408", "503"}
    assert all("retry-after: " in each for each in refused)
    # Twenty readers were needed, and there are four.
    assert ask(echo, "POST", "/", b"x" * 90_000) == 200


class Never(RawIOBase):
    """A body that comes once ``let_go`` is set."""

    def __init__(self) -> None:
        self.let_go = threading.Event()

    def read(self, _size: int = -1, /) -> bytes:
        self.let_go.wait()
        return b""


def status_of_a_late_body(app: Flask, path: str, kind: str, **headers: str) -> str:
    body = Never()
    builder = EnvironBuilder(path, method="POST", content_type=kind, headers=headers)
    environ = builder.get_environ() | {"wsgi.input": body, "CONTENT_LENGTH": "9"}
    _, status, _ = run_wsgi_app(RequestBodies(app.wsgi_app, 2, seconds=0.01), environ)
    body.let_go.set()
    return status


@pytest.mark.parametrize("path", ["/login", "/p/larder/signup"])
def test_a_form_that_is_late_is_not_waited_for(app: Flask, path: str) -> None:
    assert status_of_a_late_body(app, path, FORM) == "408 Request Timeout"


def test_a_program_s_body_that_is_late_is_not_waited_for(app: Flask, team: Team) -> None:
    _, token = make_token(team.editor, name="CI", scopes=("write",))
    headers = {"Authorization": f"Bearer {token}"}
    path = "/api/v1/releases"

    assert status_of_a_late_body(app, path, "application/json", **headers) == "408 Request Timeout"


def test_a_program_without_a_token_is_answered_before_its_body_is_read(app: Flask) -> None:
    status = status_of_a_late_body(app, "/api/v1/releases", "application/json")

    assert status == "401 UNAUTHORIZED"
