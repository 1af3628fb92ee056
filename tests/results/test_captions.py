"""What stands above each chart: a crossing is a verdict, but for the least and most of the rule."""

from dataclasses import replace
from datetime import date

import pytest
from msgspec import structs

from tests.conftest import HandClock
from tests.results.conftest import Start
from tests.results.crowd import count_day, count_days
from wbtest.results.captions import of_beliefs, of_evidence, of_funnel, of_visits
from wbtest.results.figures import results_of
from wbtest.results.funnel import FunnelStep, funnel_of


def evidence(begin: Start, now: HandClock, days: int, of: tuple[int, int], **rule: int) -> str:
    """The sentence after so many days with these visitors and sign-ups each."""
    experiment = begin(**rule)
    count_days(experiment, range(days), seen=of[0], converted=of[1])
    now.turn(days=days + 1)
    return of_evidence(results_of(experiment, now()))


@pytest.mark.parametrize(
    ("days", "of", "sentence"),
    [
        (2, (100, 20), "on day 1. That counts as a result only after 400 visitors and 7 days."),
        (9, (100, 20), "The result came on day 8, once the minimum was reached."),
        (9, (100, 12), "beats the target passed 20 to 1 on day 5. The result came on day 8"),
        (9, (100, 2), "misses the target passed 20 to 1 on day 2. The result came on day 8"),
        (9, (30, 3), "The odds of beating the target are even. A result needs 20 to 1 in favour."),
    ],
)
def test_a_crossing_is_a_verdict_from_the_sealed_minimum_on(begin, now, days, of, sentence):
    assert sentence in evidence(begin, now, days, of)


def test_a_crossing_after_the_sealed_maximum_is_none(begin: Start, now: HandClock):
    experiment = begin(maximum_visitors=500)
    for day in range(12):
        count_day(experiment, day, seen=60, converted=5 if day < 9 else 30)
    now.turn(days=13)

    assert "it was after the 500 visitors the rule allows" in of_evidence(
        results_of(experiment, now())
    )


def test_the_funnel_says_how_many_did_what_counts(begin: Start, now):
    experiment = begin()
    count_day(experiment, 0, seen=90, converted=9, served=100, confirmed=4)

    assert of_funnel(results_of(experiment, now())) == "9 of 90 visitors signed up."


def test_what_counts_comes_last_and_is_marked(begin: Start, now: HandClock):
    experiment = begin()
    count_day(experiment, 0, seen=90, converted=3, served=100, signups=9, price=4, call=5)
    found = results_of(experiment, now())
    results = structs.replace(found, rule=replace(found.rule, conversion="call"))
    stages = funnel_of(results, asks_for=("price", "call"))

    assert [(stage.name, sum(stage.counts), stage.is_counted) for stage in stages[2:]] == [
        ("Signed up", 9, False),
        ("Yes to the price", 4, False),
        ("Yes to a call in time", 3, True),
    ]
    assert of_funnel(results) == "3 of 90 visitors agreed to a call."


def test_who_began_the_form_are_at_least_those_of_one_form(begin: Start, now: HandClock):
    results = results_of(begin(variants=("Kitchen",)), now())
    acts = [{("focus", "top"): 7, ("focus", "end"): 9}, {}]

    assert funnel_of(results, acts)[2] == FunnelStep("Started the form", (9, 0))
    assert [stage.name for stage in funnel_of(results)][2] == "Signed up"


def test_one_day_is_no_average(begin: Start, now: HandClock):
    experiment = begin()
    count_day(experiment, 0, seen=41, converted=3)
    results = results_of(experiment, now())

    assert of_visits(results) == "41 people saw the page, on 1 March."
    assert of_visits(results, {date(2027, 3, 2): ()}) == "Nobody has seen the page yet."


def test_a_belief_is_said_to_be_none_of_the_verdict(begin: Start, now: HandClock):
    experiment = begin()
    assert of_beliefs(results_of(experiment, now())) == "Nobody has seen the page yet."
    count_day(experiment, 0, seen=41, converted=3)

    assert of_beliefs(results_of(experiment, now())).startswith("For your page, the chance of")
