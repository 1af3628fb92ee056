"""Whatever people do about log-ins, tokens, links and webhooks: no secret of it stands in a log."""

import logging
import re

import pyotp
import pytest
from flask import Flask

from tests.conftest import Browser, HandClock
from tests.factories import PASSWORD, Team
from tests.team.mailbox import mails_to, path_in
from wbtest.delivery.models import Webhook
from wbtest.delivery.webhook_sender import post_events
from wbtest.extensions import db
from wbtest.store import writing
from wbtest.team import access, two_factor

MAIL_URL = "smtp://127.0.0.1:1"

NEW, WRONG = "another quiet word", "hunter2 and then some"
IP, MEI = "203.0.113.77", "mei@example.org"
HOOK = "https://hooks.example/T0/xyzzy"


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """All that is said, at the level that says most."""
    caplog.set_level(logging.DEBUG)
    return caplog


@pytest.fixture
def client(app: Flask) -> Browser:
    """A browser that is somewhere. What breaks is answered, as in the server."""
    app.config["PROPAGATE_EXCEPTIONS"] = False
    browser = app.test_client()
    assert isinstance(browser, Browser)
    browser.environ_base["REMOTE_ADDR"] = IP
    return browser


def enter(client: Browser, team: Team, password: str = PASSWORD) -> str:
    """Log the owner in by hand; return what the cookie holds."""
    client.send("/login", {"email": team.owner.email, "password": password})
    cookie = client.get_cookie("wb-session")
    return cookie.value if cookie else ""


def test_of_a_log_in(client: Browser, team: Team, now: HandClock, logged: pytest.LogCaptureFixture):
    secret = two_factor.make_secret()
    code = pyotp.TOTP(secret).at(now())
    paper = two_factor.turn_on(team.owner, secret, password=PASSWORD, code=code)
    now.turn(minutes=1)

    for typed in (WRONG, PASSWORD):
        enter(client, team, typed)
    for typed in ("000000", paper[0]):
        client.send("/login/code", {"code": typed})
    cookie = client.get_cookie("wb-session")
    now.turn(minutes=10)
    client.send("/account/prove", {"password": WRONG, "code": paper[1]})

    assert cookie is not None
    secrets = (PASSWORD, WRONG, cookie.value, secret, *paper, team.owner.email, IP)
    assert [each for each in secrets if each in logged.text] == []


def test_of_links_in_mails(client: Browser, team: Team, logged: pytest.LogCaptureFixture):
    cookie = enter(client, team)
    client.send("/settings/invitations", {"email": MEI, "role": "editor"})
    client.send("/account/email", {"new_email": "o@example.org", "password": PASSWORD})
    client.send("/logout")
    client.send("/reset", {"email": team.owner.email})
    paths = [path_in(mails_to(each)[-1]) for each in (MEI, "o@example.org", team.owner.email)]
    for path in paths:
        assert client.get(path, headers={"Referer": f"http://localhost{path}"}).status_code == 200

    client.send(paths[-1], {"new_password": NEW, "repeated": NEW})

    tokens = [path.rpartition("/")[2] for path in paths]
    secrets = (PASSWORD, NEW, cookie, MEI, team.owner.email, IP, *tokens)
    assert [each for each in secrets if each in logged.text] == []


def test_of_tokens_and_webhooks(client: Browser, team: Team, logged: pytest.LogCaptureFixture):
    enter(client, team)
    client.send("/settings/tokens", {"name": "CI", "scopes": "read", "password": PASSWORD})
    [token] = re.findall(r"wbt_[\w-]{40,}", client.get("/settings/developers").text)
    client.get("/api/v1/releases", headers={"Authorization": f"Bearer {token}"})
    client.get(f"/api/v1/releases?token={token}")
    client.send("/settings/webhooks", {"url": HOOK, "events": "signup.created"})
    [hook] = db.session.scalars(db.select(Webhook))
    shown = client.send(f"/settings/webhooks/{hook.id}/secret").location
    assert hook.secret in client.get(shown).text
    client.send(f"/settings/webhooks/{hook.id}/test")
    with writing():
        # Where nothing may be sent, and no name has to be looked up for that.
        hook.url = HOOK.replace("hooks.example", "127.0.0.1")

    post_events()

    secrets = (token, hook.secret, "T0/xyzzy", PASSWORD, IP)
    assert [each for each in secrets if each in logged.text] == []


def test_of_what_breaks_behind_a_secret_address(
    app: Flask, client: Browser, team: Team, logged: pytest.LogCaptureFixture
):
    app.add_url_rule("/broken/<token>", "broken", access.public(lambda **_: 1 / 0))
    cookie = enter(client, team)

    answer = client.get(
        "/broken/s3cr3t-t0ken?next=/invitation/0ther-t0ken",
        headers={"Referer": "http://localhost/reset/th1rd-t0ken", "User-Agent": "ERROR forged"},
    )

    assert (answer.status_code, "gave 500" in logged.text) == (500, True)
    secrets = ("s3cr3t-t0ken", "0ther-t0ken", "th1rd-t0ken", "forged", cookie, IP)
    assert [each for each in secrets if each in logged.text] == []
