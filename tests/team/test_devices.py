"""Where somebody is logged in: listed in a few words, and logged out."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask

from tests.conftest import Browser, HandClock
from tests.factories import PASSWORD, log_in
from tests.statements import counted
from tests.team.two import while_somebody_writes
from wbtest.extensions import db
from wbtest.store import writing
from wbtest.team import access, people, sessions
from wbtest.team.models import LoginSession, Membership, Person
from wbtest.team.sessions import open_session

MAIL_URL = "smtp://127.0.0.1:1"

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:147.0) Gecko/20100101 Firefox/147.0"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1"
)
EDGE = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0"
)


NEW = "three other quiet words"


def enter(browser: Browser, person: Person, agent: str) -> None:
    """Log in by the page, as a person does."""
    headers, environ = {"User-Agent": agent}, {"REMOTE_ADDR": "203.0.113.7"}
    fields = {"email": person.email, "password": PASSWORD}
    browser.send("/login", fields, headers=headers, environ_base=environ)


@pytest.fixture
def elsewhere(app: Flask, ada: Person) -> Browser:
    browser = app.test_client()
    assert isinstance(browser, Browser)
    enter(browser, ada, IPHONE)
    return browser


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (FIREFOX, "Firefox on Linux"),
        (IPHONE, "Safari on iPhone"),
        (EDGE, "Edge on Windows"),
        ("<script>alert(1)</script>", "an unknown program"),
        ("", "an unknown program"),
    ],
)
def test_a_device_is_called_by_a_few_words_of_ours(agent: str, words: str) -> None:
    assert access.describe_browser(agent) == words


def test_each_device_is_listed_with_where_and_since_when(
    client: Browser, elsewhere: Browser, ada: Person
) -> None:
    enter(client, ada, FIREFOX)

    page = client.get("/account").text

    here, there = page.index("Firefox on Linux"), page.index("Safari on iPhone")
    assert here < page.index("This device") < there
    assert "203.0.113.0/24" in page
    assert "203.0.113.7" not in page
    assert "1 March 2027, 09:00 UTC" in page


def test_no_user_agent_and_no_token_is_kept(client: Browser, elsewhere: Browser) -> None:
    row = db.session.scalars(db.select(LoginSession)).one()
    page = elsewhere.get("/account").text

    assert row.device == "Safari on iPhone"
    assert row.token_hash not in page


def test_one_other_device_is_logged_out(client: Browser, elsewhere: Browser, ada: Person) -> None:
    enter(client, ada, FIREFOX)
    key = client.get("/account").text.partition('name="device" value="')[2].partition('"')[0]

    answer = client.send("/account/devices/log-out", {"device": key})

    assert answer.location == "/account#devices"
    assert elsewhere.get("/account").status_code == 303
    assert client.get("/account").status_code == 200
    assert client.send("/account/devices/log-out", {"device": key}).status_code == 404


def test_all_other_devices_are_logged_out(client: Browser, elsewhere: Browser, ada: Person) -> None:
    enter(client, ada, FIREFOX)

    client.send("/account/devices/log-out-others")

    assert elsewhere.get("/account").status_code == 303
    page = client.get("/account").text
    assert "1 other device logged out." in page
    assert "Log out all others" not in page


def test_a_device_of_somebody_else_is_none_of_ours(
    client: Browser, elsewhere: Browser, ada: Person, stranger: Person
) -> None:
    log_in(client, stranger)
    [theirs] = sessions.list_devices(ada, "")

    for key in ("", "Safari on iPhone", theirs.key):
        assert client.send("/account/devices/log-out", {"device": key}).status_code == 404
    client.send("/account/devices/log-out-others")

    assert elsewhere.get("/account").status_code == 200


def used_at() -> object:
    db.session.rollback()
    return db.session.scalars(db.select(LoginSession.last_used_at)).one()


def test_the_last_use_is_written_once_an_hour(elsewhere: Browser, now: HandClock) -> None:
    now.turn(minutes=59)
    elsewhere.get("/account")
    assert used_at() is None

    now.turn(minutes=1)
    noted = now()
    elsewhere.get("/account")
    now.turn(minutes=59)
    elsewhere.get("/account")

    assert used_at() == noted
    assert "last used 1 March 2027, 10:00 UTC" in elsewhere.get("/account").text


def test_no_page_writes_within_the_hour(elsewhere: Browser, now: HandClock) -> None:
    with counted() as statements:
        elsewhere.get("/account")

    assert {line.split()[0] for line in statements} <= {"BEGIN", "SELECT"}


REFUSING = {
    "sqlite": (
        "CREATE TRIGGER no_use BEFORE UPDATE ON login_sessions"
        " BEGIN SELECT RAISE(ABORT, 'read-only'); END",
        "DROP TRIGGER no_use",
    ),
    "postgresql": (
        "ALTER TABLE login_sessions ADD CONSTRAINT no_use CHECK (last_used_at IS NULL)",
        "ALTER TABLE login_sessions DROP CONSTRAINT no_use",
    ),
}


@contextmanager
def unwritable() -> Iterator[None]:
    """Sessions that the database does not let anybody change."""
    begin, end = REFUSING[db.engine.dialect.name]
    for statement in (begin, None, end):
        if statement is None:
            yield
            continue
        with writing() as session:
            session.execute(db.text(statement))


@pytest.mark.every_database
def test_a_page_opens_when_the_last_use_cannot_be_written(
    elsewhere: Browser, now: HandClock
) -> None:
    now.turn(hours=2)

    with unwritable():
        assert elsewhere.get("/account").status_code == 200
        assert used_at() is None


def test_what_could_not_be_written_is_tried_again_a_minute_later(
    elsewhere: Browser, now: HandClock
) -> None:
    now.turn(hours=2)
    with unwritable():
        elsewhere.get("/account")

    now.turn(seconds=59)
    elsewhere.get("/account")
    assert used_at() is None
    now.turn(seconds=1)
    elsewhere.get("/account")

    assert used_at() == now()


@pytest.mark.every_database
def test_no_page_waits_for_a_writer(app: Flask, elsewhere: Browser, now: HandClock) -> None:
    now.turn(hours=2)
    theirs = db.update(LoginSession).values(network="198.51.100.0/24")

    page = while_somebody_writes(app, theirs, lambda: elsewhere.get("/account"))

    assert page.status_code == 200
    assert used_at() is None


def test_of_very_many_devices_those_used_last_are_listed(elsewhere: Browser, ada: Person) -> None:
    for _ in range(sessions.MOST_LISTED):
        open_session(ada)

    page = elsewhere.get("/account").text

    assert page.count("last used 1 March") == sessions.MOST_LISTED
    assert f"These are the 50 used last, of {sessions.MOST_LISTED + 1}." in page


def test_who_is_in_no_team_still_looks_after_the_own_log_in(
    client: Browser, elsewhere: Browser, ada: Person
) -> None:
    people.leave_team(db.session.scalars(db.select(Membership)).one())

    assert 'href="/account"' in elsewhere.get("/", follow_redirects=True).text
    page = elsewhere.get("/account").text
    assert "This device" in page
    assert 'href="/ideas"' not in page
    typed = {"old_password": PASSWORD, "new_password": NEW, "repeated": NEW}
    assert elsewhere.send("/account/password", typed).location == "/account"
    assert client.send("/login", {"email": ada.email, "password": NEW}).status_code == 303


def test_a_stranger_is_asked_to_log_in_first(client: Browser, app: Flask) -> None:
    assert client.get("/account").location == "/login?next=/account"


def test_forms_from_elsewhere_log_out_nobody(elsewhere: Browser) -> None:
    for path in ("/account/devices/log-out", "/account/devices/log-out-others", "/account"):
        assert elsewhere.post(path).status_code == 400


def test_the_name_on_every_page_leads_to_the_account(elsewhere: Browser) -> None:
    assert 'href="/account"' in elsewhere.get("/settings").text


def test_one_changes_ones_own_name(elsewhere: Browser, ada: Person) -> None:
    elsewhere.send("/account", {"name": "  Ada   Lovelace ", "email": "x@x.io", "role": "owner"})

    assert db.session.get_one(Person, ada.id).name == "Ada Lovelace"
    assert db.session.get_one(Person, ada.id).email == "ada@example.com"
    assert elsewhere.send("/account", {"name": " "}).status_code == 422
