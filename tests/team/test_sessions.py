"""Log-in and log-out: what is kept, for how long, and what an outsider can learn."""

import re

import pytest
from flask import Flask

from tests.conftest import Browser, HandClock
from tests.factories import PASSWORD, log_in, make_person
from tests.statements import counted
from wbtest.extensions import db, runtime
from wbtest.store import writing
from wbtest.team import passwords, people
from wbtest.team.models import LoginSession, Membership, Person
from wbtest.team.sessions import digest, forget_old_sessions


@pytest.fixture
def ada(app: Flask) -> Person:
    return make_person("ada@example.com", "owner")


def test_the_right_password_opens_a_session(client: Browser, ada: Person) -> None:
    response = client.send("/login", {"email": " ADA@example.com ", "password": PASSWORD})

    assert response.status_code == 303
    assert response.location == "/"
    assert client.get("/settings").status_code == 200


def test_the_cookie_is_for_this_host_and_no_script(client: Browser, ada: Person) -> None:
    response = client.send("/login", {"email": ada.email, "password": PASSWORD})

    cookie = response.headers.getlist("Set-Cookie")[-1]
    assert cookie.startswith("wb-session=")
    assert "HttpOnly; Path=/; SameSite=Lax" in cookie
    assert "Max-Age=2592000" in cookie


def test_only_a_hash_of_the_token_is_kept(client: Browser, ada: Person) -> None:
    client.send("/login", {"email": ada.email, "password": PASSWORD})

    cookie = client.get_cookie("wb-session")
    assert cookie is not None
    assert db.session.scalars(db.select(LoginSession.token_hash)).all() == [digest(cookie.value)]


def test_each_log_in_makes_a_new_token_and_ends_the_devices_old_one(
    client: Browser, ada: Person
) -> None:
    client.set_cookie("wb-session", "planted-by-somebody")
    client.send("/login", {"email": ada.email, "password": PASSWORD})
    first = client.get_cookie("wb-session")
    client.send("/logout")
    client.send("/login", {"email": ada.email, "password": PASSWORD})
    second = client.get_cookie("wb-session")

    assert first
    assert second
    assert len({"planted-by-somebody", first.value, second.value}) == 3
    assert db.session.scalars(db.select(LoginSession.token_hash)).all() == [digest(second.value)]


def test_a_cookie_replayed_after_the_log_out_is_worth_nothing(client: Browser, ada: Person) -> None:
    client.send("/login", {"email": ada.email, "password": PASSWORD})
    cookie = client.get_cookie("wb-session")
    assert cookie
    client.send("/logout")

    client.set_cookie("wb-session", cookie.value)

    assert client.get("/settings").status_code == 303


def test_a_session_ends_after_thirty_days(client: Browser, ada: Person, now: HandClock) -> None:
    log_in(client, ada)

    for _ in range(2):
        now.turn(days=10)
        assert client.get("/settings").status_code == 200
    now.turn(days=10, seconds=-1)
    assert client.get("/settings").status_code == 200
    now.turn(seconds=1)
    assert client.get("/settings").status_code == 303


def test_a_device_that_nobody_uses_is_logged_out(
    client: Browser, ada: Person, now: HandClock
) -> None:
    log_in(client, ada)
    now.turn(days=13)
    assert client.get("/settings").status_code == 200

    now.turn(days=14)

    assert client.get("/settings").location == "/login?next=/settings"
    forget_old_sessions(now())
    assert db.session.scalar(db.select(db.func.count()).select_from(LoginSession)) == 0


def test_how_long_it_may_rest_is_a_setting(
    app: Flask, client: Browser, ada: Person, now: HandClock
) -> None:
    object.__setattr__(runtime(app).settings, "idle_days", 2)
    log_in(client, ada)

    now.turn(days=2)

    assert client.get("/settings").status_code == 303


def test_another_secret_key_ends_every_session(app: Flask, client: Browser, ada: Person) -> None:
    log_in(client, ada)
    before = client.get("/settings").status_code
    object.__setattr__(runtime(app).settings, "secret_key", "another-key" * 4)

    assert (before, client.get("/settings").status_code) == (200, 303)


def test_sessions_that_are_over_are_deleted(client: Browser, ada: Person, now: HandClock) -> None:
    log_in(client, ada)
    now.turn(days=31)
    log_in(client, ada)

    forget_old_sessions(now())

    assert db.session.scalar(db.select(db.func.count()).select_from(LoginSession)) == 1


def test_a_new_password_ends_every_session(client: Browser, ada: Person) -> None:
    log_in(client, ada)

    people.set_password(ada, "another quiet word")

    assert client.get("/settings").status_code == 303


def test_unknown_e_mail_and_wrong_password_are_told_the_same(client: Browser, ada: Person) -> None:
    told = []
    for email in (ada.email, "eve@example.com"):
        response = client.send("/login", {"email": email, "password": "not the password"})
        # The form's token holds the time, which may be another second.
        page = re.sub(r'name="csrf_token" value="[^"]+"', "", response.text)
        told.append((response.status_code, page.replace(email, "…")))

    assert told[0] == told[1]
    assert told[0][0] == 422


def test_an_unknown_e_mail_costs_as_much_hashing_as_a_known_one(real_costs: None) -> None:
    assert not passwords.is_outdated(passwords._NOBODY)
    assert not passwords.is_right(None, PASSWORD)


def test_an_unknown_e_mail_asks_the_database_as_much_as_a_wrong_password(
    client: Browser, ada: Person
) -> None:
    bea = make_person("bea@example.com", "owner")
    with writing() as session:
        # Of who is in no team nothing is written.
        session.execute(db.delete(Membership).where(Membership.person_id == ada.id))
    asked = []
    # The first stranger of an hour is written down, so that one isn't compared.
    for email in ("eve@example.com", bea.email, "eve@example.com"):
        with counted() as statements:
            client.send("/login", {"email": email, "password": "not the password"})
        asked.append((len(statements), sum(text.startswith("INSERT") for text in statements)))

    assert asked[1] == asked[2]


def test_a_log_in_ends_what_the_device_had_before(
    client: Browser, ada: Person, now: HandClock
) -> None:
    log_in(client, ada)
    now.turn(days=30)

    client.send("/login", {"email": ada.email, "password": PASSWORD})

    assert client.get("/settings").status_code == 200
    assert len(db.session.scalars(db.select(LoginSession)).all()) == 1


def test_a_hash_of_former_costs_is_renewed_at_the_log_in(
    client: Browser, ada: Person, real_costs: None
) -> None:
    assert passwords.is_outdated(ada.password_hash)

    client.send("/login", {"email": ada.email, "password": PASSWORD})

    renewed = db.session.get_one(Person, ada.id).password_hash
    assert not passwords.is_outdated(renewed)
    assert passwords.is_right(renewed, PASSWORD)


def test_the_hash_follows_the_costs_we_chose(real_costs: None) -> None:
    assert passwords.hash_password(PASSWORD).startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_a_password_changed_while_it_is_compared_opens_nothing(
    client: Browser, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    compare = passwords.is_right

    def change_meanwhile(stored: str | None, password: str) -> bool:
        is_right = compare(stored, password)
        found = people.find_person("ada@example.com")
        assert found
        people.set_password(found, "another quiet word")
        return is_right

    monkeypatch.setattr(passwords, "is_right", change_meanwhile)

    assert client.send("/login", {"email": ada.email, "password": PASSWORD}).status_code == 422
    assert db.session.scalar(db.select(db.func.count()).select_from(LoginSession)) == 0


def test_a_damaged_hash_lets_nobody_in() -> None:
    assert not passwords.is_right("not a hash", PASSWORD)


@pytest.mark.parametrize("path", ["/login", "/logout"])
def test_a_form_from_elsewhere_is_refused(client: Browser, ada: Person, path: str) -> None:
    log_in(client, ada)

    response = client.post(path, data={"email": ada.email, "password": PASSWORD})

    assert response.status_code == 400
    assert client.get("/settings").status_code == 200


def test_the_cookie_of_another_program_on_this_host_logs_nobody_out(
    client: Browser, ada: Person
) -> None:
    log_in(client, ada)
    client.set_cookie("remember_token", "7|of-another-flask-app")

    assert client.get("/settings").status_code == 200


def test_somebody_logged_in_has_no_use_for_the_log_in(client: Browser, ada: Person) -> None:
    log_in(client, ada)

    assert client.get("/login?next=/settings").location == "/settings"
    assert client.get("/").location == "/ideas"


def test_the_start_sends_a_stranger_to_the_log_in(client: Browser, ada: Person) -> None:
    assert client.get("/").location == "/login"


@pytest.mark.parametrize("junk", ["", "x" * 8000, "é", "a\x01b"])
def test_a_garbled_cookie_is_nobody(client: Browser, ada: Person, junk: str) -> None:
    response = client.get("/settings", headers={"Cookie": f"wb-session={junk}"})

    assert response.status_code == 303
