"""The internal FAQ: nothing of it reaches a guest whose link does not show it."""

from typing import Any

import pytest
from flask import Flask

from tests.conftest import Browser
from tests.factories import LARDER, Team, log_in, make_revision
from tests.review.reading_room import ANSWERS, guest_of, read, room_of
from wbtest.extensions import db
from wbtest.review.comments import find_thread, threads_for, write_comment
from wbtest.review.models import Comment
from wbtest.review.reviewers import Seat, document_for, may_read_internal, seat_of
from wbtest.store import Invalid
from wbtest.writing.document import Evidence, OpenQuestion, Question
from wbtest.writing.models import Revision

# An internal question before one for customers, so that a renumbered FAQ would be found out.
FAQ = (
    Question("internal", "Why zqask?", "Since zqanswer.", "pricing", OpenQuestion("Zqowner")),
    Question("external", "What does it cost?", "Four pounds.", "price"),
    Question("internal", "Zqlater?", "", "pricing", OpenQuestion("Zqwho", "2027-04-15", "zqhow")),
)
SECRETS = ("zqask", "zqanswer", "zqowner", "zqlater", "zqwho", "15 april 2027", "zqhow", "zqsaid")
BELONGING = ("zqclaim", "zqsource", "zqvision", "zqroadmap")


@pytest.fixture
def revision(team: Team) -> Revision:
    """What the approver has read, who asks something about an internal answer."""
    revision = make_revision(team.editor, faq=FAQ)
    read(revision, team.approver)
    write_comment(seat_of(revision, team.approver), "faq[0].answer", "zqanswer", "Zqsaid?")
    return revision


def pages(client: Browser, room: str) -> list[str]:
    """Every page from the first step to the last, and a refused comment, in small letters."""
    said: dict[str, Any] = {"path": "problem", "words": "no such words", "text": "Why?"}
    seen = [client.get(room).text]
    for step, sent in (
        ("/answer", {"function": "finance", **ANSWERS}),
        ("/comments", said),
        ("/finish", {}),
        ("/close", {"verdict": "approve"}),
    ):
        seen.append(client.send(f"{room}{step}", sent).text)
        seen += [client.get(f"{room}{rest}").text for rest in ("", "?change=1")]
    return [page.lower() for page in seen]


def test_a_guest_finds_nothing_internal_on_any_page(
    client: Browser, team: Team, revision: Revision
):
    seen = pages(client, guest_of(revision, team.editor)[1])

    assert "four pounds" in seen[-1]
    for page in seen:
        assert [word for word in (*SECRETS, "internal") if word in page] == []


def test_a_guest_with_the_tick_reads_it_and_is_told_that_it_is_for_them_too(
    client: Browser, team: Team, revision: Revision
):
    seen = pages(client, guest_of(revision, team.editor, sees_internal=True)[1])

    assert [word for word in SECRETS if word not in seen[-1]] == []
    assert "internal: for you and the team." in seen[-1]
    assert "for finance: do these answers hold up?" in seen[-1]


def test_a_member_reads_it_always(client: Browser, team: Team, revision: Revision):
    log_in(client, team.viewer)
    seen = pages(client, room_of(revision))

    assert [word for word in SECRETS if word not in seen[-1]] == []
    assert "internal: only for the team and guests you give access to." in seen[-1]


def test_evidence_vision_and_roadmap_stand_on_no_page_of_the_room(client: Browser, team: Team):
    ledger = (Evidence("zqclaim", "sourced", "zqsource"),)
    revision = make_revision(team.editor, evidence=ledger, vision="Zqvision", roadmap="Zqroadmap")

    for page in pages(client, guest_of(revision, team.editor, sees_internal=True)[1]):
        assert [word for word in BELONGING if word in page] == []


def refusal(seat: Seat, path: str, words: str = "", suggestion: str = "") -> tuple[str, str]:
    with pytest.raises(Invalid) as refused:
        write_comment(seat, path, words, "Why?", suggestion)
    return refused.value.field, str(refused.value)


def test_a_guest_cannot_tell_an_internal_text_from_one_that_is_not_there(
    team: Team, revision: Revision
):
    seat, _ = guest_of(revision, team.editor)
    read(revision, seat)

    for more in ((), ("zqanswer",), ("", "Other words.")):
        for part in ("question", "answer"):
            nowhere = refusal(seat, f"faq[9].{part}", *more)
            assert refusal(seat, f"faq[0].{part}", *more) == nowhere
    assert refusal(seat, "release", "Since zqanswer.") == refusal(seat, "release", "the moon")
    assert db.session.scalar(db.select(db.func.count(Comment.id))) == 1


def test_the_questions_that_a_guest_may_read_keep_their_numbers(team: Team, revision: Revision):
    seat, _ = guest_of(revision, team.editor)
    read(revision, seat)

    comment = write_comment(seat, "release", "Four pounds", "A month?", "Five pounds")

    assert (comment.path, comment.words) == ("faq[1].answer", "Four pounds")


def test_a_thread_in_internal_text_is_not_there_for_a_guest(
    client: Browser, team: Team, revision: Revision
):
    seat, room = guest_of(revision, team.editor)
    trusted, _ = guest_of(revision, team.editor, "Tom", sees_internal=True)
    for one in (seat, trusted):
        read(revision, one)
    [comment] = db.session.scalars(db.select(Comment))

    assert [len(threads_for(one)) for one in (seat, trusted)] == [0, 1]
    assert find_thread(seat, comment.id) is None
    for verb in ("reply", "settle"):
        sent = {"text": "Hm.", "outcome": "resolved"}
        assert client.send(f"{room}/comments/{comment.id}/{verb}", sent).status_code == 404


def test_a_member_who_comes_by_a_guests_link_reads_what_the_link_opens(
    app: Flask, team: Team, revision: Revision
):
    seat, _ = guest_of(revision, team.editor)

    assert not may_read_internal(seat)
    assert may_read_internal(seat_of(revision, team.viewer))
    assert [q.question for q in document_for(seat).faq] == ["", "What does it cost?", ""]


def test_nothing_but_the_internal_questions_is_taken_from_a_guest(team: Team):
    seat, _ = guest_of(make_revision(team.editor), team.editor)
    shown = document_for(seat)

    assert shown.questions("external") == LARDER.questions("external")
    assert (shown.headline, shown.problem) == (LARDER.headline, LARDER.problem)


def test_who_has_not_begun_to_read_finds_no_text_behind_a_comment(
    client: Browser, team: Team, revision: Revision
):
    _, room = guest_of(revision, team.editor)

    answer = client.send(f"{room}/comments", {"path": "problem", "words": "no", "text": "Why?"})

    assert answer.status_code == 409
    assert "Amira" not in answer.text
