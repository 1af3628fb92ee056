"""What an approver says instead of yes, and what becomes of a release that is stopped."""

import pytest

from tests.conftest import Browser, HandClock
from tests.factories import Team, log_in, make_release, make_revision
from wbtest.review.approvals import (
    NotYourVerdict,
    Stopped,
    approval_statuses,
    approve,
    ask_for_another,
    find_stop,
    note_verdict,
    stop_release,
    take_up_again,
    verdicts_of,
)
from wbtest.store import Invalid
from wbtest.team.models import Person
from wbtest.writing.models import Revision


@pytest.fixture
def revision(team: Team) -> Revision:
    return make_revision(team.editor)


def test_an_approver_asks_for_another_draft(revision: Revision, team: Team):
    ask_for_another(revision, team.approver, " Say who it is for. ")

    (reading,) = verdicts_of(revision)
    assert (reading.reviewer.name, reading.verdict) == ("Approver", "another")
    assert reading.verdict_reason == "Say who it is for."


def test_an_approval_is_a_verdict_too_and_replaces_the_one_before(revision: Revision, team: Team):
    ask_for_another(revision, team.approver, "Say who it is for.")

    approve(revision, team.approver)

    assert [reading.verdict for reading in verdicts_of(revision)] == ["approve"]


def test_a_verdict_wants_its_reason(revision: Revision, team: Team):
    with pytest.raises(Invalid, match="what must change"):
        ask_for_another(revision, team.approver, " ")
    with pytest.raises(Invalid, match="Enter the reason"):
        stop_release(revision, team.approver, "")


def test_an_editor_decides_nothing(revision: Revision, team: Team):
    with pytest.raises(NotYourVerdict):
        stop_release(revision, team.editor, "Nobody wants it.")

    assert find_stop(revision.release) is None


def test_a_stopped_release_is_put_away_with_its_reason(
    revision: Revision, team: Team, now: HandClock
):
    stop = stop_release(revision, team.approver, "Nobody we asked wants it.", 12)

    assert approval_statuses([revision.release]) == {revision.release_id: "stopped"}
    assert (stop.reason, stop.weeks_saved) == ("Nobody we asked wants it.", 12)
    assert (stop.stopped_by, stop.stopped_at) == (team.approver, now.time)


def test_nothing_of_a_stopped_release_is_approved(revision: Revision, team: Team):
    stop_release(revision, team.approver, "Nobody wants it.")

    with pytest.raises(Stopped, match="Restore it before"):
        approve(revision, team.owner)


def test_a_stopped_release_is_taken_up_again(revision: Revision, team: Team):
    stop_release(revision, team.approver, "Nobody wants it.")

    take_up_again(revision.release, team.owner)

    assert approval_statuses([revision.release]) == {revision.release_id: "open"}
    assert verdicts_of(revision)[0].verdict_reason == "Nobody wants it."


@pytest.mark.parametrize("weeks", [0, 520])
def test_a_guess_of_weeks_may_be_the_least_and_the_most(revision: Revision, team: Team, weeks: int):
    stop = stop_release(revision, team.approver, "Nobody wants it.", weeks)

    assert stop.weeks_saved == weeks


@pytest.mark.parametrize("weeks", [-1, 521])
def test_a_guess_of_weeks_is_a_sane_one(revision: Revision, team: Team, weeks: int):
    with pytest.raises(Invalid) as refused:
        stop_release(revision, team.approver, "Nobody wants it.", weeks)

    assert refused.value.field == "weeks"


def test_an_approver_stops_it_in_the_browser_and_finds_it_again(
    client: Browser, revision: Revision, team: Team
):
    make_release(team.editor, product="Kiln")
    log_in(client, team.approver)
    url = f"/releases/{revision.release_id}/revisions/1"

    answer = client.send(f"{url}/stop", {"reason": "Cabbage is cheap.", "weeks": "6"})

    assert (answer.status_code, answer.location) == (303, "/ideas")
    found = client.get("/ideas?q=CABBAGE%20is").text
    assert "Stopped" in found
    assert "Cabbage is cheap." in found
    assert "Cabbage is cheap" not in client.get("/ideas?q=tractor").text


@pytest.mark.parametrize("page", ["", "/preview", "/revisions/1"])
def test_why_it_was_stopped_is_said_once_on_a_page(
    client: Browser, revision: Revision, team: Team, page: str
):
    stop_release(revision, team.approver, "Cabbage is cheap.")

    log_in(client, team.approver)
    found = client.get(f"/releases/{revision.release_id}{page}").text

    assert found.count("Cabbage is cheap.") == 1


@pytest.mark.parametrize(
    ("role", "way"), [("viewer", "An approver can reopen it."), ("approver", '/take-up"')]
)
def test_the_draft_as_printed_says_that_it_was_stopped_and_how_it_goes_on(
    client: Browser, revision: Revision, team: Team, role: str, way: str
):
    stop_release(revision, team.approver, "Nobody wants it.")

    log_in(client, getattr(team, role))
    page = client.get(f"/releases/{revision.release_id}/preview").text

    assert "Approver stopped this idea before testing it: “Nobody wants it.”" in page
    assert way in page


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("another", {"what": ""}),
        ("stop", {"reason": "Kept words", "weeks": "a few"}),
        ("stop", {"reason": "", "weeks": "3"}),
    ],
)
def test_what_cannot_be_used_comes_back_with_a_sentence(
    client: Browser, revision: Revision, team: Team, path: str, fields: dict[str, str]
):
    log_in(client, team.approver)

    answer = client.send(f"/releases/{revision.release_id}/revisions/1/{path}", fields)

    assert answer.status_code == 422
    assert "field-error" in answer.text
    assert all(text in answer.text for text in fields.values())


@pytest.mark.parametrize("role", ["viewer", "editor"])
@pytest.mark.parametrize("path", ["revisions/1/another", "revisions/1/stop", "take-up"])
def test_who_is_no_approver_decides_nothing_in_the_browser(
    client: Browser, revision: Revision, team: Team, role: str, path: str
):
    log_in(client, getattr(team, role))

    answer = client.send(f"/releases/{revision.release_id}/{path}", {"reason": "x", "what": "x"})

    assert answer.status_code == 403
    assert verdicts_of(revision) == []


def test_a_stranger_finds_nothing_stopped(
    client: Browser, revision: Revision, team: Team, stranger: Person
):
    stop_release(revision, team.approver, "Nobody wants it.")
    log_in(client, stranger)

    assert client.get("/ideas").status_code == 404
    assert client.send(f"/releases/{revision.release_id}/take-up").status_code == 404


def test_signing_keeps_what_the_approver_said_in_the_review(revision: Revision, team: Team):
    note_verdict(revision, team.approver, "approve", "Mind the price.")

    approve(revision, team.approver)

    assert verdicts_of(revision)[0].verdict_reason == "Mind the price."
