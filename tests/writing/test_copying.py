"""A release that begins with the words of another one."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.factories import LARDER, Team, log_in, make_approval, make_release, make_revision
from wbtest.team.models import Person
from wbtest.writing import document as documents
from wbtest.writing.models import Release
from wbtest.writing.releases import copy_release, find_origin, save_release


@pytest.fixture
def release(team: Team) -> Release:
    """A release that was frozen and approved."""
    revision = make_revision(team.editor)
    make_approval(revision, team.approver)
    return revision.release


def test_a_copy_says_the_same_and_has_nothing_else(release: Release, team: Team):
    copied = copy_release(release, team.owner)

    assert documents.from_json(copied.document) == LARDER
    assert (copied.form, copied.version, copied.author) == (release.form, 1, team.owner)
    assert copied.revisions == []


def test_a_copy_is_of_the_newest_words_and_goes_its_own_way(release: Release, team: Team):
    newer = documents.from_json({**release.document, "headline": "Six dinners"})
    save_release(release, newer, release.version, team.editor)
    copied = copy_release(release, team.owner)
    save_release(copied, LARDER, 1, team.owner)

    assert (copied.document["headline"], release.document["headline"]) == (
        LARDER.headline,
        "Six dinners",
    )


def test_two_clicks_are_one_copy(release: Release, team: Team):
    first, second = (copy_release(release, team.owner) for _ in range(2))
    save_release(first, documents.from_json({**first.document, "headline": "Mine"}), 1, team.owner)

    assert first == second
    assert copy_release(release, team.owner) != first


def test_the_history_begins_with_where_the_words_came_from(
    client: FlaskClient, release: Release, team: Team
):
    copied = copy_release(release, team.owner)
    log_in(client, team.viewer)
    page = client.get(f"/releases/{copied.id}/versions").text

    assert find_origin(copied) == release
    assert f'copied from <a href="/releases/{release.id}/preview"><bdi>Larder</bdi></a>' in page


def test_an_editor_copies_a_viewer_does_not_and_a_look_never_does(
    app: Flask, team: Team, stranger: Person
):
    app.config["WTF_CSRF_ENABLED"] = False
    path, browser = f"/releases/{make_release(team.editor).id}/copy", app.test_client()
    statuses = [browser.post(path).status_code]
    for person in (team.viewer, stranger, team.editor):
        log_in(browser, person)
        statuses += [browser.get(path).status_code, browser.post(path).status_code]

    assert statuses == [303, 405, 403, 405, 404, 405, 303]
