"""The reading room and the alignment page: what is asked, and what is not shown before."""

from html import unescape

import pytest
from flask import Flask

from tests.audience.larder import Visitor
from tests.conftest import Browser, HandClock
from tests.factories import Team, log_in, make_approval, make_revision, make_running
from tests.review.reading_room import (
    ANSWER,
    ANSWERS,
    REASON,
    SAID,
    give,
    guest_of,
    heading,
    read,
    room_of,
    talk,
)
from wbtest.extensions import db
from wbtest.review import readings
from wbtest.review.models import Forecast, Reading
from wbtest.review.review_requests import ask_for_review
from wbtest.review.reviewers import seat_of
from wbtest.team.models import Person
from wbtest.writing.models import Revision

SEGMENT = "zqsegment"
CLOSING = {"verdict": "another", "reason": REASON, "disbelief": "zqdisbelief"}


@pytest.fixture
def revision(team: Team) -> Revision:
    """Revision 1, written by the editor."""
    return make_revision(team.editor, segment=SEGMENT)


def test_a_viewer_goes_from_the_questions_to_the_thanks(
    client: Browser, team: Team, revision: Revision
) -> None:
    log_in(client, team.viewer)
    url = room_of(revision)
    steps = [heading(client, url)]

    for act, data in (
        ("answer", {**ANSWERS, "function": "finance"}),
        ("finish", {}),
        ("close", CLOSING),
    ):
        answer = client.send(f"{url}/{act}", data)
        assert (answer.status_code, answer.location) == (303, url)
        steps.append(heading(client, url))

    assert steps == ["Before you read", "Read in silence", "What do you think now?", "Thank you"]


def test_a_guest_who_is_new_reads_first(app: Flask, team: Team, revision: Revision) -> None:
    _, url = guest_of(revision, team.editor)
    guest = app.test_client()
    steps = []

    for act, data in (("begin", {}), ("finish", {}), ("answer", {**ANSWERS, "function": "other"})):
        assert guest.send(f"{url}/{act}", data).location == url  # type: ignore[attr-defined]
        steps.append(heading(guest, url))

    assert steps == ["Read in silence", "Now that you’ve read it", "What do you think now?"]


def test_a_guest_is_told_who_asks_and_until_when_and_finds_no_other_page(
    client: Browser, team: Team, revision: Revision
) -> None:
    _, url = guest_of(revision, team.editor)
    ask_for_review(revision, team.editor, note="Look at the price first.")

    page = unescape(client.get(url).text)

    assert "Look at the price first." in page
    assert "Editor</bdi></b> invites you to review the press release for" in page
    assert page.index("Editor</bdi>") < page.index("Look at the price first.") < page.index("<form")
    assert "Your link works until 15 March 2027." in page
    assert f'href="/releases/{revision.release_id}' not in page


def test_an_older_text_leads_to_the_newer_one_and_a_guest_only_when_it_is_in_review(
    client: Browser, team: Team, revision: Revision
) -> None:
    _, url = guest_of(revision, team.editor)
    newest = make_revision(team.editor, release=revision.release, headline="Another text")
    newer_url = url.removesuffix("/1") + "/2"

    assert "Review that one" not in client.get(url).text
    ask_for_review(newest, team.editor)
    assert f'<a href="{newer_url}">Review that one</a>' in client.get(url).text


def test_before_the_answers_nothing_of_the_text_and_of_others_is_shown(
    client: Browser, team: Team, revision: Revision
) -> None:
    talk(revision, team)
    _, url = guest_of(revision, team.editor)
    log_in(client, team.viewer)

    pages = [client.get(room).text for room in (url, room_of(revision))]

    assert "Before you read" in pages[0]
    hidden = (SEGMENT, ANSWER, SAID, REASON, "zqrival", "half past five")
    assert [word for word in hidden if word in "".join(pages)] == []


def test_before_the_own_answers_the_page_of_the_text_shows_numbers_alone(
    client: Browser, team: Team, revision: Revision
) -> None:
    talk(revision, team)
    log_in(client, team.viewer)

    page = client.get(room_of(revision).removesuffix("/review")).text

    assert "You’ll see the answers after you’ve given yours." in page
    assert "1 to compare" in page
    assert [word for word in (ANSWER, SAID, REASON, "zqrival") if word in page] == []


def test_while_one_reads_others_and_the_segment_stay_hidden(
    client: Browser, team: Team, revision: Revision
) -> None:
    talk(revision, team)
    give(revision, team.viewer)
    log_in(client, team.viewer)

    page = client.get(room_of(revision)).text

    assert "half past five" in page
    assert [word for word in (SEGMENT, ANSWER, SAID, REASON) if word in page] == []


def test_who_read_first_sees_nothing_of_others_before_answering(
    client: Browser, team: Team, revision: Revision
) -> None:
    talk(revision, team)
    seat = seat_of(revision, team.viewer)
    readings.begin(seat, is_new=True)
    readings.finish(seat)
    log_in(client, team.viewer)

    room = room_of(revision)
    pages = [client.get(path).text for path in (room, room.removesuffix("/review"))]

    assert [word for word in (ANSWER, SAID, REASON) if word in "".join(pages)] == []


def test_the_clock_says_how_long_and_until_when(
    client: Browser, team: Team, revision: Revision, now: HandClock
) -> None:
    give(revision, team.viewer)
    log_in(client, team.viewer)
    now.turn(minutes=8)
    during = client.get(room_of(revision)).text
    now.turn(minutes=12)

    assert "12 minutes left</span>, until 09:20 UTC" in during
    assert "Time’s up, but take as long as you need." in client.get(room_of(revision)).text


def test_answers_that_cannot_be_stored_stay_typed(
    client: Browser, team: Team, revision: Revision
) -> None:
    log_in(client, team.viewer)
    data = {**ANSWERS, "customer": "", "why_this": "Because & only <because>"}

    answer = client.send(f"{room_of(revision)}/answer", data)

    assert answer.status_code == 422
    assert "2 things need a change" in answer.text
    assert "Because &amp; only &lt;because&gt;</textarea>" in answer.text


def test_a_second_answer_is_told_why_it_is_not_stored(
    client: Browser, team: Team, revision: Revision
) -> None:
    give(revision, team.viewer)
    log_in(client, team.viewer)

    answer = client.send(f"{room_of(revision)}/answer", {**ANSWERS, "function": "design"})

    assert answer.status_code == 409
    assert "you can’t change them" in answer.text


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"verdict": ""}, "Choose a verdict."),
        ({"reason": " "}, "Enter what must change in the next draft."),
        ({"rate": "8", "low": "9", "high": "12"}, "Enter a rate at or below your guess."),
    ],
)
def test_a_verdict_that_cannot_be_stored_stays_typed(
    client: Browser, team: Team, revision: Revision, change: dict[str, str], sentence: str
) -> None:
    read(revision, team.viewer)
    log_in(client, team.viewer)

    answer = client.send(f"{room_of(revision)}/close", CLOSING | change)

    assert answer.status_code == 422
    assert sentence in answer.text
    assert "zqdisbelief</textarea>" in answer.text
    assert db.session.scalars(db.select(Reading.verdict)).all() == [""]


@pytest.mark.parametrize("act", ["close", "forecast"])
def test_nobody_judges_before_reading(
    client: Browser, team: Team, revision: Revision, act: str
) -> None:
    talk(revision, team)
    log_in(client, team.viewer)

    answer = client.send(f"{room_of(revision)}/{act}", {"rate": "lots"})

    assert answer.status_code in (409, 422)
    assert [word for word in (SEGMENT, ANSWER, SAID, "half past") if word in answer.text] == []


def test_afterwards_the_questions_of_ones_function_are_asked(
    client: Browser, team: Team, revision: Revision
) -> None:
    read(revision, team.viewer, "finance")
    log_in(client, team.viewer)

    page = unescape(client.get(room_of(revision)).text)

    card = page.partition("For finance")[2].partition("</details>")[0]
    assert "Why £4?" in card
    assert "Does it see?" not in card


def test_the_thanks_tell_what_one_said_and_let_it_change(
    client: Browser, team: Team, revision: Revision
) -> None:
    read(revision, team.viewer)
    log_in(client, team.viewer)
    url = room_of(revision)
    client.send(f"{url}/close", CLOSING | {"rate": "8", "low": "5,5", "high": "12 %"})

    page = client.get(url).text

    assert REASON in page
    assert "8.0%" in page
    assert f'href="{url}?change=1"' in page
    assert "zqdisbelief</textarea>" in client.get(f"{url}?change=1").text


def test_a_forecast_is_given_alone_and_seen_by_nobody_else(
    client: Browser, team: Team, revision: Revision
) -> None:
    talk(revision, team)
    log_in(client, team.approver)
    url = room_of(revision)

    wrong = client.send(f"{url}/forecast", {"rate": "lots", "low": "1", "high": "99"})
    right = client.send(f"{url}/forecast", {"rate": "37.7", "low": "1", "high": "99"})

    assert (wrong.status_code, right.status_code) == (422, 303)
    assert "Enter a percentage, like 8 or 8.5." in wrong.text
    assert "37.7" in client.get(url).text
    read(revision, team.viewer)
    log_in(client, team.viewer)
    assert "37.7" not in client.get(url).text + client.get(url.removesuffix("/review")).text
    assert db.session.scalars(db.select(Forecast.rate)).all() == [0.377]


def test_strangers_find_nothing_and_nobody_is_sent_to_the_log_in(
    client: Browser, stranger: Person, revision: Revision
) -> None:
    url = room_of(revision)
    nobody = client.get(url)
    log_in(client, stranger)

    assert (nobody.status_code, client.get(url).status_code) == (303, 404)


@pytest.mark.parametrize("act", ["answer", "begin", "finish", "close", "forecast", "mark"])
def test_strangers_change_nothing(
    client: Browser, stranger: Person, revision: Revision, act: str
) -> None:
    log_in(client, stranger)

    assert client.send(f"{room_of(revision)}/{act}", {**ANSWERS}).status_code == 404
    assert db.session.scalars(db.select(Reading)).all() == []


def test_nothing_of_a_review_reaches_a_public_page(
    app: Flask, team: Team, revision: Revision
) -> None:
    talk(revision, team)
    read(revision, team.viewer)
    readings.close(seat_of(revision, team.viewer), {"afraid": "zqafraid"}, "another", REASON)
    make_approval(revision, team.approver)
    make_running(revision, team.editor, team.approver)
    mia = Visitor(app)

    pages = "".join(mia.get(path).text for path in ("/p/larder", "/p/larder/privacy"))

    assert "Five weeknight dinners" in pages
    hidden = (ANSWER, SAID, REASON, "zqrival", "zqafraid", "It begins with what is there")
    assert [word for word in hidden if word in pages] == []
