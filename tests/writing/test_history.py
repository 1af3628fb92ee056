"""The history of a release: revisions, sessions between them, and who may see them."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.conftest import HandClock
from tests.factories import (
    LARDER,
    log_in,
    make_approval,
    make_person,
    make_release,
    make_revision,
    make_stranger,
)
from tests.statements import counted
from tests.writing.drafting import PAGES, make_told, write
from wbtest.team.models import Person
from wbtest.writing import release_history as history
from wbtest.writing.models import Release
from wbtest.writing.release_history import (
    EditSession,
    FrozenRevision,
    find_texts,
    notes_of,
    timeline_of,
)
from wbtest.writing.releases import freeze
from wbtest.writing.saves import find_text


@pytest.fixture
def release(owner: Person) -> Release:
    return make_release(owner)


@pytest.fixture
def told(owner: Person, now: HandClock) -> Release:
    return make_told(owner, now)


def test_saves_are_told_as_sessions_between_the_revisions(told: Release):
    entries = timeline_of(told).entries

    said = [
        f"r{e.revision.number}" if isinstance(e, FrozenRevision) else len(e.saves) for e in entries
    ]
    assert said == [1, "r2", 1, "r1", 2]


def test_half_an_hour_without_a_save_ends_a_session(
    release: Release, owner: Person, now: HandClock
):
    for minutes in (1, 29, 30, 29):
        write(release, owner, now, minutes=minutes, headline=f"After {now()}")

    assert [len(session.saves) for session in timeline_of(release).entries] == [2, 2]


def test_a_session_is_told_by_what_is_left_of_it(release: Release, owner: Person, now: HandClock):
    write(release, owner, now, headline="One")
    write(release, owner, now, headline=LARDER.headline, problem="")

    [session] = timeline_of(release).entries

    assert isinstance(session, EditSession)
    assert session.summary == "Problem: removed."


def test_a_revision_says_what_changed_and_what_the_coach_finds_now(told: Release):
    [newest] = [e for e in timeline_of(told).entries if isinstance(e, FrozenRevision)][:1]

    assert newest.summary == "Headline: rewritten. Problem: removed."
    notes = notes_of(told, "r2")
    assert notes is not None
    assert "P1" in {finding.rule.id for finding in notes.findings.come}
    assert {(f.rule.id, f.words) for f in notes.findings.gone} >= {("A7", "seamless")}


def test_pages_of_the_history_hold_everything_once(
    release: Release, owner: Person, now: HandClock, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(history, "ENTRIES_A_PAGE", 2)
    monkeypatch.setattr(history, "MOST_SAVES", 3)
    for number in range(9):
        write(release, owner, now, minutes=7 * number, headline=f"Draft {number}")
        if number % 3 == 1:
            freeze(release, owner)

    shown, before = [], None
    while not shown or before:
        page = timeline_of(release, before)
        shown += page.entries
        before = page.older

    saves = [save.version for e in shown if isinstance(e, EditSession) for save in e.saves]
    assert saves == list(range(10, 1, -1))
    assert [e.revision.number for e in shown if isinstance(e, FrozenRevision)] == [3, 2, 1]


def test_every_old_text_is_known(told: Release):
    texts = find_texts(told, range(9))

    assert {version: find_text(told, version) for version in range(1, 6)} == texts


def test_the_history_asks_as_often_for_many_as_for_one(
    app: Flask, client: FlaskClient, told: Release, owner: Person, now: HandClock
):
    counts = []
    for _ in range(2):
        # That the device was used is noted once an hour.
        client.get("/account")
        with counted() as statements:
            client.get(f"/releases/{told.id}/versions")
        counts.append(len(statements))
        for number in range(4):
            write(told, owner, now, minutes=40, headline=f"Draft {number}")
            freeze(told, owner)

    assert counts[0] == counts[1]


def test_the_page_tells_who_wrote_when_and_links_on(client: FlaskClient, told: Release):
    page = client.get(f"/releases/{told.id}/versions").text

    for words in ('title="1 March 2027, 09:02 UTC">', "2 saves", "Ada", "Grace", "Revision 2"):
        assert words in page
    for change in ("from=r1&amp;to=r2", "from=1&amp;to=3", "from=2&amp;to=3"):
        assert f'href="/releases/{told.id}/versions?{change}"' in page
    assert "Draft 3, day 1 of writing." in page


def test_an_approved_release_is_told_so(client: FlaskClient, release: Release, owner: Person):
    editor = make_person("grace@example.com", "editor")
    revision = make_revision(editor)
    make_approval(revision, owner)

    page = client.get(f"/releases/{revision.release_id}/versions").text

    assert "Revision 1, created on day 1 of writing, is approved." in page


def test_a_new_release_has_its_first_draft_only(client: FlaskClient, release: Release):
    page = client.get(f"/releases/{release.id}/versions").text

    assert f'<a href="/releases/{release.id}/versions?to=1">First draft</a>' in page
    assert "View changes" not in page


def test_an_odd_page_of_the_history_is_a_page(client: FlaskClient, told: Release):
    for before in ("x", "0", "-" + "9" * 30, "9" * 30):
        assert client.get(f"/releases/{told.id}/versions?before={before}").status_code == 200


def test_a_viewer_reads_everything_and_takes_nothing_back(app: Flask, told: Release):
    viewer = make_person("vic@example.com", "viewer")
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    log_in(client, viewer)

    pages = [client.get(f"/releases/{told.id}/{path}") for path in PAGES]
    answer = client.post(f"/releases/{told.id}/restore", data={"text": "1"})

    assert [page.status_code for page in pages] == [200] * len(PAGES)
    assert not any("restore" in page.text for page in pages)
    assert (answer.status_code, told.version) == (403, 5)


def test_strangers_and_nobody_see_nothing(app: Flask, told: Release):
    app.config["WTF_CSRF_ENABLED"] = False
    stranger, nobody = app.test_client(), app.test_client()
    log_in(stranger, make_stranger("eve@example.com"))

    for path in PAGES:
        assert stranger.get(f"/releases/{told.id}/{path}").status_code == 404
        answer = nobody.get(f"/releases/{told.id}/{path}")
        assert (answer.status_code, answer.location[:12]) == (303, "/login?next=")
    for client, status in ((stranger, 404), (nobody, 303)):
        answer = client.post(f"/releases/{told.id}/restore", data={"text": "1"})
        assert (answer.status_code, told.version) == (status, 5)
