"""Who may see and do what with a release: by role, from outside the team, and without log-in."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.factories import log_in, make_person, make_release, make_stranger
from wbtest.team.models import Person
from wbtest.writing.models import Release

ROLES = ("viewer", "editor", "approver", "owner")


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


def test_a_viewer_who_opens_the_sheet_reads_it_instead(
    app: Flask, people: dict[str, Person], release: Release
):
    answer = browser(app, people["viewer"]).get(f"/releases/{release.id}")

    assert (answer.status_code, answer.location) == (303, f"/releases/{release.id}/preview")


def test_a_viewer_s_empty_list_offers_no_button(app: Flask):
    viewer = make_person("vic@example.com", "viewer")

    page = browser(app, viewer).get("/ideas").text

    assert "No ideas yet" in page
    assert "/releases/new" not in page


def test_a_stranger_s_list_does_not_name_it(
    app: Flask, people: dict[str, Person], release: Release
):
    assert "Larder" not in browser(app, people["stranger"]).get("/ideas").text
