"""Somebody of several workspaces: where they are, how they go elsewhere, and one more of them."""

import pytest

from tests.conftest import Browser, HandClock
from tests.factories import PASSWORD, Team, log_in, make_person, make_release, make_workspace
from tests.team.two import join
from wbtest.extensions import db
from wbtest.team import members
from wbtest.team.audit.log import Wanted, lines_of
from wbtest.team.deleting import delete_workspace
from wbtest.team.here import FORM_OF
from wbtest.team.models import Membership, Person, Workspace
from wbtest.writing.models import Release

FACTS = {
    "workspace_name": "Kiln Works",
    "controller": "Kiln Works Ltd, York",
    "contact_email": "hello@kiln.example",
}


@pytest.fixture
def kiln(client: Browser, team: Team, now: HandClock) -> Workspace:
    """A workspace of which the owner of Larder is an owner too, since later. They are in Larder."""
    made = make_workspace("Kiln")
    now.turn(minutes=1)
    join(made, team.owner, "owner")
    log_in(client, team.owner)
    return made


def where(client: Browser) -> str:
    """The workspace that the frame names."""
    return client.get("/releases").text.partition("Owner · ")[2].partition("<")[0]


def go(client: Browser, workspace: Workspace) -> int:
    return client.send(f"/workspaces/{workspace.id}/enter").status_code


def test_one_is_in_the_oldest_and_goes_to_another_by_a_button(
    client: Browser, kiln: Workspace
) -> None:
    assert where(client) == "Larder"
    assert f"/workspaces/{kiln.id}/enter" in client.get("/team").text

    assert go(client, kiln) == 303

    assert where(client) == "Kiln"


def test_another_device_stays_where_it_is(client: Browser, team: Team, kiln: Workspace) -> None:
    other = client.application.test_client()
    log_in(other, team.owner)

    go(client, kiln)

    assert where(other) == "Larder"


def test_a_link_to_be_shown_once_waits_for_the_page_of_its_workspace(
    client: Browser, team: Team, kiln: Workspace
) -> None:
    client.send("/team/invitations", {"email": "mei@example.com", "role": "viewer"})
    go(client, kiln)
    assert "/invitation/" not in client.get("/team").text

    go(client, team.workspace)

    assert "/invitation/" in client.get("/team").text


def test_who_is_in_one_alone_sees_nothing_of_it(client: Browser, team: Team) -> None:
    log_in(client, team.owner)

    page = client.get("/team").text

    assert ">Switch<" not in page
    assert FORM_OF not in page


def test_nobody_enters_a_workspace_of_others(client: Browser, kiln: Workspace, team: Team) -> None:
    log_in(client, team.editor)

    assert go(client, kiln) == 404
    assert client.get(f"/workspaces/{kiln.id}/enter").status_code == 405


def test_a_page_of_another_says_so_and_moves_nobody(
    client: Browser, team: Team, kiln: Workspace
) -> None:
    release = make_release(team.editor)
    go(client, kiln)

    page = " ".join(client.get(f"/releases/{release.id}").text.split())

    assert "Owner · Larder" in page
    assert "This page belongs to Larder. You are in Kiln: the menu leads there." in page
    assert where(client) == "Kiln"


def test_to_act_on_an_object_moves_nobody_either(
    client: Browser, team: Team, kiln: Workspace
) -> None:
    release = make_release(team.editor)
    go(client, kiln)

    client.send(f"/releases/{release.id}/copy", {FORM_OF: str(kiln.id)})

    copied = db.session.scalars(db.select(Release).order_by(Release.id.desc())).first()
    assert copied is not None
    assert copied.workspace_id == team.workspace.id
    assert where(client) == "Kiln"


def test_a_form_acts_where_it_was_shown_and_brings_one_there(
    client: Browser, team: Team, kiln: Workspace
) -> None:
    go(client, kiln)
    assert f'name="{FORM_OF}" value="{kiln.id}"' in client.get("/team").text
    go(client, team.workspace)

    client.send("/team", FACTS | {FORM_OF: str(kiln.id)})

    assert (kiln.name, team.workspace.name) == ("Kiln Works", "Larder")
    assert where(client) == "Kiln Works"


@pytest.mark.parametrize("named", ["999", "x", ""])
def test_a_form_of_a_workspace_that_is_not_theirs_does_nothing(
    client: Browser, kiln: Workspace, named: str
) -> None:
    assert client.send("/team", FACTS | {FORM_OF: named}).status_code == 404

    assert where(client) == "Larder"


def test_a_form_gives_no_more_than_the_role_there(
    client: Browser, team: Team, kiln: Workspace
) -> None:
    db.session.get_one(Membership, (kiln.id, team.owner.id)).role = "approver"
    db.session.commit()

    assert client.send("/team", FACTS | {FORM_OF: str(kiln.id)}).status_code == 403
    assert where(client) == "Larder"
    assert (kiln.name, team.workspace.name) == ("Kiln", "Larder")


def test_who_is_removed_from_where_they_are_is_in_the_oldest_again(
    client: Browser, team: Team, kiln: Workspace
) -> None:
    make_person("kim@kiln.example", "owner", kiln)
    go(client, kiln)

    members.remove(db.session.get_one(Membership, (kiln.id, team.owner.id)), None)

    assert where(client) == "Larder"


def test_a_workspace_that_somebody_is_in_is_deleted(
    client: Browser, team: Team, kiln: Workspace
) -> None:
    go(client, kiln)

    delete_workspace(kiln, team.owner, name="Kiln", password=PASSWORD)

    assert where(client) == "Larder"


def test_who_left_stays_beside_what_they_wrote_when_their_last_team_is_deleted(
    team: Team, kiln: Workspace
) -> None:
    release_id = make_release(team.editor).id
    join(kiln, team.editor, "viewer")
    join(kiln, team.viewer, "viewer")
    for person in (team.editor, team.viewer):
        members.leave(db.session.get_one(Membership, (team.workspace.id, person.id)))
    editor_id, viewer_id = team.editor.id, team.viewer.id

    delete_workspace(kiln, team.owner, name="Kiln", password=PASSWORD)

    assert db.session.get_one(Release, release_id).author_id == editor_id
    assert db.session.get(Person, editor_id) is not None
    assert db.session.get(Person, viewer_id) is None


def test_an_owner_makes_another_and_is_its_owner(client: Browser, team: Team) -> None:
    log_in(client, team.owner)

    assert client.send("/workspaces/new", {"name": " Kiln "}).location == "/team"

    made = db.session.scalars(db.select(Workspace).where(Workspace.name == "Kiln")).one()
    assert where(client) == "Kiln"
    assert db.session.get_one(Membership, (made.id, team.owner.id)).role == "owner"
    assert made.controller == team.workspace.controller
    assert [line.action for line in lines_of(made.id, Wanted())] == ["workspace.made"]


@pytest.mark.parametrize("name", ["", " ", "x" * 121])
def test_a_workspace_has_a_name(client: Browser, team: Team, name: str) -> None:
    log_in(client, team.owner)

    assert client.send("/workspaces/new", {"name": name}).status_code == 422
    assert db.session.scalar(db.select(db.func.count(Workspace.id))) == 1


def test_nobody_else_makes_one(client: Browser, team: Team) -> None:
    log_in(client, team.approver)

    assert client.send("/workspaces/new", {"name": "Kiln"}).status_code == 403
