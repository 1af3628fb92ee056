"""Members: another role, out of the team; at once, and never without an owner."""

from collections.abc import Callable

import pytest
from flask import Flask

from tests.conftest import Browser
from tests.factories import Team, log_in, make_person, make_release, make_stranger
from tests.team.two import at_once
from wbtest.extensions import db
from wbtest.store import Gone, Refused
from wbtest.team import people, tokens
from wbtest.team.models import Membership, Person
from wbtest.team.people import (
    InvitationOver,
    LastOwner,
    NotOwner,
    get_open_invitation,
    invite,
    invite_again,
    uninvite,
)


@pytest.fixture
def client(client: Browser, team: Team) -> Browser:
    """The owner's browser."""
    log_in(client, team.owner)
    return client


@pytest.fixture
def second(team: Team) -> Person:
    """Another owner."""
    return make_person("second@larder.example", "owner")


def member(team: Team, person: Person) -> Membership:
    return db.session.get_one(Membership, person.id)


def roles(team: Team) -> list[str]:
    found = db.select(Membership.role)
    return sorted(db.session.scalars(found.order_by(Membership.role)))


def path(person: Person, what: str) -> str:
    return f"/settings/members/{person.id}/{what}"


def test_an_owner_changes_a_role(client: Browser, team: Team) -> None:
    answer = client.send(path(team.viewer, "role"), {"role": "approver"})

    assert answer.status_code == 303
    assert member(team, team.viewer).role == "approver"
    assert "Viewer’s role changed to approver." in client.get("/settings").text


def test_a_role_that_there_is_not_is_refused(client: Browser, team: Team) -> None:
    answer = client.send(path(team.viewer, "role"), {"role": "king"})

    assert answer.status_code == 422
    assert member(team, team.viewer).role == "viewer"


@pytest.mark.parametrize("role", ["viewer", "editor", "approver"])
@pytest.mark.parametrize("what", ["role", "remove"])
def test_nobody_else_changes_anybody(client: Browser, team: Team, role: str, what: str) -> None:
    log_in(client, getattr(team, role))

    assert client.send(path(team.viewer, what), {"role": "owner"}).status_code == 403
    assert len(roles(team)) == 4


def test_the_next_request_of_who_was_removed_is_refused(client: Browser, team: Team) -> None:
    release = make_release(team.editor)
    theirs = client.application.test_client()
    log_in(theirs, team.editor)
    assert theirs.get(f"/releases/{release.id}").status_code == 200

    client.send(path(team.editor, "remove"))

    for asked in ("/", "/settings", f"/releases/{release.id}", "/releases/999"):
        answer = theirs.get(asked, follow_redirects=True)
        assert answer.status_code == 404
        assert "You’re not in the team" in answer.text
    assert theirs.send(f"/releases/{release.id}/freeze").status_code == 404


def test_who_leaves_is_in_no_team(client: Browser, team: Team) -> None:
    log_in(client, team.viewer)

    assert client.send("/settings/leave").location == "/"
    page = client.get("/", follow_redirects=True).text
    assert "You’re not in the team" in page
    assert "You left Larder." in page
    assert "viewer@larder.example" in page


@pytest.mark.parametrize(
    ("what", "data"),
    [("members/{id}/role", {"role": "editor"}), ("members/{id}/remove", {}), ("leave", {})],
)
def test_the_last_owner_stays(client: Browser, team: Team, what: str, data: dict[str, str]) -> None:
    answer = client.send(f"/settings/{what.format(id=team.owner.id)}", data)

    assert answer.status_code == 409
    assert "Make someone else an owner first" in answer.text
    assert roles(team).count("owner") == 1


def test_an_owner_may_go_when_another_stays(client: Browser, team: Team, second: Person) -> None:
    assert client.send("/settings/leave").status_code == 303

    assert member(team, second).role == "owner"
    assert roles(team).count("owner") == 1


def test_somebody_who_is_not_in_the_team_is_not_there(client: Browser, team: Team) -> None:
    stranger = make_stranger("eve@kiln.example")

    assert client.send(path(stranger, "remove")).status_code == 404
    assert client.send("/settings/members/999/remove").status_code == 404


def test_who_was_removed_meanwhile_is_gone(app: Flask, team: Team) -> None:
    found = member(team, team.viewer)
    with app.app_context():
        people.remove_member(member(team, team.viewer), team.owner)

    with pytest.raises(Gone):
        people.change_role(found, "editor", team.owner)


@pytest.mark.every_database
@pytest.mark.parametrize("does", ["remove", "lower", "leave"])
def test_two_owners_at_once_leave_one(app: Flask, team: Team, second: Person, does: str) -> None:
    owner_id, second_id = team.owner.id, second.id

    def act(asking: int, other: int) -> object:
        person = db.session.get_one(Person, asking)
        mine, theirs = (db.session.get(Membership, i) for i in (asking, other))
        if mine is None or theirs is None:
            # The other one was done before this one began.
            return NotOwner
        if does == "remove":
            people.remove_member(theirs, person)
        elif does == "lower":
            people.change_role(theirs, "viewer", person)
        else:
            people.leave_team(mine)
        return None

    came = at_once(app, lambda: act(owner_id, second_id), lambda: act(second_id, owner_id))

    assert came.count(None) == 1
    assert {*came} <= {None, NotOwner, LastOwner}
    assert roles(team).count("owner") == 1


def test_an_owner_who_is_none_any_more_changes_nothing(team: Team, second: Person) -> None:
    people.change_role(member(team, second), "viewer", team.owner)

    with pytest.raises(NotOwner):
        people.remove_member(member(team, team.editor), second)
    with pytest.raises(Refused):
        people.change_role(member(team, second), "owner", second)


def test_an_owner_who_is_none_any_more_asks_nobody_in(team: Team, second: Person) -> None:
    invitation, _ = invite(team.owner, "mei@example.com", "editor")
    people.change_role(member(team, second), "viewer", team.owner)

    with pytest.raises(NotOwner):
        invite(second, "me-again@example.com", "owner")
    for act in (invite_again, uninvite):
        with pytest.raises(NotOwner):
            act(invitation, second)


def test_a_token_from_before_a_lower_role_stays_shut_when_the_role_comes_back(team: Team) -> None:
    _, text = tokens.make_token(team.approver, name="CI", scopes=("decide",))
    _, other = tokens.make_token(team.owner, name="Site", scopes=("read",))

    people.change_role(member(team, team.approver), "viewer", team.owner)
    people.change_role(member(team, team.approver), "approver", team.owner)

    assert tokens.find_live(text) is None
    assert tokens.find_live(other) is not None


@pytest.mark.parametrize(
    "end",
    [
        lambda they, owner: people.change_role(they, "viewer", owner),
        people.remove_member,
        lambda they, _: people.leave_team(they),
    ],
    ids=["a lower role", "removed", "left"],
)
def test_who_is_no_owner_any_more_has_no_invitation_left_to_come_back_by(
    team: Team, second: Person, end: Callable[[Membership, Person], None]
) -> None:
    _, own = invite(second, "me-again@example.com", "owner")
    _, other = invite(team.owner, "mei@example.com", "editor")

    end(member(team, second), team.owner)

    assert get_open_invitation(other).email == "mei@example.com"
    with pytest.raises(InvitationOver):
        get_open_invitation(own)
