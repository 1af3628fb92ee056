"""What a reader does with a revision, and in which order."""

import pytest

from tests.conftest import HandClock
from tests.factories import make_revision
from tests.review.reading_room import ANSWERS, give, guest_of, read
from wbtest.extensions import db
from wbtest.review import readings
from wbtest.review.approvals import TextChanged, approvals_of
from wbtest.review.models import Reading
from wbtest.review.readings import (
    AnsweredAlready,
    NotYet,
    answer,
    answers_to_keep,
    begin,
    close,
    finish,
    reason_to_keep,
    step_of,
)
from wbtest.review.review_answers import BLIND, NEEDED
from wbtest.review.review_requests import ask_for_review
from wbtest.review.reviewers import Seat, find_reading, seat_of
from wbtest.store import Invalid
from wbtest.team.models import Person
from wbtest.writing.models import Revision
from wbtest.writing.suggested_questions import candidates_of


def here(seat: Seat, person: Person) -> str:
    """The next step of a member, looked up again."""
    return step_of(find_reading(seat_of(seat.revision, person)))


def stored(seat: Seat) -> Reading:
    """The one reading of this revision, as it is in the database."""
    return db.session.scalars(
        db.select(Reading).where(Reading.revision_id == seat.revision.id)
    ).one()


def test_answers_come_first_then_the_text_then_what_one_thinks(seat: Seat, vic: Person) -> None:
    steps = [here(seat, vic)]

    for act in (
        lambda: answer(seat, "finance", ANSWERS),
        lambda: finish(seat),
        lambda: close(seat, {}, "approve", ""),
    ):
        act()
        steps.append(here(seat, vic))

    assert steps == ["answer", "read", "close", "thanks"]


def test_who_is_new_reads_first_and_answers_right_afterwards(seat: Seat, vic: Person) -> None:
    begin(seat, is_new=True)
    steps = [here(seat, vic)]
    finish(seat)
    steps.append(here(seat, vic))

    reading = answer(seat, "design", ANSWERS)

    assert [*steps, here(seat, vic)] == ["read", "answer", "close"]
    assert reading.is_after_reading


def test_answers_are_kept_with_the_function_and_the_time(
    seat: Seat, now: HandClock, vic: Person
) -> None:
    reading = answer(seat, "finance", {**ANSWERS, "pay": " £3 \r\na month ", "feeling": " "})

    assert reading.answers == {**ANSWERS, "pay": "£3 \na month"}
    assert (reading.reviewer.function, reading.reviewer.person) == ("finance", vic)
    assert (reading.answered_at, reading.started_at) == (now(), now())


def test_a_second_answer_changes_nothing(seat: Seat) -> None:
    answer(seat, "finance", ANSWERS)

    with pytest.raises(AnsweredAlready, match="you can’t change them"):
        answer(seat, "design", {**ANSWERS, "customer": "Everybody."})

    reading = stored(seat)
    assert (reading.answers, reading.reviewer.function) == (ANSWERS, "finance")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"customer": " "}, "customer"),
        ({"why_this": ""}, "why_this"),
        ({"pay": "£" * 1001}, "pay"),
        ({"feeling": "\x00"}, "feeling"),
    ],
)
def test_an_answer_that_cannot_be_stored_is_named(change: dict[str, str], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        answers_to_keep(ANSWERS | change, BLIND, NEEDED)

    assert refused.value.field == field


def test_nothing_is_stored_of_what_is_refused(seat: Seat) -> None:
    for function, customer in (("king", "Parents."), ("product", " ")):
        with pytest.raises(Invalid):
            answer(seat, function, ANSWERS | {"customer": customer})

    assert find_reading(seat) is None


def test_nobody_reads_before_they_answered_unless_they_are_new(seat: Seat) -> None:
    for act in (lambda: begin(seat, is_new=False), lambda: finish(seat)):
        with pytest.raises(NotYet):
            act()


def test_an_author_is_not_new_to_the_idea(revision: Revision, owner: Person) -> None:
    with pytest.raises(NotYet, match="your answers come first"):
        begin(seat_of(revision, owner), is_new=True)


def test_one_reads_for_as_long_as_the_review_says_and_twenty_minutes_without_one(
    revision: Revision, owner: Person, vic: Person, now: HandClock
) -> None:
    reading = give(revision, vic)
    alone = readings.reads_until(reading) - now()
    ask_for_review(revision, owner, minutes=45)

    assert (alone.seconds, (readings.reads_until(reading) - now()).seconds) == (1200, 2700)


def test_a_second_finish_keeps_the_first_time(seat: Seat, now: HandClock) -> None:
    done_at = read(seat.revision, seat).done_at
    now.turn(minutes=5)

    assert finish(seat).done_at == done_at


def test_nobody_judges_what_they_have_not_read(seat: Seat) -> None:
    answer(seat, "finance", ANSWERS)

    with pytest.raises(NotYet):
        close(seat, {}, "approve", "")


@pytest.mark.parametrize(
    ("verdict", "reason", "field"),
    [
        ("", "", "verdict"),
        ("perhaps", "Well.", "verdict"),
        ("another", " ", "reason"),
        ("stop", "", "reason"),
        ("stop", "n" * 1001, "reason"),
    ],
)
def test_a_verdict_that_asks_for_something_says_what(verdict: str, reason: str, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        reason_to_keep(verdict, reason)

    assert refused.value.field == field


def test_a_verdict_approves_nothing(revision: Revision, seat: Seat) -> None:
    read(revision, seat)

    reading = close(seat, {"rival": "Copy it."}, "approve", "")

    assert (reading.verdict, reading.closing) == ("approve", {"rival": "Copy it."})
    assert approvals_of(revision) == []


def test_a_verdict_changes_while_the_text_is_the_newest(
    revision: Revision, owner: Person, seat: Seat
) -> None:
    read(revision, seat)
    close(seat, {}, "stop", "Nobody pays.")
    assert close(seat, {}, "another", "Say who pays.").verdict == "another"

    make_revision(owner, release=revision.release, headline="Another text")

    with pytest.raises(TextChanged):
        close(seat, {}, "approve", "")


def test_a_first_verdict_comes_through_though_the_text_moved_on(
    revision: Revision, owner: Person, seat: Seat
) -> None:
    read(revision, seat)
    make_revision(owner, release=revision.release, headline="Another text")

    assert close(seat, {}, "another", "Say who pays.").verdict == "another"


def test_the_question_one_is_afraid_of_waits_for_an_answer(
    revision: Revision, owner: Person
) -> None:
    seat, _ = guest_of(revision, owner)
    read(revision, seat)

    for reason in ("Say who pays.", "Say why."):
        close(seat, {"afraid": "What if\nAmira lies?"}, "another", reason)

    [waiting] = candidates_of(revision.release).waiting
    assert (waiting.audience, waiting.question) == ("internal", "What if Amira lies?")
    assert waiting.asked_by == "Mei, guest"


def test_the_same_answers_once_more_are_a_double_click(revision: Revision, vic: Person) -> None:
    first = give(revision, vic)

    assert give(revision, vic) == first
