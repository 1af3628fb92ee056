"""Who waits for whom: the rules alone."""

from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec.structs import replace

from tests.review.reviewing import told
from wbtest.ideas.todo import (
    ApprovalRules,
    AskedReader,
    Assignee,
    OpenComment,
    ReviewState,
    TodoItem,
    in_order,
    open_question_items,
    review_items,
)
from wbtest.review.approvers import Needs
from wbtest.writing.document import Document, OpenQuestion, Question

ADA, BOB, CAT, DAN = Assignee("Ada", 1), Assignee("Bob", 2), Assignee("Cat", 3), Assignee("Dan", 4)
MEI = Assignee("Mei, guest")
APPROVING = ApprovalRules((BOB, CAT))


def on(day: int, hour: int = 9) -> datetime:
    return datetime(2027, 3, day, hour, tzinfo=UTC)


def make_review(**changes: Any) -> ReviewState:
    """Ada's second revision, which Bob and Mei were asked to read and have not."""
    review = ReviewState(
        release_id=7,
        product="Larder",
        number=2,
        is_newest=True,
        is_in_review=True,
        has_no_review=False,
        author=ADA,
        created_at=on(1, hour=8),
        asked_by="Ada",
        readers=(AskedReader(BOB, on(1), None), AskedReader(MEI, on(2), None)),
        comments=(),
        writers=frozenset({1}),
        approved_by=frozenset(),
        approved_by_writers=frozenset(),
        sent_back=(),
    )
    return replace(review, **changes)


READ = (AskedReader(BOB, on(1), on(3)), AskedReader(MEI, on(2), on(4)))


def test_a_review_waits_for_those_who_have_not_read():
    review = make_review(readers=(READ[0], AskedReader(MEI, on(2), None)))

    [wait] = review_items(review, APPROVING)

    assert told([wait]) == [("Mei, guest", "Review revision 2 of Larder", "Ada")]
    assert (wait.since, wait.path) == (on(2), "/releases/7/revisions/2/review")


def test_readers_wait_for_the_author_since_the_oldest_comment():
    comments = (OpenComment("Mei", on(3)), OpenComment("Bob", on(2)), OpenComment("Mei", on(4)))

    [wait] = review_items(make_review(comments=comments, readers=()), ApprovalRules(()))

    assert told([wait]) == [("Ada", "Reply to 3 comments on Larder", "Mei and Bob")]
    assert wait.since == on(2)


def test_a_text_that_all_have_read_waits_for_those_who_may_approve_it():
    waits = list(review_items(make_review(readers=READ), ApprovalRules((ADA, BOB, CAT))))

    assert told(waits) == [
        ("Bob", "Approve or reject revision 2 of Larder", "Ada"),
        ("Cat", "Approve or reject revision 2 of Larder", "Ada"),
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
    waits = list(
        review_items(make_review(**({"readers": ()} | changes)), ApprovalRules((BOB,), Needs(2)))
    )

    assert [(wait.who, wait.since) for wait in waits] == [(BOB, on(1, hour=8))]


def test_who_is_alone_and_asked_for_no_review_is_left_in_peace():
    review = make_review(readers=(), is_in_review=False, has_no_review=True)

    assert list(review_items(review, ApprovalRules((ADA,), is_alone=True))) == []


def test_what_is_sent_back_waits_for_its_author_and_for_no_approver():
    back = (("Cat", on(6)), ("Bob", on(5)))

    [wait] = review_items(make_review(readers=READ, sent_back=back), APPROVING)

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
    assert list(review_items(make_review(**({"readers": READ} | changes)), APPROVING)) == []


@pytest.mark.parametrize(
    ("approving", "who"),
    [
        (ApprovalRules((BOB, CAT), Needs(2)), [CAT]),
        (ApprovalRules((BOB, CAT), Needs(1, frozenset({3}))), [CAT]),
        (ApprovalRules((BOB, CAT), Needs(1, frozenset({2}))), []),
        (ApprovalRules((ADA, BOB, CAT, DAN), Needs(2, frozenset({4}))), [DAN]),
        (ApprovalRules((ADA, BOB, CAT, DAN), Needs(3, frozenset({4}))), [DAN, CAT]),
    ],
)
def test_it_waits_for_as_many_and_for_those_whom_the_team_wants(
    approving: ApprovalRules, who: list[Assignee]
):
    review = make_review(readers=READ, approved_by=frozenset({2}))

    assert [wait.who for wait in review_items(review, approving)] == who


def test_who_is_alone_approves_the_own_text():
    waits = review_items(make_review(readers=READ), ApprovalRules((ADA,), is_alone=True))

    assert [wait.who for wait in waits] == [ADA]


def make_wait(
    thing: str = "approve 7.2", since: datetime | None = None, **changes: Any
) -> TodoItem:
    return TodoItem(ADA, thing, "Read", "Bob", since or on(5), "/", "/")._replace(**changes)


@pytest.mark.parametrize(
    ("days", "words"),
    [(0, "new today"), (1, "waiting since yesterday"), (3, "waiting for 3 days")],
)
def test_how_long_is_said_in_days(days: int, words: str):
    wait = make_wait(since=on(5, hour=23))

    assert wait.how_long(on(5 + days, hour=1)) == words


def test_what_blocks_people_comes_first_then_what_blocks_a_test_then_what_waits_longest():
    given = [
        make_wait("asked 1", on(1)),
        make_wait("decide 1", on(2)),
        make_wait("read 1.1", on(4)),
    ]

    found = in_order([*given, make_wait("approve 2.1", on(3))])

    assert [wait.kind for wait in found] == ["approve", "read", "decide", "asked"]


def test_a_thing_is_news_until_it_was_told_and_once_more_when_something_is_added():
    wait = make_wait()

    assert wait.is_news(None, on(6))
    assert not wait.is_news(on(5), on(6))
    assert wait._replace(newest_at=on(6)).is_news(on(5), on(7))


def test_a_thing_is_news_once_more_when_it_is_late():
    wait = make_wait()

    assert not wait.is_news(on(5), on(12, hour=8))
    assert wait.is_news(on(5), on(12))
    assert not wait.is_news(wait.news_at(on(12)), on(25))


def test_what_a_mail_of_its_own_told_is_news_only_when_it_is_late():
    wait = make_wait(mailed_at=on(5))

    assert not wait.is_news(None, on(6))
    assert wait.is_news(None, on(12))


def open_question(
    owner: str, until: str, members: tuple[Assignee, ...] = (ADA, BOB)
) -> list[TodoItem]:
    """What the question waits for on the fifth."""
    unknown = Question("internal", "What could fail?", open=OpenQuestion(owner, until, "ask ten"))
    document = Document(product="Larder", faq=(unknown,))
    return list(open_question_items(7, document, ADA, members, on(5)))


@pytest.mark.parametrize(
    ("until", "words"),
    [
        ("2027-03-08", "due in 3 days"),
        ("2027-03-06", "due tomorrow"),
        ("2027-03-05", "due today"),
        ("2027-03-04", "1 day late"),
        ("2027-03-03", "2 days late"),
    ],
)
def test_an_open_question_needs_its_owner_when_its_day_is_near_or_over(until: str, words: str):
    [wait] = open_question("bob", until)

    assert told([wait]) == [("Bob", "Settle “What could fail?”", "Larder")]
    assert (wait.how_long(on(5)), wait.path) == (words, "/releases/7")


def test_an_open_question_is_news_when_its_day_is_near_and_when_it_is_over():
    [wait] = open_question("Bob", "2027-03-06")

    assert wait.is_news(None, on(5))
    assert not wait.is_news(wait.news_at(on(5)), on(6, hour=23))
    assert wait.is_news(wait.news_at(on(5)), on(7, hour=0))


@pytest.mark.parametrize("until", ["2027-03-09", "9999-12-31", "", "soon"])
def test_an_open_question_waits_for_nobody_before_that(until: str):
    assert open_question("Bob", until) == []


def test_no_day_is_too_early():
    assert len(open_question("Bob", "0001-01-01")) == 1


@pytest.mark.parametrize(
    ("owner", "who"),
    [
        ("Priya", Assignee("Priya Nair", 4)),
        ("Tom", Assignee("Tom")),
        ("Nobody here", Assignee("Nobody here")),
        ("", ADA),
    ],
)
def test_an_owner_is_a_member_when_the_name_leaves_no_doubt(owner: str, who: Assignee):
    members = (Assignee("Priya Nair", 4), Assignee("Tom A", 5), Assignee("Tom B", 6))

    assert [wait.who for wait in open_question(owner, "2027-03-03", members)] == [who]
