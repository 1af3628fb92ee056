"""The page behind an invitation: who may join by it, once, and what everybody else is told."""

import pytest
from flask import Flask

from tests.conftest import Browser, HandClock
from tests.factories import PASSWORD, Team, log_in, make_person, make_stranger
from tests.team.two import at_once
from wbtest.extensions import db
from wbtest.team import people
from wbtest.team.models import Invitation, Membership, Person
from wbtest.team.people import (
    InvitationOver,
    accept_invitation,
    accept_invitation_as_new,
    invite,
    invite_again,
    uninvite,
)

NEW = {"name": "Ada", "password": "another quiet word"}


@pytest.fixture
def token(team: Team) -> str:
    """That of an invitation of somebody without a log-in."""
    return invite(team.owner, "ada@example.com", "editor")[1]


@pytest.fixture
def page(token: str) -> str:
    return f"/invitation/{token}"


@pytest.fixture
def ada(app: Flask) -> Person:
    """The one who is invited has a log-in already: they were in the team before."""
    return make_stranger("ada@example.com")


def roles(email: str = "ada@example.com") -> list[str]:
    """What this person is in the team, if they are in it."""
    found = db.select(Membership.role).join(Person).where(Person.email == email)
    return list(db.session.scalars(found))


def test_somebody_new_chooses_name_and_password_and_is_in(client: Browser, page: str) -> None:
    answer = client.send(page, NEW)

    assert (answer.status_code, answer.location) == (303, "/")
    assert roles() == ["editor"]
    assert "<bdi>Ada</bdi>" in client.get("/settings").text
    assert people.find_person("ada@example.com").name == "Ada"


def test_the_e_mail_is_that_of_the_invitation_whatever_is_sent(client: Browser, page: str) -> None:
    more = {"email": "eve@example.com", "role": "owner"}

    client.send(page, NEW | more)

    assert people.find_person("eve@example.com") is None
    assert roles() == ["editor"]


def test_looking_spends_nothing(client: Browser, page: str) -> None:
    for _ in range(5):
        assert "Join Larder" in client.get(page).text
        client.head(page)

    assert client.send(page, NEW).status_code == 303


@pytest.mark.parametrize(
    ("changed", "said"),
    [({"name": ""}, "Enter your name."), ({"password": "short"}, "10 characters or more")],
)
def test_a_fault_is_named_and_the_name_stays(
    client: Browser, page: str, changed: dict[str, str], said: str
) -> None:
    answer = client.send(page, NEW | {"name": "Ada B."} | changed)

    assert answer.status_code == 422
    assert said in answer.text
    assert ("Ada B." in answer.text) == ("name" not in changed)
    assert people.find_person("ada@example.com") is None


@pytest.mark.usefixtures("ada")
def test_who_has_a_log_in_is_sent_there_and_back(client: Browser, page: str) -> None:
    for asked in (client.get(page), client.send(page, NEW)):
        assert asked.location == f"/login?next={page}"

    typed = {"email": "ada@example.com", "password": PASSWORD}
    assert client.send(f"/login?next={page}", typed).location == page
    assert roles() == []


def test_who_is_logged_in_joins_by_a_button_and_is_there(
    client: Browser, page: str, ada: Person
) -> None:
    log_in(client, ada)
    assert "Join Larder" in client.get(page).text
    assert roles() == []

    client.send(page)

    assert roles() == ["editor"]
    assert "<bdi>Ada</bdi>" in client.get("/settings").text


def test_somebody_else_is_refused_and_the_invitation_still_works(
    client: Browser, page: str, team: Team
) -> None:
    log_in(client, team.viewer)

    for answer in (client.get(page), client.send(page, NEW)):
        assert answer.status_code == 403
        assert "It’s for ada@example.com, and you’re logged in as viewer@" in answer.text

    assert roles("viewer@larder.example") == ["viewer"]
    assert client.application.test_client().get(page).status_code == 200


def test_all_that_opens_nothing_looks_alike(
    client: Browser, page: str, team: Team, now: HandClock
) -> None:
    answers = [client.get("/invitation/unknown"), client.send("/invitation/unknown", NEW)]
    client.send(page, NEW)
    answers.append(client.application.test_client().get(page))
    for end in (uninvite, invite_again):
        invitation, token = invite(team.owner, "bea@x.io", "editor")
        end(invitation, team.owner)
        answers.append(client.get(f"/invitation/{token}"))
    _, token = invite(team.owner, "cleo@x.io", "editor")
    now.turn(hours=48)
    answers.append(client.get(f"/invitation/{token}"))

    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.text for answer in answers}) == 1
    assert "Ask an owner of the team for a new one." in answers[0].text
    assert '<a href="/login">' in answers[0].text


def test_a_member_by_now_keeps_the_role(team: Team) -> None:
    _, token = invite(team.owner, "ada@example.com", "viewer")
    ada = make_person("ada@example.com", "approver")

    accept_invitation(token, ada)

    assert roles() == ["approver"]
    assert db.session.scalars(db.select(Invitation)).all() == []


@pytest.mark.parametrize("path", ["/invitation/unknown", "{page}", "/login?next={page}"])
def test_no_other_page_and_no_search_engine_learns_the_address(
    client: Browser, page: str, path: str
) -> None:
    headers = client.get(path.format(page=page)).headers

    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Robots-Tag"] == "noindex"
    assert "no-store" in headers["Cache-Control"]


@pytest.mark.every_database
def test_of_two_at_once_one_joins(app: Flask, token: str) -> None:
    came = at_once(app, *[lambda: accept_invitation_as_new(token, **NEW).email] * 4)

    assert came.count("ada@example.com") == 1
    assert roles() == ["editor"]
    assert len(db.session.scalars(db.select(Person)).all()) == 5


@pytest.mark.every_database
def test_of_one_person_twice_at_once_one_membership_is_made(
    app: Flask, token: str, ada: Person
) -> None:
    ada_id = ada.id

    came = at_once(app, *[lambda: accept_invitation(token, db.session.get_one(Person, ada_id))] * 4)

    assert came.count(InvitationOver) == 3
    assert len(roles()) == 1
