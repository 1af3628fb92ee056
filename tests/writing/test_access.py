"""Who may see and do what with a release: by role, from outside the team, and without log-in."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.factories import log_in, make_person, make_release, make_stranger
from tests.writing.desk import typed
from wbtest.team.models import Person
from wbtest.writing.models import Release

ROLES = ("viewer", "editor", "approver", "owner")
READ = ["/ideas", "/releases/{}/preview"]
WRITE = ["/releases/new", "/releases/{}"]
POST = ["/releases/{}/save", "/releases/{}/grow", "/releases/{}/freeze"]


@pytest.fixture
def people(owner: Person) -> dict[str, Person]:
    """Somebody of each role, and somebody who is not in the team."""
    make_release(owner)
    team = {role: make_person(f"{role}@example.com", role) for role in ROLES}
    return team | {"stranger": make_stranger("eve@example.com")}


@pytest.fixture
def release(owner: Person) -> Release:
    return make_release(owner, form="short")


def browser(app: Flask, person: Person | None) -> FlaskClient:
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    if person is not None:
        log_in(client, person)
    return client


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("path", READ)
def test_every_member_reads(
    app: Flask, people: dict[str, Person], release: Release, role: str, path: str
):
    assert browser(app, people[role]).get(path.format(release.id)).status_code == 200


@pytest.mark.parametrize("role", ROLES[1:])
@pytest.mark.parametrize("path", WRITE)
def test_editors_and_above_write(
    app: Flask, people: dict[str, Person], release: Release, role: str, path: str
):
    assert browser(app, people[role]).get(path.format(release.id)).status_code == 200


@pytest.mark.parametrize("role", ROLES[1:])
@pytest.mark.parametrize("path", POST)
def test_editors_and_above_change(
    app: Flask, people: dict[str, Person], release: Release, role: str, path: str
):
    client = browser(app, people[role])

    assert client.post(path.format(release.id), data=typed(release)).status_code == 303


def test_a_viewer_who_opens_the_sheet_reads_it_instead(
    app: Flask, people: dict[str, Person], release: Release
):
    answer = browser(app, people["viewer"]).get(f"/releases/{release.id}")

    assert (answer.status_code, answer.location) == (303, f"/releases/{release.id}/preview")


@pytest.mark.parametrize("path", [*POST, "/releases/new"])
def test_a_viewer_changes_nothing(
    app: Flask, people: dict[str, Person], release: Release, path: str
):
    answer = browser(app, people["viewer"]).post(path.format(release.id), data=typed(release))

    assert answer.status_code == 403
    assert (release.version, release.form, release.revisions) == (1, "short", [])


def test_a_viewer_s_empty_list_offers_no_button(app: Flask):
    viewer = make_person("vic@example.com", "viewer")

    page = browser(app, viewer).get("/ideas").text

    assert "No ideas yet" in page
    assert "/releases/new" not in page


@pytest.mark.parametrize("path", [READ[1], WRITE[1]])
def test_a_stranger_finds_nothing(
    app: Flask, people: dict[str, Person], release: Release, path: str
):
    assert browser(app, people["stranger"]).get(path.format(release.id)).status_code == 404


@pytest.mark.parametrize("path", POST)
def test_a_stranger_changes_nothing(
    app: Flask, people: dict[str, Person], release: Release, path: str
):
    answer = browser(app, people["stranger"]).post(path.format(release.id), data=typed(release))

    assert answer.status_code == 404
    assert (release.version, release.form, release.revisions) == (1, "short", [])


def test_a_stranger_s_list_does_not_name_it(
    app: Flask, people: dict[str, Person], release: Release
):
    assert "Larder" not in browser(app, people["stranger"]).get("/ideas").text


@pytest.mark.parametrize("path", [*READ, *WRITE])
def test_nobody_is_sent_to_log_in_and_back(app: Flask, release: Release, path: str):
    answer = browser(app, None).get(path.format(release.id))

    assert answer.status_code == 303
    assert answer.location == f"/login?next={path.format(release.id)}"


@pytest.mark.parametrize("path", POST)
def test_nobody_changes_nothing(app: Flask, release: Release, path: str):
    answer = browser(app, None).post(path.format(release.id), data=typed(release))

    assert answer.status_code == 303
    assert answer.location.startswith("/login")
    assert (release.version, release.form, release.revisions) == (1, "short", [])


@pytest.mark.parametrize("path", [READ[1], WRITE[1]])
def test_a_release_that_is_not_there_is_not_found(app: Flask, owner: Person, path: str):
    assert browser(app, owner).get(path.format(999)).status_code == 404
