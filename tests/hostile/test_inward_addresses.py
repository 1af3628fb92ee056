"""Webhooks that would lead into our own network: refused, and nobody in there hears of it."""

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field

import pytest
from flask import Flask

from tests.conftest import Browser
from tests.delivery.hooks import events
from tests.delivery.sink import Sink, local, running
from tests.factories import Team, log_in
from wbtest.delivery.http_client import Policy
from wbtest.delivery.models import Webhook
from wbtest.delivery.webhook_sender import post_events
from wbtest.extensions import clock, db, runtime
from wbtest.store import writing
from wbtest.team.delivery_settings import send_test_event

# ``PORT`` is where somebody listens on this machine, on IPv4 and IPv6.
SPELLED = (
    *("127.0.0.1", "0", "0.0.0.0", "127.1", "127.0.1", "127.255.255.254", "2130706433", "0x7f.1"),
    *(
        "0x7f000001",
        "0177.0.0.1",
        "017700000001",
        "１２７.０.０.１",
        "127。0。0。1",
        "[::1]",
        "[::]",
    ),
    *("[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[::1%25lo]"),
    *(
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::1]",
        "localhost",
        "localhost.",
        "LOCALHOST",
        "a.localhost",
    ),
    *("ok@127.0.0.1", "ok:ok@localhost", "10.1.2.3", "172.16.0.1", "192.168.1.1", "100.64.0.1"),
    *("10.0.0.0", "192.0.0.1", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1"),
    *("240.0.0.1", "[fc00::1]", "[2001:db8::1]", "[2001::1]", "[ff02::1]", "0300.0250.1.1"),
    *("192.0.0.192", "168.63.129.16", "192.88.99.1", "[3fff::1]", "[::ffff:168.63.129.16]"),
    *("169.254.169.254", "[fd00::1]", "[fe80::1]", "[fec0::1]", "224.0.0.1", "255.255.255.255"),
)
# Names, and where they lead when they are looked up.
NAMED = {
    "inside.example": ["127.0.0.1"],
    "inside6.example": ["::1"],
    "mapped.example": ["::ffff:127.0.0.1"],
    "both.example": ["93.184.216.34", "127.0.0.1"],
    "both6.example": ["2606:2800:220:1::1", "::1"],
    "office.example": ["10.0.0.1"],
    "cloud.example": ["169.254.169.254"],
    "unset.example": ["0.0.0.0"],
}

# What is called is https on two ports alone; the rest is refused whatever stands behind it.
ELSEWHERE = (
    *("file:///etc/passwd", "file://127.0.0.1:PORT/", "gopher://127.0.0.1:PORT/_x"),
    *("dict://127.0.0.1:PORT/x", "ftp://127.0.0.1:PORT/x", "ldap://127.0.0.1:PORT/"),
    *("http://hooks.example:PORT/", "https://hooks.example:PORT/", "https://hooks.example:22/"),
    *("https://hooks.example:6379/", "//127.0.0.1:PORT/", "unix:///run/x.sock", "data:,x"),
)


@dataclass
class Ear:
    """Listens on a port of this machine, on IPv4 and IPv6, and counts who connects."""

    port: int = 0
    heard: int = 0
    _lines: list[socket.socket] = field(default_factory=list)

    def open(self) -> None:
        first = socket.create_server(("127.0.0.1", 0))
        self.port = first.getsockname()[1]
        self._lines = [first]
        # A machine without IPv6 has no loopback of it.
        with suppress(OSError):
            self._lines.append(socket.create_server(("::1", self.port), family=socket.AF_INET6))
        for line in self._lines:
            threading.Thread(target=self._listen, args=[line], daemon=True).start()

    def close(self) -> None:
        for line in self._lines:
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
            line.close()

    def _listen(self, line: socket.socket) -> None:
        with suppress(OSError):
            while True:
                caller, _ = line.accept()
                self.heard += 1
                caller.close()


@pytest.fixture
def ear() -> Iterator[Ear]:
    ear = Ear()
    ear.open()
    yield ear
    ear.close()


@pytest.fixture
def owner(app: Flask, client: Browser, team: Team) -> Browser:
    """Where no port and no scheme is forbidden, so that nothing but the address can be refused."""
    runtime(app).outgoing = Policy(
        schemes=frozenset({"http", "https"}),
        ports=frozenset(),
        look_up=lambda host, _port: NAMED[host],
    )
    log_in(client, team.owner)
    return client


def keep(team: Team, url: str) -> Webhook:
    """A webhook as if it had been taken, by whatever way."""
    hook = Webhook(
        url=url,
        secret="whsec_" + "A" * 32,
        events=["experiment.started"],
        created_at=clock.now(),
    )
    with writing() as session:
        session.add(hook)
    return hook


def test_an_ear_hears_who_connects(ear: Ear) -> None:
    for host in ("127.0.0.1", "::1")[: len(ear._lines)]:
        with socket.create_connection((host, ear.port), 5) as line:
            assert line.recv(1) == b""

    assert ear.heard == len(ear._lines)


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_an_address_within_is_refused_by_the_form(owner: Browser, ear: Ear, scheme: str) -> None:
    taken = [
        host
        for host in SPELLED
        if owner.send(
            "/settings/webhooks",
            {"url": f"{scheme}://{host}:{ear.port}/", "events": "experiment.started"},
        ).status_code
        != 422
    ]

    assert (taken, ear.heard) == ([], 0)
    assert db.session.scalars(db.select(Webhook)).all() == []


@pytest.mark.parametrize("hosts", [SPELLED, tuple(NAMED)], ids=["spelled", "named"])
def test_an_address_within_is_never_called(
    owner: Browser, team: Team, ear: Ear, hosts: tuple[str, ...]
) -> None:
    for host in hosts:
        send_test_event(keep(team, f"http://{host}:{ear.port}/"))
    while post_events():
        pass

    assert ear.heard == 0
    assert {event.state for event in events()} == {"waiting"}
    assert all(event.attempts and event.error for event in events())


def test_a_name_that_was_public_when_it_was_typed_is_judged_again_at_each_call(
    app: Flask, owner: Browser, ear: Ear
) -> None:
    leads_to = ["93.184.216.34"]
    asked: list[list[str]] = []

    def look_up(_host: str, _port: int) -> list[str]:
        asked.append([*leads_to])
        return [*leads_to]

    runtime(app).outgoing = Policy(schemes=frozenset({"http"}), ports=frozenset(), look_up=look_up)
    owner.send(
        "/settings/webhooks",
        {"url": f"http://turns.example:{ear.port}/", "events": "decision.made"},
    )
    [hook] = db.session.scalars(db.select(Webhook))
    leads_to[:] = ["127.0.0.1"]
    send_test_event(hook)
    post_events()

    assert ear.heard == 0
    assert "isn’t a public address" in events()[0].error


@pytest.mark.parametrize("url", ELSEWHERE)
def test_another_scheme_or_port_is_refused_by_the_form_and_never_called(
    app: Flask, owner: Browser, team: Team, ear: Ear, url: str
) -> None:
    runtime(app).outgoing = Policy(
        is_allowed=lambda _address: True, look_up=lambda _host, _port: ["127.0.0.1"]
    )
    url = url.replace("PORT", str(ear.port))

    answer = owner.send("/settings/webhooks", {"url": url, "events": "experiment.started"})
    send_test_event(keep(team, url))
    post_events()

    assert (answer.status_code, ear.heard) == (422, 0)
    assert [(event.state, bool(event.error)) for event in events()] == [("waiting", True)]


def test_who_is_called_cannot_send_us_on_into_our_own_network(
    app: Flask, team: Team, ear: Ear
) -> None:
    runtime(app).outgoing = local()
    inside = f"http://127.0.0.1:{ear.port}/"

    with running(Sink("302", headers={"Location": inside, "Refresh": f"0;url={inside}"})) as sink:
        send_test_event(keep(team, sink.url))
        post_events()

    assert (len(sink.got), ear.heard) == (1, 0)
    assert events()[0].state == "waiting"
