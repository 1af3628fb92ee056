"""Who waits for whom: first the rules alone, then what they rest on, and the page."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from html import unescape
from typing import Any

import pytest
import sqlalchemy as sa

from tests.conftest import Browser, HandClock
from tests.factories import LARDER, Team, log_in, make_old_approval, make_release, make_revision
from tests.review.reviewing import make_comment, make_reading
from wbtest.extensions import db
from wbtest.review.asking.links import make_link, revoke
from wbtest.review.asking.rounds import ask_for_review
from wbtest.review.models import Stop
from wbtest.review.waiting.facts import waits_in
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
from wbtest.store import writing
from wbtest.team.models import Workspace
from wbtest.writing.document import Document, OpenQuestion, Question
from wbtest.writing.models import Revision

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


def told(waits: Any) -> list[tuple[str, str, str]]:
    """Who is to do what, and who waits for it."""
    return [(wait.who.name, wait.what, wait.by) for wait in waits]


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
    waits = list(waits_of(make_review(**({"readers": ()} | changes)), Approving((BOB,), needed=2)))

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
        (Approving((BOB, CAT), needed=2), [CAT]),
        (Approving((BOB, CAT), required=frozenset({3})), [CAT]),
        (Approving((BOB, CAT), required=frozenset({2})), []),
        (Approving((ADA, BOB, CAT, DAN), needed=2, required=frozenset({4})), [DAN]),
        (Approving((ADA, BOB, CAT, DAN), needed=3, required=frozenset({4})), [DAN, CAT]),
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


@pytest.fixture
def revision(team: Team) -> Revision:
    return make_revision(team.editor)


def test_members_and_guests_are_waited_for_until_they_have_read(
    team: Team, revision: Revision, now: HandClock
):
    mei, _ = make_link(revision.release, team.editor, "Mei")
    ask_for_review(revision, team.editor, members=[team.viewer.id])
    now.turn(days=1)
    late, _ = make_link(revision.release, team.editor, "Tom")
    assert [wait.who.name for wait in waits_in(team.workspace)] == [
        "Mei, by link",
        "Viewer",
        "Tom, by link",
    ]

    revoke(late)
    make_reading(revision, mei)
    make_reading(revision, team.viewer)

    assert [wait.who.name for wait in waits_in(team.workspace)] == ["Approver", "Owner"]


def test_a_newer_review_waits_for_those_who_were_asked_anew(
    team: Team, revision: Revision, now: HandClock
):
    ask_for_review(revision, team.editor, members=[team.viewer.id, team.owner.id])
    now.turn(days=1)
    second = make_revision(team.editor, release=revision.release, headline="Six dinners")
    ask_for_review(second, team.editor, members=[team.owner.id])

    assert told(waits_in(team.workspace)) == [
        ("Owner", "Read revision 2 of Larder, and say what you think", "Editor")
    ]


def test_a_decision_ends_the_waiting_for_one(team: Team, revision: Revision, now: HandClock):
    ask_for_review(revision, team.editor, members=[team.viewer.id])
    make_reading(revision, team.viewer)
    assert len(waits_in(team.workspace)) == 2

    make_old_approval(revision, team.approver)
    assert waits_in(team.workspace) == []
    second = make_revision(team.editor, release=revision.release, headline="Six dinners")
    now.turn(days=1)
    ask_for_review(second, team.editor, members=[team.viewer.id])
    make_reading(second, team.viewer)
    make_reading(second, team.approver, verdict="another")

    assert told(waits_in(team.workspace)) == [
        ("Editor", "Write the next draft of Larder: Approver asks for it", "Approver")
    ]


def test_a_team_without_reviews_sees_what_is_to_be_approved(team: Team, revision: Revision):
    assert told(waits_in(team.workspace)) == [
        ("Approver", "Approve or send back revision 1 of Larder", "Editor"),
        ("Owner", "Approve or send back revision 1 of Larder", "Editor"),
    ]


def test_a_newer_text_waits_for_no_approver_before_its_review_is_asked_for(
    team: Team, revision: Revision, now: HandClock
):
    ask_for_review(revision, team.editor, members=[team.viewer.id])
    now.turn(days=1)
    second = make_revision(team.editor, release=revision.release, headline="Six dinners")
    assert [wait.who.name for wait in waits_in(team.workspace)] == ["Viewer"]

    make_reading(second, team.approver, verdict="another")

    assert [wait.who.name for wait in waits_in(team.workspace)] == ["Viewer", "Editor"]


def test_the_author_owes_answers_to_comments_that_can_be_seen(team: Team, revision: Revision):
    ask_for_review(revision, team.editor)
    mei, _ = make_link(revision.release, team.editor, "Mei")
    make_reading(revision, mei)
    make_reading(revision, team.viewer, is_done=False)
    asked = make_comment(revision, mei)
    make_comment(revision, mei, outcome="declined")
    make_comment(revision, team.viewer)
    make_comment(revision, team.editor)
    owed = [wait for wait in waits_in(team.workspace) if wait.who.name == "Editor"]
    assert told(owed) == [("Editor", "Answer a comment on Larder", "Mei")]

    make_comment(revision, team.editor, below=asked)

    assert "Editor" not in [wait.who.name for wait in waits_in(team.workspace)]


def test_the_owner_is_heard_last_here_too(team: Team, revision: Revision, now: HandClock):
    ask_for_review(revision, team.editor)
    make_reading(revision, team.owner)
    make_comment(revision, team.owner)
    slow = make_reading(revision, team.viewer, is_done=False)
    assert "Editor" not in [wait.who.name for wait in waits_in(team.workspace)]

    with writing():
        slow.done_at = now()

    assert "Editor" in [wait.who.name for wait in waits_in(team.workspace)]


def test_a_release_that_was_stopped_waits_for_nobody(team: Team, revision: Revision):
    ask_for_review(revision, team.editor, members=[team.viewer.id])
    with writing() as session:
        session.add(
            Stop(
                release_id=revision.release_id,
                workspace_id=team.workspace.id,
                reason="Nobody wants it.",
                stopped_by_id=team.owner.id,
                stopped_at=revision.created_at,
            )
        )

    assert waits_in(team.workspace) == []


def count_queries(ask: Callable[[], object]) -> int:
    seen: list[str] = []
    listener = ("before_cursor_execute", lambda *given: seen.append(given[2]))
    sa.event.listen(db.engine, *listener)
    ask()
    sa.event.remove(db.engine, *listener)
    return len([statement for statement in seen if statement.startswith("SELECT")])


def fill(team: Team, releases: int) -> None:
    for _ in range(releases):
        revision = make_revision(team.editor)
        guest, _ = make_link(revision.release, team.editor, "Mei")
        ask_for_review(revision, team.editor, members=[team.viewer.id])
        make_reading(revision, guest)
        make_comment(revision, guest)


def test_twelve_releases_take_no_more_queries_than_three(team: Team):
    fill(team, 3)
    of_three = count_queries(lambda: waits_in(team.workspace))
    fill(team, 9)
    db.session.expire_all()
    workspace = db.session.get_one(Workspace, team.workspace.id)

    of_twelve = count_queries(lambda: waits_in(workspace))

    assert len(waits_in(workspace)) == 24
    assert of_twelve <= of_three <= 14


def test_the_page_shows_first_what_waits_for_oneself(
    client: Browser, team: Team, revision: Revision, now: HandClock
):
    ask_for_review(revision, team.editor, members=[team.viewer.id, team.owner.id])
    now.turn(days=3)
    log_in(client, team.viewer)

    mine, _, others = unescape(client.get("/waiting").text).partition("Owner")

    assert 'href="/releases/1/revisions/1/review"' in mine
    assert "waiting for 3 days" in mine
    assert 'href="/releases/1/revisions/1"' in others
    assert '<a href="/waiting">One thing waits for you</a>' in client.get("/releases").text


def test_where_nobody_waits_the_page_says_so(client: Browser, team: Team, strangers: Team):
    theirs = make_revision(strangers.editor)
    ask_for_review(theirs, strangers.editor, members=[strangers.viewer.id])
    assert client.get("/waiting").location.startswith("/login")
    log_in(client, team.viewer)

    assert "Nobody waits for anybody" in client.get("/waiting").text


def test_the_drafts_late_questions_are_there_too(team: Team, now: HandClock):
    make_release(team.editor)
    now.turn(days=60)

    assert told(waits_in(team.workspace)) == [("Priya", "Settle “What could fail?”", "Larder")]
    assert LARDER.faq[-1].open == OpenQuestion("Priya", "2027-04-15", "ten diaries")
