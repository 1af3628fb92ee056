"""Somebody changes their own password in the browser."""

import pytest
from flask import Flask

from tests.conftest import Browser
from tests.factories import PASSWORD, log_in, make_person
from wbtest.extensions import db
from wbtest.team import passwords, people
from wbtest.team.models import LoginSession, Person

NEW = "another quiet word"
FIELDS = {"old_password": PASSWORD, "new_password": NEW, "repeated": NEW}


@pytest.fixture
def ada(app: Flask, client: Browser) -> Person:
    """Somebody of the lowest role, logged in."""
    ada = make_person("ada@example.com", "viewer")
    log_in(client, ada)
    return ada


def test_the_new_password_opens_the_door_and_the_old_one_no_longer(
    app: Flask, client: Browser, ada: Person
) -> None:
    response = client.send("/account/password", FIELDS)

    assert response.status_code == 303
    assert "Password changed." in client.get(response.location).text
    elsewhere = app.test_client()
    assert isinstance(elsewhere, Browser)
    old, new = (
        elsewhere.send("/login", {"email": ada.email, "password": password}).status_code
        for password in (PASSWORD, NEW)
    )
    assert (old, new) == (422, 303)


def test_other_devices_are_logged_out_and_this_one_gets_a_new_token(
    app: Flask, client: Browser, ada: Person
) -> None:
    elsewhere = app.test_client()
    log_in(elsewhere, ada)
    before = client.get_cookie("wb-session")

    client.send("/account/password", FIELDS)

    after = client.get_cookie("wb-session")
    assert before
    assert after
    assert before.value != after.value
    assert client.get("/settings").status_code == 200
    assert elsewhere.get("/settings").status_code == 303
    assert db.session.scalar(db.select(db.func.count()).select_from(LoginSession)) == 1


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("old_password", "not the password", "This is not your password."),
        ("old_password", "", "Enter the password you log in with."),
        ("new_password", "short", "Use 10 characters or more"),
        ("new_password", "ababababab", "repeats itself"),
        ("new_password", PASSWORD, "This is the password you have."),
        ("new_password", "", "Choose a new password."),
        ("new_password", "x" * 1001, "Use at most 1000 characters."),
        ("repeated", "another quiet wird", "The two passwords differ."),
    ],
)
def test_a_fault_is_told_at_its_field_and_changes_nothing(
    client: Browser, ada: Person, field: str, typed: str, sentence: str
) -> None:
    before = ada.password_hash
    fields = FIELDS | {field: typed} | ({"repeated": typed} if field == "new_password" else {})

    response = client.send("/account/password", fields)

    assert response.status_code == 422
    assert sentence in response.text.partition(f'id="{field}-error"')[2]
    assert NEW not in response.text
    assert ada.password_hash == before
    assert client.get("/settings").status_code == 200


def test_guesses_are_counted_for_the_session_and_not_with_those_at_the_log_in(
    app: Flask, client: Browser, ada: Person
) -> None:
    elsewhere = app.test_client()
    assert isinstance(elsewhere, Browser)
    for _ in range(10):
        elsewhere.send("/login", {"email": ada.email, "password": "not the password"})

    wrong = FIELDS | {"old_password": "not the password"}
    codes = [client.send("/account/password", wrong).status_code for _ in range(11)]

    assert codes == [422] * 10 + [429]


def test_a_change_forgives_the_guesses(client: Browser, ada: Person) -> None:
    for _ in range(9):
        client.send("/account/password", FIELDS | {"old_password": "not the password"})
    client.send("/account/password", FIELDS)

    again = {"old_password": NEW, "new_password": PASSWORD, "repeated": PASSWORD}
    assert client.send("/account/password", again | {"old_password": "wrong"}).status_code == 422
    assert client.send("/account/password", again).status_code == 303


def test_a_password_changed_elsewhere_meanwhile_is_not_changed_again(
    client: Browser, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    compare = passwords.is_right

    def change_meanwhile(stored: str | None, password: str) -> bool:
        is_right = compare(stored, password)
        people.set_password(db.session.get_one(Person, ada.id), "a third quiet word")
        return is_right

    monkeypatch.setattr(passwords, "is_right", change_meanwhile)
    response = client.send("/account/password", FIELDS)

    assert "Your password has changed." in response.text
    assert compare(db.session.get_one(Person, ada.id).password_hash, "a third quiet word")


def test_a_form_from_elsewhere_changes_nothing(client: Browser, ada: Person) -> None:
    before = ada.password_hash

    assert client.post("/account/password", data=FIELDS).status_code == 400
    assert ada.password_hash == before


def test_the_form_is_on_the_profile(client: Browser, ada: Person) -> None:
    assert 'action="/account/password"' in client.get("/account").text
