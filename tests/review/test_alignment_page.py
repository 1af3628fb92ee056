"""The answers side by side: whose are where, and who may read and mark them."""

import re

import pytest

from tests.conftest import Browser
from tests.factories import Team, log_in, make_revision
from tests.review.reading_room import ANSWER, ANSWERS, give, guest_of, room_of, talk
from wbtest.review.alignment import mark
from wbtest.review.readings import finish
from wbtest.review.reviewers import seat_of
from wbtest.writing.models import Revision

SEGMENT = "zqsegment"


def page_of(revision: Revision) -> str:
    return room_of(revision).removesuffix("/review")


@pytest.fixture
def revision(team: Team) -> Revision:
    """Revision 1, written by the editor."""
    return make_revision(team.editor, segment=SEGMENT)


def test_a_guest_sees_the_answers_under_the_authors_and_marks_them_in_the_room(
    client: Browser, team: Team, revision: Revision
) -> None:
    reading = talk(revision, team)
    guest, url = guest_of(revision, team.editor)
    client.send(f"{url}/answer", {**ANSWERS, "function": "design", "customer": "zqmei"})
    assert ANSWER not in client.get(url).text
    finish(guest)

    marked = client.send(
        f"{url}/mark", {"reading": reading.id, "question": "customer", "says": "different"}
    )

    assert marked.location == f"{url}#answer-{reading.id}-customer"
    page = client.get(marked.location).text
    assert page.index(f"{ANSWER} author") < page.index(f"{ANSWER} other") < page.index("zqmei")
    assert "Approver</bdi>, finance" in page
    assert "Mei</bdi>, design, guest" in page
    assert re.search(rf'class="answer different"\s+id="answer-{reading.id}-customer"', page)


def test_a_member_marks_answers_beside_the_text(
    client: Browser, team: Team, revision: Revision
) -> None:
    reading = talk(revision, team)
    log_in(client, team.editor)

    sent = {"reading": reading.id, "question": "customer", "says": "same"}
    marked = client.send(f"{room_of(revision)}/mark", sent)

    assert marked.location == f"{page_of(revision)}#answer-{reading.id}-customer"
    page = client.get(marked.location).text
    assert f"{ANSWER} other" in page
    assert "2 of 2 same" in page


@pytest.mark.parametrize(
    "data",
    [
        {"reading": "x", "question": "customer", "says": "same"},
        {"reading": "1", "question": "customer", "says": "perhaps"},
        {"reading": str(2**40), "question": "customer", "says": "same"},
    ],
)
def test_a_mark_that_no_button_sends_is_refused(
    client: Browser, team: Team, revision: Revision, data: dict[str, str]
) -> None:
    log_in(client, team.editor)

    assert client.send(f"{room_of(revision)}/mark", data).status_code == 400


def test_the_author_is_asked_to_answer_alone_first(
    client: Browser, team: Team, revision: Revision
) -> None:
    give(revision, team.viewer, customer=ANSWER)
    log_in(client, team.editor)

    asked = client.get(page_of(revision)).text
    log_in(client, team.viewer)
    waits = client.get(page_of(revision)).text

    assert "Answer first, then compare" in asked
    assert "the author, hasn’t answered yet" in waits
    assert ANSWER not in asked


def test_who_answered_a_later_text_may_read_the_earlier_answers(
    client: Browser, team: Team, revision: Revision
) -> None:
    reading = talk(revision, team)
    mark(seat_of(revision, team.editor), reading.id, "customer", True)
    newest = make_revision(team.editor, release=revision.release, headline="Another text")
    give(newest, team.viewer)
    log_in(client, team.viewer)

    assert ANSWER in client.get(page_of(revision)).text
    assert f'href="{page_of(revision)}"' in client.get(page_of(newest)).text
