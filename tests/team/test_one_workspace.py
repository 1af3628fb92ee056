"""Somebody in two workspaces: a request is about one, and only the role there counts."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask, g
from werkzeug.exceptions import NotFound

from tests.conftest import Browser, HandClock
from tests.factories import (
    Team,
    log_in,
    make_person,
    make_revision,
    make_workspace,
)
from tests.filled import fill
from tests.statements import counted
from tests.team.two import join
from tests.team_pages import given
from wbtest.runtime import runtime
from wbtest.team import access
from wbtest.team.models import Person
from wbtest.writing.models import Release

ROLES = access.ROLES
PAIRS = [(home, there) for home in ROLES for there in ROLES if home != there]
# What each permission opens, of the pages and buttons of one release.
ROUTES = {
    "GET {release}": "read",
    "POST {release}/copy": "edit",
    "GET {release}/revisions/1/ask": "edit",
    "POST {release}/take-up": "approve",
}


@pytest.fixture
def there(team: Team) -> Release:
    """A frozen release of the team to which a person of another one also belongs."""
    return make_revision(team.editor).release


class Visit:
    """Somebody who is in a workspace of their own, and has another role in the team's."""

    def __init__(self, client: Browser, team: Team, now: HandClock) -> None:
        self.client, self.team, self.now = client, team, now

    def __call__(self, home: str, role: str) -> Person:
        person = make_person("pat@example.com", home, make_workspace("Kiln"))
        self.now.turn(minutes=1)
        join(self.team.workspace, person, role)
        log_in(self.client, person)
        return person


@pytest.fixture
def come(client: Browser, team: Team, now: HandClock) -> Visit:
    return Visit(client, team, now)


def reaches(role: str, permission: str) -> bool:
    return ROLES.index(role) >= ROLES.index(access.PERMISSIONS[permission])


@pytest.mark.parametrize(("home", "role"), PAIRS)
def test_the_role_where_the_object_is_decides(
    client: Browser, come: Visit, there: Release, home: str, role: str
) -> None:
    come(home, role)

    for route, permission in ROUTES.items():
        method, path = route.format(release=f"/releases/{there.id}").split()
        answer = client.get(path) if method == "GET" else client.send(path)

        assert (answer.status_code == 403) != reaches(role, permission), route
        assert answer.status_code not in (404, 500), route


@pytest.mark.parametrize(("home", "role"), PAIRS)
def test_pages_of_the_team_are_those_of_where_one_is(
    client: Browser, come: Visit, home: str, role: str
) -> None:
    come(home, role)

    codes = [client.get(path).status_code for path in ("/team", "/releases/new", "/team/audit")]

    needed = ("read", "edit", "own")
    assert codes == [200 if reaches(home, permission) else 403 for permission in needed]
    assert ("Delete Kiln" in client.get("/team").text) == (home == "owner")


@pytest.mark.parametrize(("home", "role"), [("owner", "viewer"), ("viewer", "owner")])
def test_no_button_of_another_role_is_shown(
    client: Browser, come: Visit, there: Release, home: str, role: str
) -> None:
    come(home, role)

    page = client.get(f"/releases/{there.id}/preview").text

    assert "Pat · Larder" in page
    assert (f"/releases/{there.id}/copy" in page) == (role == "owner")


def calls(app: Flask, values: dict[str, list[Any]]) -> Iterator[tuple[str, str]]:
    """Method and address of everything for people that names an object of the team."""
    routes = app.url_map.bind("")
    for rule in app.url_map.iter_rules():
        is_for_people = not rule.endpoint.startswith("api.")
        if is_for_people and rule.arguments & runtime(app).hooks.objects.keys():
            for method in sorted({"GET", "POST"} & (rule.methods or set())):
                for parts in given(rule, values):
                    yield method, routes.build(rule.endpoint, parts, method)


def test_an_owner_elsewhere_gets_from_every_address_what_any_viewer_gets(
    client: Browser, come: Visit, team: Team, now: HandClock
) -> None:
    found = list(calls(client.application, every_value(team, now)))
    plain = client.application.test_client()
    log_in(plain, team.viewer)
    come("owner", "viewer")

    got = {call: open_it(client, *call) for call in found}

    assert got == {call: open_it(plain, *call) for call in found}
    assert sum(status == 403 for status in got.values()) > 50


def test_an_owner_here_who_is_a_viewer_elsewhere_opens_every_page(
    client: Browser, come: Visit, team: Team, now: HandClock
) -> None:
    every = calls(client.application, every_value(team, now))
    found = [path for method, path in every if method == "GET"]
    plain = client.application.test_client()
    log_in(plain, team.owner)
    come("viewer", "owner")

    got = {path: open_it(client, "GET", path) for path in found}

    assert got == {path: open_it(plain, "GET", path) for path in found}
    assert 403 not in got.values()


def every_value(team: Team, now: HandClock) -> dict[str, list[Any]]:
    """What addresses name, of a team that has nearly everything; one test is enough of each."""
    values = fill(team, now).values
    more = ("candidate_id", "waiver_id", "mail_id", "invitation_id", "comment_id", "reviewer_id")
    more += ("token_id",)
    return {name: some[:1] for name, some in values.items()} | {name: [1] for name in more}


def open_it(client: Browser, method: str, path: str) -> int:
    answer = client.get(path) if method == "GET" else client.send(path)
    return answer.status_code


def test_a_view_is_given_nothing_of_a_workspace_that_its_request_is_not_about(
    app: Flask, come: Visit, there: Release
) -> None:
    pat = come("owner", "owner")

    with app.test_request_context():
        g._login_user = pat
        with pytest.raises(NotFound):
            access.get(Release, there.id, "read")


def test_the_row_that_an_address_names_is_read_once(
    client: Browser, team: Team, there: Release
) -> None:
    log_in(client, team.editor)
    address = f"/releases/{there.id}"

    with counted() as asked:
        assert client.get(address).status_code == 200

    assert len([text for text in asked if re.search(r"WHERE releases\.id = \S+$", text)]) == 1
