"""A real server behind the proxies of our docs: whose IP counts, whatever a visitor claims."""

import http.client
import json
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from itertools import product
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest
from flask import Flask

from tests.caddy import running_caddy
from tests.cli.conftest import Instance, Served, eventually, serving
from tests.conftest import Browser, HandClock
from tests.service.balancer import Balancer, Host
from tests.service.ports import free_port
from tests.skips import require
from tests.system_packages import find_program
from wbtest.extensions import runtime, utc_now
from wbtest.team.health import MADE_UP_IP, minute_token

# Processes and ports; what the database does is the same.
pytestmark = pytest.mark.one_database

# The limit of /reset.
MOST = 30
SPOOFS = (
    "192.0.2.7",
    "192.0.2.7, 192.0.2.8",
    "192.0.2.7:5678",
    "2001:db8::7",
    "[2001:db8::7]:443",
    "nonsense",
)
CLAIMS = (MADE_UP_IP, f"{MADE_UP_IP}, {MADE_UP_IP}", f"{MADE_UP_IP}:5678")
NAMES = ("X-Forwarded-For", "X_Forwarded_For", "x_forwarded-for", "X-Forwarded_For")
DEPLOY = Path(__file__).parents[2] / "docs" / "deploy.md"


class Visitor:
    """Asks for links by a form, from 127.0.0.1, whatever else the headers say."""

    def __init__(self, served: Served) -> None:
        self.port = urlsplit(served.url).port or 0
        _, page, headers = self._ask(self.port, "GET", {}, "")
        self._cookie = headers.split(";")[0]
        self._token = page.partition('name="csrf_token" value="')[2].partition('"')[0]

    def send(self, port: int, *headers: tuple[str, str]) -> int:
        """Send the form through this port; return how it was answered."""
        form = urlencode({"csrf_token": self._token, "email": "mei@example.org"})
        return self._ask(port, "POST", dict(headers), form)[0]

    def _ask(self, port: int, method: str, more: dict[str, str], form: str) -> tuple[int, str, str]:
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
            kind = {"Content-Type": "application/x-www-form-urlencoded"}
            cookie = {"Cookie": self._cookie} if form else {}
            # What the sender says comes last, where it would win.
            connection.request(method, "/reset", form or None, {**kind, **cookie, **more})
            answer = connection.getresponse()
            return answer.status, answer.read().decode(), answer.getheader("Set-Cookie") or ""


def believed(port: int, question: str) -> set[tuple[str, str]]:
    """The names and values by which a GET through this port may choose its IP."""
    # The order in which two headers of one name count depends on what else there is.
    others = ({}, {"Content-Type": "text/plain"}, {"Content-Type": "text/plain", "Cookie": "a=b"})
    found = set()
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
        for name, value, more in product(NAMES, CLAIMS, others):
            connection.request("GET", question, headers={**more, name: value})
            if json.load(connection.getresponse())["believed"]:
                found.add((name, value))
    return found


@contextmanager
def served_behind(instance: Instance, proxies: int) -> Iterator[Served]:
    more = {"WBTEST_TRUSTED_PROXIES": str(proxies), "WBTEST_MAIL_URL": "smtp://127.0.0.1:1"}
    with serving(replace(instance, environ={**instance.environ, **more})) as served:
        yield served


@contextmanager
def running_haproxy(folder: Path, behind: int, without: str = "") -> Iterator[int]:
    """HAProxy with our settings before this port, but for the line ``without``; its own port."""
    require("HAProxy")
    port = free_port()
    text = DEPLOY.read_text().partition("```haproxy\n")[2].partition("```")[0]
    for theirs, ours in {
        ":443 ssl crt /etc/haproxy/try.example.com.pem": f"127.0.0.1:{port}",
        "X-Forwarded-Proto https": "X-Forwarded-Proto http",
        "10.0.0.11:8000": f"127.0.0.1:{behind}",
        "    server two 10.0.0.12:8000 check\n": "",
        without: "",
    }.items():
        assert theirs in text
        text = text.replace(theirs, ours)
    (folder / "haproxy.cfg").write_text(text)
    program = str(find_program("haproxy"))
    process = subprocess.Popen([program, "-db", "-f", str(folder / "haproxy.cfg")])
    try:
        assert eventually(lambda: _listens(port))
        yield port
    finally:
        process.terminate()
        process.wait(60)


@contextmanager
def running_nginx(folder: Path, behind: int) -> Iterator[int]:
    require("nginx")
    balancer = Balancer(folder / "run", [(Host(), behind)])
    with balancer.running():
        yield balancer.port


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.parametrize("running", [running_nginx, running_caddy, running_haproxy])
def test_behind_a_proxy_limits_count_the_ip_that_reached_it(
    instance: Instance, tmp_path: Path, running: object
) -> None:
    with ExitStack() as stack:
        served = stack.enter_context(served_behind(instance, 1))
        visitor = Visitor(served)
        port = stack.enter_context(running(tmp_path, visitor.port))  # type: ignore[operator]
        # All but one as the IP that the proxy sees, with and without its port.
        said = ["127.0.0.1", "127.0.0.1:5678"] * (MOST // 2)
        counted = [visitor.send(visitor.port, ("X-Forwarded-For", each)) for each in said[1:]]

        assert counted == [200] * (MOST - 1)
        assert visitor.send(port) == 200
        assert {visitor.send(port, (name, spoof)) for name in NAMES for spoof in SPOOFS} == {429}
        question = f"/doctor/{minute_token(instance.settings, 'doctor', utc_now())}"
        assert believed(port, question) == set()


def test_without_a_proxy_limits_count_who_reached_us(instance: Instance) -> None:
    with served_behind(instance, 0) as served:
        visitor = Visitor(served)
        said = [(name, spoof) for spoof in SPOOFS for name in NAMES] * 2

        answers = [visitor.send(visitor.port, each) for each in said]

    assert answers == [200] * MOST + [429] * (len(said) - MOST)


def judged(instance: Instance, port: int, proxies: int) -> dict[str, object]:
    """What doctor says of the IP when this port is the address."""
    url, trusted = f"http://127.0.0.1:{port}", str(proxies)
    said = instance.run("doctor", "--json", WBTEST_BASE_URL=url, WBTEST_TRUSTED_PROXIES=trusted)
    found: dict[str, object] = json.loads(said.stdout)["ip"]
    return found


@pytest.mark.parametrize(
    ("without", "is_well", "words"),
    [
        ("", True, "Visitors can’t fake their IP."),
        ("    http-request del-header _ -m sub\n", False, "Remove it there, see docs/deploy.md."),
        ("    http-request set-header X-Forwarded-For %[src]\n", False, "Lower it"),
    ],
)
def test_doctor_tries_whether_a_visitor_can_name_an_ip(
    instance: Instance, tmp_path: Path, without: str, is_well: bool, words: str
) -> None:
    with ExitStack() as stack:
        served = stack.enter_context(served_behind(instance, 1))
        behind = urlsplit(served.url).port or 0
        port = stack.enter_context(running_haproxy(tmp_path, behind, without))
        found = judged(instance, port, 1)

    assert found["ok"] is is_well
    assert words in str(found["sentence"])


@pytest.mark.parametrize(("proxies", "is_well"), [(0, True), (1, False), (3, False)])
def test_doctor_tells_of_more_trust_than_proxies(
    instance: Instance, proxies: int, is_well: bool
) -> None:
    with served_behind(instance, proxies) as served:
        found = judged(instance, urlsplit(served.url).port or 0, proxies)

    assert found["ok"] is is_well


def test_nobody_but_doctor_is_told_which_ip_is_believed(client: Browser) -> None:
    assert client.get("/doctor/nothing").status_code == 404


def test_what_doctor_shows_is_good_for_a_minute(
    client: Browser, app: Flask, now: HandClock
) -> None:
    token = minute_token(runtime(app).settings, "doctor", now())

    assert client.get(f"/doctor/{token}").json == {"believed": False}
    now.turn(minutes=2)
    assert client.get(f"/doctor/{token}").status_code == 404
