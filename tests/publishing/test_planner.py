"""How long a test takes in words, and what speaks against it."""

from dataclasses import replace
from datetime import date

import pytest

from wbtest.publishing.planner import Advice, PlanRequest, advise
from wbtest.publishing.rule import ACTS, LOW_HOPE

# Four weeks, up to 2,400 visitors and seven days, as the form proposes, but from 200 visitors on.
ASKED = PlanRequest(
    target=0.08,
    floor=0.03,
    daily=120,
    minimum_visitors=200,
    minimum_days=7,
    maximum_visitors=2400,
    today=date(2027, 3, 1),
    ends_on=date(2027, 3, 29),
)


def said(**changes: object) -> Advice:
    return advise(replace(ASKED, **changes))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"daily": 120}, "With 120 visitors a day, expect an answer in a week: about 324 visitors"),
        ({"daily": 25}, "With 25 visitors a day, expect an answer in 2 to 4 weeks: about 324"),
        (
            {"variants": 2},
            "expect an answer in 1 to 2 weeks: about 648 visitors. Allow for up to 1,296.",
        ),
        ({"minimum_visitors": 900}, "about 900 visitors. Allow for up to 900."),
        ({"minimum_days": 15}, "expect an answer in 3 weeks"),
        ({"daily": 1}, "expect an answer after 47 weeks, or only after more than a year"),
        ({"daily": 1, "target": 0.01, "floor": 0.005}, "expect an answer after more than a year"),
        ({"daily": None}, "Expect an answer after about 324 visitors. Allow for up to 584."),
    ],
)
def test_the_plan_says_in_how_many_weeks_one_knows(changes, words):
    assert words in said(**changes).sentence


def test_the_plan_says_at_which_rates_it_holds():
    assert "if 12% or more sign up, or 4% or fewer" in said(floor=0.02).holds
    assert "if a variant reaches 12%, or all stay at 4%" in said(variants=2).holds


def test_a_test_that_is_well_planned_is_not_warned_of():
    assert said().warnings == said(daily=None, ends_on=None).warnings == ()


def test_too_few_visitors_until_the_last_day_are_told_with_what_would_do():
    [warning] = said(daily=20, floor=0.004).warnings

    assert warning == (
        "20 visitors a day make 560 by the last day. Allow for up to 584. You’d need 21 a day, or "
        "a last day of 31 March 2027 or later, or a target of 8.5%."
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"daily": 21},
        {"ends_on": date(2027, 3, 31)},
        {"target": 0.085},
    ],
)
def test_each_of_the_ways_out_does(changes):
    assert said(**{"daily": 20, "floor": 0.004, **changes}).warnings == ()


def test_a_year_of_waiting_and_twice_the_target_are_no_way_out():
    [warning] = said(daily=1, floor=0.004).warnings

    assert warning.endswith("You’d need 21 a day.")


def test_who_hopes_for_more_needs_fewer_and_is_told_no_other_target():
    assert "Allow for up to 162." in said(hoped_for=0.16, minimum_visitors=0).sentence
    assert said(hoped_for=0.08).warnings == (LOW_HOPE,)
    assert "a target of" not in said(daily=20, floor=0.004, hoped_for=0.11).warnings[0]


def test_a_rule_that_stops_too_early_is_told_what_to_raise():
    [warning] = said(target=0.02, floor=0.001).warnings

    assert warning.startswith("The rule stops at 2,400 visitors. Allow for up to 2,517. Raise")


def test_variants_that_cannot_be_told_apart_are_told_what_one_fewer_saves():
    [warning] = said(variants=3, floor=0.005).warnings

    assert warning == (
        "Test fewer variants. Telling 3 apart takes about 2,646 visitors, up to 5,292, and at most "
        "2,400 count. One fewer variant saves 6 days."
    )
    assert said(variants=2, floor=0.01, daily=130, maximum_visitors=3528).warnings == ()
    assert "One fewer variant saves 648 visitors." in said(variants=3, daily=None).warnings[0]


def test_a_floor_too_near_the_target_is_told_which_would_do():
    [warning] = said(floor=0.07).warnings

    assert warning == (
        "Floor and target are too close for 2,400 visitors. Finding a rate between them takes "
        "about 64,464. You’d need 2,303 a day with “Maximum visitors” of 64,464, or a "
        "floor of 3.5%."
    )
    assert said(floor=0.035).warnings == ()
    assert said(floor=0.07, daily=2303, maximum_visitors=64_464).warnings == ()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"floor": 0.08}, "The floor must be below the target."),
        ({"minimum_visitors": 999_999}, "waits for 999,999 visitors and stops at 2,400."),
        ({"minimum_days": 400}, "Enter 1 to 365 days"),
        ({"target": float("nan")}, "Enter target, floor and risk"),
        ({"beta": 1e-300}, "Enter a risk of 0.0001% or more."),
        ({"variants": 10**8}, "Enter 1 to 6 variants"),
        ({"daily": 10**8}, "Enter 1 to 10,000,000 visitors a day"),
        ({"target": 1e-8, "floor": 1e-9}, "No page gets that many visitors."),
        ({"target": 1e-300, "floor": 1e-301}, "No page gets that many visitors."),
    ],
)
def test_what_cannot_be_planned_is_refused_with_a_sentence(changes, sentence):
    refused = said(**changes)

    assert (refused.plan, refused.sentence) == (None, "")
    assert sentence in refused.warnings[0]


def test_a_last_day_that_no_save_takes_is_told_beside_the_plan():
    assert said(ends_on=date(2027, 2, 1)).warnings[0] == "The last day must be after today."
    assert "within a year" in said(ends_on=date(2030, 1, 1)).warnings[0]
    assert said(minimum_days=60).warnings == (
        "The last day is 28 days away, but the rule asks for 60.",
    )


def test_where_only_the_rule_keeps_visitors_out_it_is_the_rule_that_is_named():
    [warning] = said(floor=0.07, daily=10_000_000).warnings

    assert "You’d need “Maximum visitors” of 64,464, or" in warning


def test_a_target_of_nearly_all_is_not_rounded_to_all():
    assert "if 99.95% or more sign up" in said(target=0.999).holds


WARM = replace(
    ASKED,
    target=0.25,
    floor=0.1,
    daily=None,
    ends_on=date(2027, 3, 15),
    minimum_visitors=30,
    maximum_visitors=100,
    hoped_for=0.4,
    knows_team=True,
)


def test_a_proposed_rule_says_what_it_can_tell_of_the_people_there_are():
    advice = advise(WARM)

    assert advice.sentence == "Expect an answer after about 58 visitors. Allow for up to 100."
    assert advice.holds == (
        "If 10% or fewer sign up, 93 of 100 such tests say stop. If 40% or more do, 83 say go. In "
        "between it may stay undecided."
    )
    assert advice.warnings == advise(replace(WARM, daily=8)).warnings == ()


def test_a_proposed_rule_warns_when_fewer_people_come():
    [warning] = advise(replace(WARM, daily=5)).warnings

    assert warning.startswith("5 visitors a day make 70 by the last day. Allow for up to 100.")


@pytest.mark.parametrize(
    "changes",
    [
        *({"variants": 2}, {"alpha": 0.1}, {"beta": 0.1}, {"target": 0.26}, {"hoped_for": 0.375}),
        *({"hoped_for": None}, {"knows_team": False}, {"maximum_visitors": 101}),
    ],
)
def test_of_another_rule_nothing_exact_is_said(changes):
    assert "100 such tests" not in advise(replace(WARM, **changes)).holds


COLD = replace(WARM, target=0.12, floor=0.03, hoped_for=0.15, knows_team=False)


def test_strangers_who_can_tell_a_dead_idea_alone_are_told_so():
    advice = advise(COLD)

    assert advice.sentence == "If 3% or fewer sign up, 86 of 100 such tests say stop."
    assert advice.warnings[0].startswith(
        "100 strangers can’t reliably show that an idea is wanted: if 15% sign up, 5 of 100 such "
        "tests say go."
    )
    assert "Reach 300, or offer a call" in advice.warnings[0]


def test_what_strangers_cannot_tell_is_said_of_what_counts():
    [warning] = advise(replace(COLD, do=ACTS["call"].do)).warnings

    assert warning == (
        "100 strangers can’t reliably show that an idea is wanted: if 15% agree to a call, 5 of "
        "100 such tests say go. Reach 300."
    )


def test_a_proposed_rule_names_one_number_of_visitors():
    usual = replace(ASKED, minimum_visitors=300, hoped_for=0.15)

    assert advise(usual).sentence == (
        "With 120 visitors a day, expect an answer in 1 to 2 weeks: about 309 visitors. Allow for "
        "up to 1,000."
    )
    assert "a variant reaches 15%" in advise(replace(usual, variants=2)).holds
