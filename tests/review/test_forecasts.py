"""A reader’s private guess: how it is typed, and how long it may change."""

import pytest

from tests.factories import make_old_approval
from tests.review.reading_room import ANSWERS, read
from wbtest.review.approvals import TextChanged
from wbtest.review.readings import (
    NotYet,
    answer,
    conclude,
    find_forecast,
    forecast,
    fraction_of,
    range_of,
    step_of,
)
from wbtest.review.reviewers import Seat, find_reading, seat_of
from wbtest.store import Invalid
from wbtest.team.models import Person
from wbtest.writing.models import Revision


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

    assert step_of(find_reading(seat_of(seat.revision, vic))) == "close"


def test_a_guess_needs_the_reading(seat: Seat) -> None:
    answer(seat, "finance", ANSWERS)

    with pytest.raises(NotYet):
        forecast(seat, "8", "5", "12")
