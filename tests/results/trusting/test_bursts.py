"""Bursts of sign-ups within minutes, and hours of which the owners were told."""

from datetime import UTC, datetime, timedelta

import numpy as np
import numpy.typing as npt
import pytest

from tests.results.hours import START
from tests.results.trusting.histories import SOUND, counted
from wbtest.audience.conversions import Row, summed
from wbtest.results.looks import HourCounts
from wbtest.results.trust import Check
from wbtest.results.trusting.around import Around
from wbtest.results.trusting.bursts import check_alarms, check_bursts

Moments = npt.NDArray[np.float64]
BERLIN = Around(names=("A",), time_zone="Europe/Berlin")
HOUR, DAY = 3600, 86_400
DAYS = 7


def checked(seen: Moments, signed_up: Moments) -> Check:
    """Of people who were seen, and some who signed up, so many seconds after the start."""
    first = int(START.timestamp())
    names = np.arange(DAYS * 24)
    people = np.histogram(seen, bins=DAYS * 24, range=(0, DAYS * DAY))[0].reshape(-1, 1)
    converted = np.histogram(signed_up, bins=DAYS * 24, range=(0, DAYS * DAY))[0].reshape(-1, 1)
    hours = HourCounts(first, (1,), first + HOUR * names, people, converted, converted)
    rows = [Row("a", "p@x.io", at_us=int((first + at) * 1e6)) for at in signed_up]
    history = counted(SOUND, hours=hours, conversions=summed(rows))
    return check_bursts(history, BERLIN)


def usual(chance: np.random.Generator, number: int, rate: float) -> tuple[Moments, Moments]:
    """Visitors of the mornings and evenings of a week, and those who sign up minutes later."""
    days = chance.integers(0, DAYS, number) * DAY
    seen = days + chance.beta(2, 2, number) * 15 * HOUR
    return seen, later(chance, seen, rate)


def later(chance: np.random.Generator, seen: Moments, rate: float) -> Moments:
    yes = seen[chance.random(len(seen)) < rate]
    return yes + chance.exponential(180, len(yes))


def script(number: int, minutes: float) -> Moments:
    """One machine that signs up and does nothing else, from two o'clock in the night on."""
    return 3 * DAY + 16 * HOUR + np.linspace(0, 60 * minutes, number, endpoint=False)


@pytest.mark.parametrize(("number", "minutes"), [(26, 5), (26, 10), (30, 55), (12, 3)])
def test_a_script_that_signs_up_within_minutes_wants_a_look(number, minutes):
    seen, signed_up = usual(np.random.default_rng(1), 1_000, 0.06)
    extra = script(number, minutes)
    check = checked(np.append(seen, extra), np.append(signed_up, extra))

    assert check.colour == "amber"


def test_it_says_when_how_many_and_what_is_usual():
    seen, signed_up = usual(np.random.default_rng(1), 1_000, 0.06)
    extra = script(26, 8)
    check = checked(np.append(seen, extra), np.append(signed_up, extra))

    assert (check.title, check.value) == ("Burst of sign-ups", "26 in 10 minutes")
    assert check.reason == (
        "26 sign-ups came within 10 minutes of 5 March, 02:00. In these hours 26 visitors saw "
        "the page; at the usual 4.7\u202f% it would be 1.2."
    )


def test_before_twenty_nothing_is_said():
    extra = script(19, 5)

    assert checked(extra, extra).colour == "grey"


def test_where_everybody_came_at_once_nothing_is_unusual():
    extra = script(40, 5)

    assert checked(extra, extra).colour == "green"


@pytest.mark.parametrize(("others", "readers"), [(0.06, 0.06), (0.06, 0.16), (0.02, 0.05)])
def test_honest_tests_with_a_newsletter_are_hardly_ever_amber(others, readers):
    # Two in five come within two hours of it, and may well sign up more than twice as often.
    chance, amber = np.random.default_rng(1), 0
    for _ in range(300):
        seen, signed_up = usual(chance, 900, others)
        read = 2 * DAY + chance.exponential(40 * 60, 600)
        signed_up = np.append(signed_up, later(chance, read, readers))
        amber += checked(np.append(seen, read), signed_up).colour == "amber"

    assert amber == 0


NOON = datetime(2027, 3, 5, 12, tzinfo=UTC)


def test_unusual_hours_of_which_the_owners_were_told_want_a_look():
    many = "far more addresses came than usual"
    hours = tuple((NOON - timedelta(hours=k), many) for k in range(5))
    check = check_alarms(BERLIN._replace(unusual=hours))

    assert (check.colour, check.value) == ("amber", "5 hours")
    assert check.reason == (
        "The owners were told of unusual hours. 5 March, 13:00: far more addresses came than "
        "usual; 5 March, 12:00: far more addresses came than usual; 5 March, 11:00: far more "
        "addresses came than usual; and 2 hours before."
    )


def test_where_nothing_was_unusual_nobody_was_told():
    assert check_alarms(BERLIN).colour == "green"
