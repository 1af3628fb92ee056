"""How a test was run: what changed after its start, and how often it was tried."""

from datetime import UTC, date, datetime, timedelta

import pytest

from tests.factories import make_rule
from tests.results.trusting.histories import counted
from wbtest.audience.counts import Totals
from wbtest.results.trusting.around import Around, Paused, pauses_of
from wbtest.results.trusting.running import check_attempts, check_changes

NOBODY = counted(Totals())
NOON = datetime(2027, 3, 5, 12, tzinfo=UTC)


def rested(hours: float) -> Around:
    return Around(names=("A", "B"), pauses=(Paused(NOON, NOON + timedelta(hours=hours)),))


def test_a_test_that_nobody_touched_is_in_order():
    assert check_changes(Around(), NOBODY).colour == "green"


@pytest.mark.parametrize(("hours", "colour"), [(0.2, "green"), (23, "green"), (24, "amber")])
def test_a_pause_of_a_day_wants_a_look(hours, colour):
    assert check_changes(rested(hours), NOBODY).colour == colour


def test_short_pauses_are_told_together():
    check = check_changes(rested(3), NOBODY)

    assert check.reason == "The test rested once, for about 3 hours in all. That is allowed for."


def test_a_long_pause_is_told_with_its_days():
    reason = check_changes(rested(48), NOBODY).reason

    assert reason.startswith("The test rested from 5 March to 7 March; who came then does not")


def test_who_answers_for_the_page_changed_while_visitors_could_read_it():
    run = Around(facts_changed=(date(2027, 3, 5), date(2027, 3, 8)))
    check = check_changes(run, NOBODY)

    assert check.colour == "amber"
    assert check.reason.startswith("On 5 March and 8 March somebody changed who answers")


def test_pauses_are_read_from_the_steps():
    steps = [
        ("started", NOON),
        ("paused", NOON),
        ("resumed", NOON + timedelta(hours=2)),
        ("paused", NOON + timedelta(hours=5)),
        ("ended", NOON + timedelta(hours=9)),
    ]

    assert [pause.hours for pause in pauses_of(steps, NOON)] == [2, 4]
    assert pauses_of(steps[:-1], NOON + timedelta(hours=6))[-1].hours == 1


@pytest.mark.parametrize(
    ("attempt", "colour", "risk"),
    [(1, "green", "at most 5\u202f%"), (2, "amber", "2 × 5\u202f% = 10\u202f%"),
     (30, "amber", "= 100\u202f%")],
)  # fmt: skip
def test_each_attempt_adds_to_the_chance_of_a_false_go(attempt, colour, risk):
    check = check_attempts(make_rule(), Around(attempt=attempt))

    assert check.colour == colour
    assert risk in check.reason
