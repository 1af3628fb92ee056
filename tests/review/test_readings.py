"""What a reader does with a revision, and in which order."""

import pytest

from tests.conftest import HandClock
from tests.factories import make_old_approval, make_person, make_revision
from tests.review.reading_room import ANSWERS, give, guest_of, read
from wbtest.extensions import db
from wbtest.review.alignment.answers import NotBeforeYours, alignment_of, mark, summary_of
from wbtest.review.approvals import TextChanged
from wbtest.review.asking.rounds import ask_for_review
from wbtest.review.models import AnswerMark, Reading
from wbtest.review.questions import BLIND, NEEDED
from wbtest.review.reading import readings
from wbtest.review.reading.answers import reason_of, texts_of
from wbtest.review.reading.forecasts import conclude, find_forecast, forecast, fraction_of, range_of
from wbtest.review.reading.readings import (
    AnsweredAlready,
    NotYet,
    answer,
    begin,
    close,
    finish,
    step_of,
)
from wbtest.review.seats import Seat, find_reading, seat_of
from wbtest.review.standing import approvals_of
from wbtest.store import Gone, Invalid
from wbtest.team.models import Person, Workspace
from wbtest.writing.candidates import candidates_of
from wbtest.writing.models import Revision


@pytest.fixture
def vic(workspace: Workspace) -> Person:
    """A member who may read and nothing else."""
    return make_person("vic@example.com", "viewer", workspace)


@pytest.fixture
def seat(revision: Revision, vic: Person) -> Seat:
    return seat_of(revision, vic)


def here(seat: Seat, person: Person) -> str:
    """The next step of a member, looked up anew."""
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

    with pytest.raises(AnsweredAlready, match="stay as you first gave them"):
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
        texts_of(ANSWERS | change, BLIND, NEEDED)

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
        reason_of(verdict, reason)

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
    assert waiting.asked_by == "Mei, by link"


@pytest.mark.parametrize(
    ("typed", "rate"), [("8", 0.08), ("8 %", 0.08), ("8,5", 0.085), (" 0.25% ", 0.0025)]
)
def test_a_rate_is_typed_as_people_do(typed: str, rate: float) -> None:
    assert fraction_of("rate", typed) == rate


@pytest.mark.parametrize(
    ("guess", "field"),
    [
        (("many", "1", "2"), "rate"),
        (("8", "", "12"), "low"),
        (("8", "9", "12"), "low"),
        (("8", "5", "7"), "high"),
        (("8", "5", "101"), "high"),
    ],
)
def test_a_guess_lies_within_its_range(guess: tuple[str, str, str], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        range_of(*guess)

    assert refused.value.field == field


def test_a_guess_is_the_readers_own(revision: Revision, owner: Person, vic: Person) -> None:
    read(revision, vic)
    read(revision, owner)

    forecast(seat_of(revision, vic), "8", "5", "12")

    mine = find_forecast(seat_of(revision, vic))
    assert mine is not None
    assert (mine.rate, mine.low, mine.high) == (0.08, 0.05, 0.12)
    assert find_forecast(seat_of(revision, owner)) is None


def test_a_guess_changes_until_the_text_is_approved(
    revision: Revision, owner: Person, vic: Person
) -> None:
    read(revision, vic)
    seat = seat_of(revision, vic)
    forecast(seat, "8", "5", "12")
    assert forecast(seat, "9", "5", "12").rate == 0.09
    make_old_approval(revision, owner)

    assert forecast(seat, "9", "5", "12").rate == 0.09
    with pytest.raises(TextChanged):
        forecast(seat, "20", "5", "30")


def test_a_guess_that_cannot_be_stored_takes_the_verdict_with_it(seat: Seat, vic: Person) -> None:
    read(seat.revision, seat)

    with pytest.raises(Invalid):
        conclude(seat, {}, "approve", "", ("8", "9", "10"))

    assert here(seat, vic) == "close"


def test_a_guess_needs_the_reading(seat: Seat) -> None:
    answer(seat, "finance", ANSWERS)

    with pytest.raises(NotYet):
        forecast(seat, "8", "5", "12")


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

    summary = summary_of(newest)

    assert summary.sentence == "In draft 1 there were two customers; in draft 2 there is one."
    assert summary.warning == "Finance has not answered, so its view is missing."
    assert [draft.number for draft in summary_of(revision).drafts] == [1]


def test_the_same_answers_once_more_are_a_double_click(revision: Revision, vic: Person) -> None:
    first = give(revision, vic)

    assert give(revision, vic) == first
