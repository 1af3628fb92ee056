"""deploy/nginx.conf and deploy/Caddyfile are run: what a proxy hands on, and what it does not."""

import gzip
import http.client
import json
import re
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from flask import Flask

from tests.caddy import running_caddy
from tests.service.balancer import Balancer, Host
from tests.service.ports import free_port
from tests.skips import require
from wbtest.web import LONGEST_BODY

PAGE = b"<h1>Dinner is in your kitchen</h1>" * 100


class Behind(BaseHTTPRequestHandler):
    """Stands where wbtest does: says what reached it, and packs its own pages."""

    protocol_version = "HTTP/1.1"
    asked = 0

    def handle_one(self) -> None:
        type(self).asked += 1
        length = int(self.headers.get("Content-Length") or 0)
        self.rfile.read(length)
        if self.path.startswith("/static/"):
            self._answer(PAGE, {"Content-Type": "text/css; charset=utf-8"})
        elif self.path == "/p/larder":
            self._answer(gzip.compress(PAGE), {"Content-Encoding": "gzip"})
        else:
            got = [[name.lower(), text] for name, text in self.headers.items()]
            self._answer(json.dumps({"method": self.command, "got": got}).encode(), {})

    do_GET = do_POST = handle_one  # noqa: N815 - as the standard library calls them

    def _answer(self, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(200)
        for name, text in ({"Content-Type": "text/html"} | headers).items():
            self.send_header(name, text)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None: ...


@pytest.fixture(scope="module")
def behind() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Behind)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def nginx(behind: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of nginx with our settings; its second machine is away."""
    require("nginx")
    balancer = Balancer(
        tmp_path_factory.mktemp("nginx") / "run", [(Host(), behind), (Host(), free_port())]
    )
    with balancer.running():
        yield balancer.port


@pytest.fixture(scope="module")
def caddy(behind: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of Caddy with our settings."""
    with running_caddy(tmp_path_factory.mktemp("caddy"), behind) as port:
        yield port


@pytest.fixture(params=["nginx", "caddy"])
def proxy(request: pytest.FixtureRequest) -> int:
    """The port of one and of the other."""
    port: int = request.getfixturevalue(request.param)
    return port


def ask(
    port: int, method: str, path: str, body: bytes | None = None, **headers: str
) -> tuple[int, http.client.HTTPMessage, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        sent = {name.replace("_", "-"): text for name, text in headers.items()}
        connection.request(method, path, body, {"Host": f"127.0.0.1:{port}", **sent})
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()


def test_what_a_visitor_says_of_their_own_address_is_not_handed_on(proxy: int) -> None:
    said = {"X_Forwarded_For": "203.0.113.9, 203.0.113.10", "X_Forwarded_Proto": "https"}

    _, _, body = ask(proxy, "GET", "/", **said)

    got = json.loads(body)["got"]
    assert [text for name, text in got if name == "x-forwarded-for"] == ["127.0.0.1"]
    assert [text for name, text in got if name == "x-forwarded-proto"] == ["http"]


def test_what_tells_people_from_scripts_is_handed_on(proxy: int) -> None:
    _, _, body = ask(proxy, "GET", "/", Sec_Fetch_Site="none", Cookie="wb-p1=a:b", DNT="1")

    got = dict(json.loads(body)["got"])
    assert (got["sec-fetch-site"], got["cookie"], got["dnt"]) == ("none", "wb-p1=a:b", "1")
    assert got["host"].partition(":")[0] == "127.0.0.1"


def test_each_visit_arrives_and_a_page_is_packed_once(proxy: int) -> None:
    before = Behind.asked

    for _ in range(3):
        _, headers, body = ask(proxy, "GET", "/p/larder", Accept_Encoding="gzip")
        assert (headers["Content-Encoding"], gzip.decompress(body)) == ("gzip", PAGE)

    assert Behind.asked == before + 3


def test_styles_are_packed_on_the_way(proxy: int) -> None:
    _, headers, body = ask(proxy, "GET", "/static/css/base.css", Accept_Encoding="gzip")

    assert (headers["Content-Encoding"], gzip.decompress(body)) == ("gzip", PAGE)


def test_a_body_that_is_too_long_is_refused_on_the_way(nginx: int) -> None:
    before = Behind.asked

    status, _, _ = ask(nginx, "POST", "/releases", b"x" * 3_200_000)

    assert (status, Behind.asked) == (413, before)


def test_a_file_as_large_as_the_team_may_send_goes_through(proxy: int, app: Flask) -> None:
    longest = {
        re.sub("<[^>]+>", "1", rule.rule): length
        for rule in app.url_map.iter_rules()
        if (length := getattr(app.view_functions[rule.endpoint], "longest_body", 0)) > LONGEST_BODY
    }
    assert len(longest) == 2

    for path, length in longest.items():
        assert ask(proxy, "POST", path, b"x" * length)[0] == 200, path


def test_what_a_machine_that_is_away_did_not_get_goes_to_another(nginx: int) -> None:
    said = [ask(nginx, "POST", "/releases", b"headline=x")[0] for _ in range(6)]

    assert said == [200] * 6


def test_a_slow_visitor_keeps_no_machine_waiting(proxy: int) -> None:
    before = Behind.asked
    with socket.create_connection(("127.0.0.1", proxy), 10) as slow:
        head = "POST /p/larder/signup HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9\r\n\r\n"
        slow.sendall(f"{head}email=".encode())
        # Whatever else goes through meanwhile came later.
        assert ask(proxy, "GET", "/")[0] == 200
        assert Behind.asked == before + 1
        slow.sendall(b"x@y")
        assert slow.recv(12) == b"HTTP/1.1 200"
    assert Behind.asked == before + 2
