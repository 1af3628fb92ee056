"""The first visit: one link, one owner."""

import threading

import pytest
from flask import Flask

from tests.conftest import Browser
from wbtest.extensions import db
from wbtest.store import Refused
from wbtest.team.models import Membership, Person, SetupLink, TeamSettings
from wbtest.team.settings import SetupLinkSpent, is_setup_open, make_setup_link, set_up

ADA = {
    "name": "Ada Lovelace",
    "email": "Ada@Example.com",
    "password": "three quiet words",
    "team_name": "Larder",
}


def test_only_a_hash_of_the_link_is_kept(app: Flask) -> None:
    token = make_setup_link()

    kept = db.session.scalars(db.select(SetupLink)).one()

    assert len(token) >= 43
    assert token not in kept.token_hash


def test_a_new_link_ends_the_one_before(app: Flask) -> None:
    first, second = make_setup_link(), make_setup_link()

    assert not is_setup_open(first)
    assert is_setup_open(second)


def test_the_first_visit_makes_owner_and_team_and_logs_in(client: Browser) -> None:
    response = client.send(f"/setup/{make_setup_link()}", ADA)

    membership = db.session.scalars(db.select(Membership)).one()
    assert response.status_code == 303
    assert (membership.role, membership.person.email) == ("owner", "ada@example.com")
    assert client.get("/settings").status_code == 200


def test_what_is_left_empty_is_filled_from_what_is_known(client: Browser) -> None:
    client.send(f"/setup/{make_setup_link()}", ADA)

    team = db.session.scalars(db.select(TeamSettings)).one()
    assert team.controller == "Ada Lovelace, Larder"
    assert team.contact_email == "ada@example.com"


def test_a_used_link_and_a_wrong_one_look_alike(client: Browser) -> None:
    token = make_setup_link()
    client.send(f"/setup/{token}", ADA)

    used, wrong = client.get(f"/setup/{token}"), client.get("/setup/guess")

    assert used.status_code == wrong.status_code == 404
    assert used.text == wrong.text


@pytest.mark.every_database
def test_two_visitors_at_once_make_one_owner(app: Flask) -> None:
    token = make_setup_link()
    start = threading.Barrier(2)
    outcomes: list[str] = []

    def visit(email: str) -> None:
        with app.app_context():
            start.wait()
            try:
                set_up(token, **{**ADA, "email": email})
                outcomes.append("owner")
            except SetupLinkSpent:
                outcomes.append("404")

    visitors = [threading.Thread(target=visit, args=(f"v{n}@example.com",)) for n in (1, 2)]
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join()

    assert sorted(outcomes) == ["404", "owner"]
    assert db.session.scalar(db.select(db.func.count()).select_from(Person)) == 1


def test_no_link_is_made_once_there_is_an_owner(app: Flask) -> None:
    set_up(make_setup_link(), **ADA)

    with pytest.raises(Refused, match="has an owner"):
        make_setup_link()


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("password", "too short", "Use 10 characters or more"),
        ("password", "aaaaaaaaaaaa", "repeats itself"),
        ("email", "ada@", "There must be something after the @-sign"),
        ("contact_email", "nowhere", "must have an @-sign"),
        ("name", "  ", "Enter your name."),
        ("team_name", "x" * 121, "Use at most 120 characters."),
    ],
)
def test_a_bad_field_is_named_and_the_rest_is_kept(
    client: Browser, field: str, typed: str, sentence: str
) -> None:
    token = make_setup_link()

    response = client.send(f"/setup/{token}", {**ADA, "controller": "Larder Ltd", field: typed})

    assert response.status_code == 422
    assert f'id="{field}-error"' in response.text
    assert sentence in response.text
    assert 'value="Larder Ltd"' in response.text
    assert ADA["password"] not in response.text
    assert is_setup_open(token)


def test_a_password_that_was_not_sent_back_is_asked_for_again(client: Browser) -> None:
    path = f"/setup/{make_setup_link()}"
    again = "Type your password again."

    other, own = client.send(path, ADA | {"name": ""}), client.send(path, ADA | {"password": "a"})

    assert f'<a href="#password">{again}</a>' in other.text
    assert ADA["password"] not in other.text
    assert again not in own.text
    assert again not in client.get(path).text


def test_all_faults_are_told_at_once(client: Browser) -> None:
    faulty = {**ADA, "email": "ada@", "password": "short", "contact_email": "nowhere"}

    page = client.send(f"/setup/{make_setup_link()}", faulty).text

    for field in ("email", "password", "contact_email"):
        assert f'id="{field}-error"' in page


def test_a_field_nobody_asked_for_changes_nothing(client: Browser) -> None:
    client.send(f"/setup/{make_setup_link()}", {**ADA, "role": "viewer", "id": "77"})

    membership = db.session.scalars(db.select(Membership)).one()
    assert (membership.role, membership.person_id) == ("owner", 1)


def test_the_link_is_not_passed_on_as_referrer(client: Browser) -> None:
    response = client.get(f"/setup/{make_setup_link()}")

    assert response.headers["Referrer-Policy"] == "no-referrer"


def test_the_start_says_where_the_link_is(client: Browser) -> None:
    response = client.get("/")

    assert response.status_code == 200
    assert "has no owner yet" in response.text
