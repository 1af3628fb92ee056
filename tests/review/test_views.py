"""The page of a revision, by role and by what happened to the text."""

from dataclasses import replace
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.conftest import HandClock
from tests.factories import (
    LARDER,
    log_in,
    make_approval,
    make_person,
    make_revision,
    make_stranger,
)
from wbtest.review.approvals import approvals_of, is_approved, stop_release
from wbtest.team.models import Person
from wbtest.writing.coach_report import finding_key, findings_of, waive
from wbtest.writing.models import Revision
from wbtest.writing.releases import save_release


def browser(app: Flask, person: Person | None) -> FlaskClient:
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    if person is not None:
        log_in(client, person)
    return client


@pytest.fixture
def client(app: Flask, owner: Person) -> FlaskClient:
    return browser(app, owner)


def url_of(revision: Revision) -> str:
    return f"/releases/{revision.release_id}/revisions/{revision.number}"


def test_the_frozen_text_is_shown_with_its_digest_author_and_date(
    client: FlaskClient, revision: Revision
):
    page = unescape(client.get(f"{url_of(revision)}?side=details").text)

    assert LARDER.headline in page
    assert f">{revision.digest[:12]}<" in page
    assert f">{revision.digest}<" in page
    assert "1 March 2027, 09:00 UTC" in page
    assert "Revision 1 isn’t approved yet" in page


@pytest.mark.parametrize("side", ["review", "coach", "details", "moon"])
def test_one_side_is_shown_at_a_time(client: FlaskClient, revision: Revision, side: str):
    page = client.get(f"{url_of(revision)}?side={side}").text

    found = [
        name for name in ("reviewers", "coach", "facts") if f'"{name}' in page.partition("<main")[2]
    ]
    shown = {"review": "reviewers", "coach": "coach", "details": "facts"}.get(side, "reviewers")
    assert [name for name in found if name != "facts" or side == "details"] == [shown]


def test_a_lone_owner_is_asked_on_day_one_what_was_traded_away(
    client: FlaskClient, revision: Revision, now: HandClock
):
    page = client.get(url_of(revision)).text
    assert "Reason to approve alone" in page
    assert "Nobody else has read it. Why is it ready?" in page

    now.turn(hours=24)

    assert "Reason to approve alone" not in client.get(url_of(revision)).text


@pytest.mark.parametrize("verdict", ["another", "stop"])
def test_a_verdict_without_a_reason_is_told_so_on_an_older_text_too(
    client: FlaskClient, owner: Person, revision: Revision, verdict: str
):
    make_revision(owner, release=revision.release, headline="Six dinners")

    answer = client.post(f"{url_of(revision)}/{verdict}", data={})

    assert answer.status_code == 422
    assert 'role="alert">Enter ' in answer.text


def test_who_is_alone_goes_on_to_the_test(client: FlaskClient, revision: Revision):
    answer = client.post(
        f"{url_of(revision)}/approve", data={"traded_away": "Nobody else has read it."}
    )

    assert (answer.status_code, answer.location) == (303, f"{url_of(revision)}/experiment")
    page = unescape(client.get(url_of(revision)).text)
    assert "alone on day one" in page
    assert "Nobody else has read it." in page
    assert f"{url_of(revision)}/experiment" in page
    assert "Approve revision" not in page


def test_an_approver_among_others_stays_with_the_text(client: FlaskClient, owner: Person):
    revision = make_revision(make_person("bob@example.com", "editor"))

    answer = client.post(f"{url_of(revision)}/approve")

    assert (answer.status_code, answer.location) == (303, url_of(revision))


def test_a_short_form_approved_on_day_one_is_called_that(client: FlaskClient, owner: Person):
    revision = make_revision(owner, form="short")
    make_approval(revision, owner)

    assert "alone on day one, in the short form" in client.get(url_of(revision)).text


def test_without_its_sentence_the_form_comes_back_with_the_reason(
    client: FlaskClient, revision: Revision
):
    answer = client.post(f"{url_of(revision)}/approve", data={"traded_away": "  "})

    assert answer.status_code == 422
    assert 'id="traded_away-error"' in answer.text
    assert "Write one sentence: why do you approve this alone today?" in answer.text
    assert not is_approved(revision)


@pytest.mark.parametrize(
    ("typed", "sentence", "kept"),
    [
        ("speed" * 300, "1,500 characters long", "speedspeed"),
        ("For\0speed", "a character that can’t be shown", "For\ufffdspeed"),
    ],
)
def test_a_sentence_that_cannot_be_kept_stays_typed(
    client: FlaskClient, revision: Revision, typed: str, sentence: str, kept: str
):
    answer = client.post(f"{url_of(revision)}/approve", data={"traded_away": typed})

    assert answer.status_code == 422
    assert sentence in answer.text
    assert kept in answer.text


def test_a_double_click_approves_once(client: FlaskClient, revision: Revision):
    for _ in range(2):
        answer = client.post(f"{url_of(revision)}/approve", data={"traded_away": "For speed."})

    assert answer.status_code == 303
    assert len(approvals_of(revision)) == 1


def test_an_old_revision_says_that_the_text_changed(
    client: FlaskClient, revision: Revision, owner: Person
):
    make_revision(owner, release=revision.release, headline="Better")

    page = client.get(url_of(revision)).text

    assert "Revision 2 is newer" in page
    assert "View revision 2" in page
    assert "Approve revision" not in page


def test_approving_an_old_revision_leads_to_what_changed_since(
    client: FlaskClient, revision: Revision, owner: Person
):
    make_revision(owner, release=revision.release, headline="Better")

    answer = client.post(f"{url_of(revision)}/approve", data={"traded_away": "For speed."})
    shown = client.get(answer.location).text

    assert answer.location == f"/releases/{revision.release_id}/revisions/2?since=1"
    assert "The text changed: revision 2 is newer. Read and approve that one." in shown
    assert "Changes since revision 1" in shown
    assert "<del>" in shown
    assert approvals_of(revision) == []


def test_the_page_says_when_the_draft_has_moved_on(
    client: FlaskClient, revision: Revision, owner: Person
):
    assert "has changed since" not in client.get(url_of(revision)).text

    save_release(revision.release, replace(LARDER, headline="Better"), 1, revision.release.author)

    page = client.get(url_of(revision)).text
    assert "The draft has changed since" in page
    assert LARDER.headline in page
    assert "Better" not in page.partition('id="text"')[2]


def test_what_a_reader_would_miss_is_said_before_one_signs(client: FlaskClient, owner: Person):
    revision = make_revision(owner, why_now="")

    assert "Nothing says why now." in client.get(f"{url_of(revision)}?side=coach").text


def test_an_approver_who_froze_it_is_told_who_signs(app: Flask, revision: Revision, owner: Person):
    make_person("bob@example.com", "approver")
    client = browser(app, owner)

    page = client.get(url_of(revision)).text
    answer = client.post(f"{url_of(revision)}/approve")

    assert "someone else has to approve it: Bob" in page
    assert "Approve revision" not in page
    assert answer.status_code == 403
    assert "someone else has to approve it: Bob" in answer.text


@pytest.mark.parametrize(
    ("role", "may_approve"),
    [("viewer", False), ("editor", False), ("approver", True), ("owner", True)],
)
def test_every_member_reads_and_approvers_sign(
    app: Flask, revision: Revision, role: str, may_approve: bool
):
    member = make_person("mem@example.com", role)
    client = browser(app, member)

    page = client.get(url_of(revision))
    answer = client.post(f"{url_of(revision)}/approve")

    assert page.status_code == 200
    assert ("Approve revision 1" in page.text) is may_approve
    assert ("Approving is up to" in page.text) is not may_approve
    assert answer.status_code == (303 if may_approve else 403)
    assert is_approved(revision) is may_approve


@pytest.mark.parametrize(("role", "offered"), [("viewer", False), ("editor", True)])
def test_the_test_page_is_offered_to_those_who_may_make_one(
    app: Flask, revision: Revision, owner: Person, role: str, offered: bool
):
    make_approval(revision, owner)
    member = make_person("mem@example.com", role)

    page = browser(app, member).get(url_of(revision)).text

    assert ("Create test" in page) is offered


def test_a_stranger_finds_nothing_and_approves_nothing(app: Flask, revision: Revision):
    client = browser(app, make_stranger("eve@example.com"))

    assert client.get(url_of(revision)).status_code == 404
    assert client.post(f"{url_of(revision)}/approve").status_code == 404
    assert not is_approved(revision)


def test_nobody_is_sent_to_log_in(app: Flask, revision: Revision):
    client = browser(app, None)

    assert client.get(url_of(revision)).location == f"/login?next={url_of(revision)}"
    assert client.post(f"{url_of(revision)}/approve").location.startswith("/login")
    assert not is_approved(revision)


@pytest.mark.parametrize("path", ["/releases/1/revisions/9", "/releases/9/revisions/1"])
def test_a_revision_that_is_not_there_is_not_found(
    client: FlaskClient, revision: Revision, path: str
):
    assert client.get(path).status_code == 404
    assert client.post(f"{path}/approve").status_code == 404


def test_approving_by_address_alone_does_not_work(client: FlaskClient, revision: Revision):
    assert client.get(f"{url_of(revision)}/approve").location == url_of(revision)

    assert not is_approved(revision)


def test_a_form_without_its_token_approves_nothing(app: Flask, revision: Revision, owner: Person):
    client = app.test_client()
    log_in(client, owner)

    answer = client.post(f"{url_of(revision)}/approve", data={"traded_away": "For speed."})

    assert answer.status_code == 400
    assert not is_approved(revision)


def test_the_history_tells_who_approved_and_what_stays(client: FlaskClient, owner: Person):
    revision = make_revision(owner, solution="A seamless app.")
    (found,) = [found for found in findings_of(revision) if found.rule.id == "A7"]
    waive(revision, finding_key(found), "Sailors say so.", owner, is_approver=True)
    make_approval(revision, owner)

    history = client.get(f"/releases/{revision.release_id}/versions?to=r1").text

    assert "approved by Ada" in history
    assert "stays: “Sailors say so.”" in history


def test_the_sheet_says_that_its_text_was_approved_or_stopped(client: FlaskClient, owner: Person):
    revision = make_revision(owner)
    sheet = f"/releases/{revision.release_id}"
    make_approval(revision, owner)
    assert "This text is approved." in client.get(sheet).text

    save_release(revision.release, replace(LARDER, headline="Better"), 1, owner)
    assert "The text changed since its approval." in client.get(sheet).text

    stop_release(revision, owner, "Nobody wants it.")
    assert "stopped this idea before testing it: “Nobody wants it.”" in client.get(sheet).text


def test_the_tab_of_the_coach_counts_all_that_its_side_lists(
    client: FlaskClient, revision: Revision
):
    page = client.get(f"{url_of(revision)}?side=coach").text

    listed = page.count('id="finding-')
    assert listed > 0
    assert f">Coach {listed}</a>" in page
