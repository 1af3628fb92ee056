"""Where a request comes from and which host it names: proxies, other sites, https."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask, request

from tests.conftest import Browser, HandClock
from tests.factories import log_in, make_person
from wbtest import create_app
from wbtest.config import Settings
from wbtest.extensions import db, runtime
from wbtest.team import access
from wbtest.web import hosts_of, is_known_host


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "evil.example:80"])
def test_another_hosts_name_is_not_answered(client: Browser, host: str) -> None:
    assert client.get("/login", headers={"Host": host}).status_code == 421


@pytest.mark.parametrize(
    "host", ["localhost:1@evil", "localhost:80/x", "localhost:x", "[::1", "::1]", "[::1]x", ""]
)
def test_what_only_begins_as_our_name_is_not_ours(host: str) -> None:
    assert not is_known_host(host, hosts_of("http://localhost:8000"))


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:5000", "127.0.0.1:8000", "[::1]:8000"])
def test_loopback_has_several_names(client: Browser, host: str) -> None:
    assert client.get("/login", headers={"Host": host}).status_code == 200


def test_a_forwarded_host_is_never_believed(client: Browser) -> None:
    response = client.get("/settings", headers={"X-Forwarded-Host": "evil.example"})

    assert response.location == "/login?next=/settings"


@pytest.mark.parametrize("origin", ["null", "https://evil.example", "http://sub.localhost"])
@pytest.mark.parametrize("method", ["GET", "OPTIONS"])
def test_no_other_site_may_read_an_answer(client: Browser, method: str, origin: str) -> None:
    log_in(client, make_person("ada@example.com", "owner"))

    asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    for path in ("/settings", "/login", "/healthz", "/static/css/base.css"):
        headers = client.open(path, method=method, headers=asked).headers
        assert not [name for name, _ in headers if name.startswith("Access-Control")]


@pytest.fixture
def another_app(settings: Settings, now: HandClock) -> Iterator[Callable[..., Flask]]:
    """A function that makes a second app, with some settings changed; closed at the end."""
    apps: list[Flask] = []

    def make(**changed: Any) -> Flask:
        apps.append(create_app(replace(settings, **changed), now))
        return apps[-1]

    yield make
    for app in apps:
        with app.app_context():
            runtime(app).recorder.close()
            db.engine.dispose()


def test_over_https_browsers_are_told_to_stay_there(another_app: Callable[..., Flask]) -> None:
    client = another_app(base_url="https://localhost").test_client()

    for path in ("/healthz", "/static/css/base.css"):
        answer = client.get(path, base_url="https://localhost", buffered=True)
        assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"


@pytest.mark.parametrize(
    ("proxies", "sent", "believed"),
    [
        (0, "192.0.2.9", "127.0.0.1"),
        (1, "192.0.2.9", "192.0.2.9"),
        (1, "203.0.113.5, 192.0.2.9", "192.0.2.9"),
        (2, "203.0.113.5, 192.0.2.9", "203.0.113.5"),
        (1, "192.0.2.9:5678", "192.0.2.9"),
        (1, "2001:db8::1", "2001:db8::1"),
        (1, "203.0.113.5, [2001:db8::1]:443", "2001:db8::1"),
        (1, '", 192.0.2.9', "192.0.2.9"),
        (1, '[203.0.113.5]", [2001:db8::1]:443', "2001:db8::1"),
        (2, '203.0.113.5, ", 192.0.2.9, 10.0.0.1', "192.0.2.9"),
    ],
)
def test_only_the_proxies_in_front_may_name_the_visitors_ip(
    another_app: Callable[..., Flask], proxies: int, sent: str, believed: str
) -> None:
    app = another_app(trusted_proxies=proxies)
    app.add_url_rule("/ip", "ip", access.public(lambda: str(request.remote_addr)))

    with app.test_client() as client:
        assert client.get("/ip", headers={"X-Forwarded-For": sent}).text == believed
