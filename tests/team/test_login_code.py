"""The second page of the log-in: a code after the password, and nothing opens before it."""

import pytest
from flask import Flask

from tests.conftest import Browser, HandClock
from tests.factories import PASSWORD, make_person
from tests.team.coming_in import is_in, type_password
from tests.team.mailbox import code_of
from wbtest.config import Settings
from wbtest.extensions import db
from wbtest.team import people, two_factor
from wbtest.team.models import LoginSession, Person
from wbtest.team.people import find_member, invite, remove_member

MAIL_URL = "smtp://127.0.0.1:1"


def test_the_password_alone_opens_nothing(client: Browser, ada: Person, secret: str) -> None:
    assert type_password(client).startswith("/login/code")

    assert not is_in(client)
    assert db.session.scalar(db.select(LoginSession)) is None


def test_password_and_code_log_in_and_go_on(
    client: Browser, ada: Person, secret: str, now: HandClock
) -> None:
    path = type_password(client, onward="/settings?tab=1")

    answer = client.send(path, {"code": code_of(secret, now)})

    assert answer.location == "/settings?tab=1"
    assert is_in(client)
    assert client.get_cookie("wb-code") is None


def test_an_invitation_is_no_way_around_the_code(
    client: Browser, ada: Person, secret: str, now: HandClock
) -> None:
    owner = make_person("olga@example.com", "owner")
    remove_member(find_member(ada.id), owner)
    page = f"/invitation/{invite(owner, 'Ada@Example.COM', 'viewer')[1]}"

    log_in_page = client.send(page, {"name": "Eve", "password": "another quiet word"}).location
    code_page = client.send(log_in_page, {"email": ada.email, "password": PASSWORD}).location

    assert not is_in(client)
    assert client.send(code_page, {"code": code_of(secret, now)}).location == page
    assert client.send(page).location == "/"
    assert "<bdi>Ada</bdi>" in client.get("/settings").text


def test_a_code_is_taken_once(
    app: Flask, client: Browser, ada: Person, secret: str, now: HandClock
) -> None:
    other = app.test_client()
    assert isinstance(other, Browser)
    code = code_of(secret, now)
    for browser in (client, other):
        browser.send(type_password(browser), {"code": code})

    assert (is_in(client), is_in(other)) == (True, False)


def test_a_recovery_code_lets_in_once(
    app: Flask, client: Browser, ada: Person, recovery: list[str]
) -> None:
    other = app.test_client()
    assert isinstance(other, Browser)
    for browser in (client, other):
        browser.send(type_password(browser), {"code": f" {recovery[0].upper()} "})

    assert (is_in(client), is_in(other)) == (True, False)
    assert two_factor.recovery_codes_left(ada) == 9


def test_a_recovery_code_of_somebody_else_opens_nothing(
    client: Browser, recovery: list[str], now: HandClock
) -> None:
    bob = make_person("bob@example.com", "viewer")
    secret = two_factor.make_secret()
    two_factor.turn_on(bob, secret, password=PASSWORD, code=code_of(secret, now))

    answer = client.send(type_password(client, bob.email), {"code": recovery[0]})

    assert answer.status_code == 422


def test_the_code_has_to_follow_within_five_minutes(
    client: Browser, ada: Person, secret: str, now: HandClock
) -> None:
    path = type_password(client)
    now.turn(minutes=5)

    answer = client.send(path, {"code": code_of(secret, now)})

    assert answer.location.startswith("/login")
    assert "within five minutes" in client.get(answer.location).text
    assert not is_in(client)


def test_a_password_changed_meanwhile_ends_the_waiting(
    client: Browser, ada: Person, secret: str, now: HandClock
) -> None:
    path = type_password(client)
    people.set_password(ada, "another quiet word")

    client.send(path, {"code": code_of(secret, now)})

    assert not is_in(client)


@pytest.mark.parametrize("note", ["", "x", "WzEsOTk5OTk5OTk5OSwiIl0.forged"])
def test_the_code_is_asked_only_where_the_password_was_typed(
    client: Browser, ada: Person, secret: str, now: HandClock, note: str
) -> None:
    client.set_cookie("wb-code", note)

    assert client.get("/login/code").location.startswith("/login?")
    assert client.send("/login/code", {"code": code_of(secret, now)}).status_code == 303
    assert not is_in(client)


def test_ten_wrong_codes_are_enough_even_if_the_password_is_typed_again(
    client: Browser, ada: Person, secret: str, now: HandClock
) -> None:
    told = [client.send(type_password(client), {"code": "000000"}).status_code for _ in range(11)]

    right = client.send(type_password(client), {"code": code_of(secret, now)})

    assert told == [422] * 10 + [429]
    assert right.status_code == 429
    assert "Retry-After" in right.headers


def test_strangers_on_many_networks_have_ten_codes_together(
    app: Flask, ada: Person, secret: str
) -> None:
    codes_told = []
    for number in range(11):
        stranger = app.test_client()
        assert isinstance(stranger, Browser)
        stranger.environ_base["REMOTE_ADDR"] = f"192.0.{number}.1"
        codes_told.append(stranger.send(type_password(stranger), {"code": "000000"}).status_code)

    assert codes_told == [422] * 10 + [429]


def test_a_right_code_forgives_the_wrong_ones(
    client: Browser, ada: Person, secret: str, now: HandClock
) -> None:
    for _ in range(2):
        wrong = {client.send(type_password(client), {"code": "0"}).status_code for _ in range(9)}
        right = client.send(type_password(client), {"code": code_of(secret, now)})

        assert (wrong, right.status_code) == ({422}, 303)
        client.send("/logout")
        now.turn(seconds=two_factor.SECONDS)


def test_the_cookie_between_is_for_this_host_and_no_script(
    client: Browser, ada: Person, secret: str
) -> None:
    answer = client.send("/login", {"email": ada.email, "password": PASSWORD})

    [cookie] = [c for c in answer.headers.getlist("Set-Cookie") if c.startswith("wb-code=")]
    assert "Max-Age=300; HttpOnly; Path=/; SameSite=Lax" in cookie
    assert PASSWORD not in cookie


def test_with_another_server_key_one_is_told_whom_to_ask(
    client: Browser, ada: Person, secret: str, now: HandClock, settings: Settings
) -> None:
    object.__setattr__(settings, "secret_key", "another-key" * 4)

    answer = client.send(type_password(client), {"code": code_of(secret, now)})

    assert answer.status_code == 422
    assert "wbtest user second-factor-off" in answer.text.partition('id="code-error"')[2]


def test_who_runs_the_server_lets_somebody_in_without_it(
    client: Browser, ada: Person, secret: str
) -> None:
    two_factor.turn_off_for(ada)

    type_password(client)

    assert is_in(client)
