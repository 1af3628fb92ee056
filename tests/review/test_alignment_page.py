"""The alignment page: whose answers stand where, and who may read and mark them."""

import pytest

from tests.conftest import Browser
from tests.factories import Team, log_in, make_revision
from tests.review.reading_room import ANSWER, ANSWERS, give, guest_of, room_of, talk
from wbtest.review.alignment import mark
from wbtest.review.reviewers import seat_of
from wbtest.writing.models import Revision

SEGMENT = "zqsegment"


@pytest.fixture
def revision(team: Team) -> Revision:
    """Revision 1, written by the editor."""
    return make_revision(team.editor, segment=SEGMENT)


def test_the_answers_stand_under_the_authors_and_are_marked_where_they_stand(
    client: Browser, team: Team, revision: Revision
) -> None:
    reading = talk(revision, team)
    _, url = guest_of(revision, team.editor)
    client.send(f"{url}/answer", {**ANSWERS, "function": "design", "customer": "zqmei"})

    marked = client.send(
        f"{url}/mark", {"reading": reading.id, "question": "customer", "says": "different"}
    )

    assert marked.location == f"{url}/alignment#answer-{reading.id}-customer"
    page = client.get(marked.location).text
    assert page.index(f"{ANSWER} author") < page.index(f"{ANSWER} other") < page.index("zqmei")
    assert "Approver</bdi>, finance" in page
    assert "Mei</bdi>, design, by link" in page
    assert '<b class="stop">different</b>' in page


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

    asked = client.get(f"{room_of(revision)}/alignment").text
    log_in(client, team.viewer)
    waits = client.get(f"{room_of(revision)}/alignment").text

    assert "Answer alone first" in asked
    assert "has not answered" in waits
    assert ANSWER not in asked


def test_who_answered_a_later_text_may_read_the_earlier_answers(
    client: Browser, team: Team, revision: Revision
) -> None:
    reading = talk(revision, team)
    mark(seat_of(revision, team.editor), reading.id, "customer", True)
    newest = make_revision(team.editor, release=revision.release, headline="Another text")
    give(newest, team.viewer)
    log_in(client, team.viewer)

    page = client.get(f"{room_of(newest)}/alignment").text

    assert f'href="{room_of(revision)}/alignment"' in page
    assert ANSWER in client.get(f"{room_of(revision)}/alignment").text
