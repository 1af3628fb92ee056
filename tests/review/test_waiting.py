"""Who waits for whom: the rules alone."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.review.reviewing import told
from wbtest.review.needs import Needs
from wbtest.review.waiting.overdue import overdue
from wbtest.review.waiting.waits import (
    Approving,
    OpenComment,
    Reader,
    Review,
    Wait,
    Who,
    waits_of,
)
from wbtest.writing.document import Document, OpenQuestion, Question

ADA, BOB, CAT, DAN = Who("Ada", 1), Who("Bob", 2), Who("Cat", 3), Who("Dan", 4)
MEI = Who("Mei, by link")
APPROVING = Approving((BOB, CAT))


def on(day: int, hour: int = 9) -> datetime:
    return datetime(2027, 3, day, hour, tzinfo=UTC)


def make_review(**changes: Any) -> Review:
    """Ada's second revision, which Bob and Mei were asked to read and have not."""
    review = Review(
        release_id=7,
        product="Larder",
        number=2,
        is_newest=True,
        is_in_review=True,
        has_no_review=False,
        author=ADA,
        frozen_at=on(1, hour=8),
        asked_by="Ada",
        readers=(Reader(BOB, on(1), None), Reader(MEI, on(2), None)),
        comments=(),
        approved_by=frozenset(),
        sent_back=(),
    )
    return replace(review, **changes)


READ = (Reader(BOB, on(1), on(3)), Reader(MEI, on(2), on(4)))


def test_a_review_waits_for_those_who_have_not_read():
    review = make_review(readers=(READ[0], Reader(MEI, on(2), None)))

    [wait] = waits_of(review, APPROVING)

    assert told([wait]) == [
        ("Mei, by link", "Read revision 2 of Larder, and say what you think", "Ada")
    ]
    assert (wait.since, wait.path) == (on(2), "/releases/7/revisions/2/review")


def test_readers_wait_for_the_author_since_the_oldest_comment():
    comments = (OpenComment("Mei", on(3)), OpenComment("Bob", on(2)), OpenComment("Mei", on(4)))

    [wait] = waits_of(make_review(comments=comments, readers=()), Approving(()))

    assert told([wait]) == [("Ada", "Answer 3 comments on Larder", "Mei and Bob")]
    assert wait.since == on(2)


def test_a_text_that_all_have_read_waits_for_whoever_may_approve_it():
    waits = list(waits_of(make_review(readers=READ), Approving((ADA, BOB, CAT))))

    assert told(waits) == [
        ("Bob", "Approve or send back revision 2 of Larder", "Ada"),
        ("Cat", "Approve or send back revision 2 of Larder", "Ada"),
    ]
    assert {wait.since for wait in waits} == {on(4)}


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"is_in_review": False, "has_no_review": True},
        {"is_in_review": False, "approved_by": frozenset({9})},
    ],
)
def test_a_text_that_nobody_was_asked_to_read_waits_for_its_approvers(changes: dict[str, Any]):
    waits = list(waits_of(make_review(**({"readers": ()} | changes)), Approving((BOB,), Needs(2))))

    assert [(wait.who, wait.since) for wait in waits] == [(BOB, on(1, hour=8))]


def test_who_is_alone_and_asked_for_no_review_is_left_in_peace():
    review = make_review(readers=(), is_in_review=False, has_no_review=True)

    assert list(waits_of(review, Approving((ADA,), is_alone=True))) == []


def test_what_is_sent_back_waits_for_its_author_and_for_no_approver():
    back = (("Cat", on(6)), ("Bob", on(5)))

    [wait] = waits_of(make_review(readers=READ, sent_back=back), APPROVING)

    assert told([wait]) == [
        ("Ada", "Write the next draft of Larder: Cat and Bob ask for it", "Cat and Bob")
    ]
    assert (wait.since, wait.path) == (on(5), "/releases/7")


@pytest.mark.parametrize(
    "changes",
    [
        {"approved_by": frozenset({2})},
        {"approved_by": frozenset({2}), "sent_back": (("Cat", on(5)),)},
        {"is_newest": False},
        {"is_newest": False, "sent_back": (("Cat", on(5)),)},
        {"readers": (), "is_in_review": False},
    ],
)
def test_nobody_waits_for_an_approval_that_cannot_or_need_not_come(changes: dict[str, Any]):
    assert list(waits_of(make_review(**({"readers": READ} | changes)), APPROVING)) == []


@pytest.mark.parametrize(
    ("approving", "who"),
    [
        (Approving((BOB, CAT), Needs(2)), [CAT]),
        (Approving((BOB, CAT), Needs(1, frozenset({3}))), [CAT]),
        (Approving((BOB, CAT), Needs(1, frozenset({2}))), []),
        (Approving((ADA, BOB, CAT, DAN), Needs(2, frozenset({4}))), [DAN]),
        (Approving((ADA, BOB, CAT, DAN), Needs(3, frozenset({4}))), [DAN, CAT]),
    ],
)
def test_it_waits_for_as_many_and_for_those_whom_the_workspace_wants(
    approving: Approving, who: list[Who]
):
    review = make_review(readers=READ, approved_by=frozenset({2}))

    assert [wait.who for wait in waits_of(review, approving)] == who


def test_who_is_alone_approves_the_own_text():
    waits = waits_of(make_review(readers=READ), Approving((ADA,), is_alone=True))

    assert [wait.who for wait in waits] == [ADA]


@pytest.mark.parametrize(
    ("days", "words"), [(0, "since today"), (1, "since yesterday"), (3, "for 3 days")]
)
def test_how_long_is_said_in_days(days: int, words: str):
    wait = Wait(ADA, "Read", "Bob", on(5, hour=23), "/", "/")

    assert wait.how_long(on(5 + days, hour=1)) == words


def late(owner: str, until: str, members: tuple[Who, ...] = (ADA, BOB)) -> list[Wait]:
    """What the question waits for on the fifth."""
    unknown = Question("internal", "What could fail?", open=OpenQuestion(owner, until, "ask ten"))
    document = Document(product="Larder", faq=(unknown,))
    return list(overdue(7, document, ADA, members, on(5)))


def test_an_open_question_waits_for_its_owner_when_its_day_is_over():
    [wait] = late("bob", "2027-03-03")

    assert told([wait]) == [("Bob", "Settle “What could fail?”", "Larder")]
    assert (wait.since, wait.path) == (on(4, hour=0), "/releases/7")


@pytest.mark.parametrize("until", ["2027-03-05", "2027-03-06", "", "soon"])
def test_an_open_question_waits_for_nobody_before_that(until: str):
    assert late("Bob", until) == []


@pytest.mark.parametrize(
    ("owner", "who"),
    [
        ("Priya", Who("Priya Nair", 4)),
        ("Tom", Who("Tom")),
        ("Nobody here", Who("Nobody here")),
        ("", ADA),
    ],
)
def test_an_owner_is_a_member_when_the_name_leaves_no_doubt(owner: str, who: Who):
    members = (Who("Priya Nair", 4), Who("Tom A", 5), Who("Tom B", 6))

    assert [wait.who for wait in late(owner, "2027-03-03", members)] == [who]
