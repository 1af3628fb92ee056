"""Same or different: marks on answers, and the numbers that come of them."""

import pytest

from tests.factories import make_revision
from tests.review.reading_room import give, guest_of
from wbtest.extensions import db
from wbtest.review.alignment import NotBeforeYours, alignment_of, mark
from wbtest.review.models import AnswerMark
from wbtest.review.reviewers import seat_of
from wbtest.store import Gone
from wbtest.team.models import Person
from wbtest.writing.models import Revision


def test_a_mark_is_given_changed_and_taken_back(
    revision: Revision, owner: Person, vic: Person
) -> None:
    give(revision, owner)
    reading = give(revision, vic)

    for says, standing in ((True, "same"), (False, "different"), (None, "unmarked")):
        mark(seat_of(revision, owner), reading.id, "customer", says)
        assert alignment_of(revision).questions[0].others[0].standing == standing

    assert db.session.scalars(db.select(AnswerMark)).all() == []


def test_who_has_not_answered_marks_nothing(revision: Revision, owner: Person, vic: Person) -> None:
    give(revision, owner)
    reading = give(revision, guest_of(revision, owner)[0])

    with pytest.raises(NotBeforeYours):
        mark(seat_of(revision, vic), reading.id, "customer", True)


def test_only_answers_beside_the_authors_are_marked(
    revision: Revision, owner: Person, vic: Person
) -> None:
    mine, theirs = give(revision, owner), give(revision, vic)

    for reading, question in ((mine.id, "customer"), (theirs.id, "pay"), (99, "customer")):
        with pytest.raises(Gone):
            mark(seat_of(revision, vic), reading, question, True)


def test_the_numbers_go_over_the_drafts_and_name_who_is_silent(
    revision: Revision, owner: Person, vic: Person
) -> None:
    give(revision, owner)
    reading = give(revision, vic, "finance", customer="Students.")
    mark(seat_of(revision, owner), reading.id, "customer", False)
    newest = make_revision(owner, release=revision.release, headline="Another text")
    give(newest, owner)
    guest, _ = guest_of(newest, owner)
    mark(seat_of(newest, owner), give(newest, guest, "design").id, "customer", True)

    summary = alignment_of(newest).summary

    assert summary.sentence == (
        "Answers about draft 1 described two different customers. All answers about draft 2 "
        "described the same customer."
    )
    assert summary.warning == "Finance has not answered, so its view is missing."
    assert [draft.number for draft in alignment_of(revision).summary.drafts] == [1]
