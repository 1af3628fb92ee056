"""A target worked out from three numbers: what it asks for, and what it refuses."""

import pytest
from msgspec.structs import replace

from tests.factories import make_rule
from wbtest.publishing import rule as rules
from wbtest.publishing.rule import NotARule
from wbtest.publishing.target_calculator import TargetCalculation, target_rate

NEEDED = TargetCalculation(400, 25_000, 0.2, customers_from="Rent and two salaries")


def test_the_target_is_what_the_business_needs_of_those_it_can_reach():
    assert NEEDED.target == 0.08
    assert NEEDED.sentence("sign up") == "By these numbers, 8% of visitors must sign up."


def test_a_target_that_few_pages_reach_is_called_so():
    assert "6.6% (Unbounce" in replace(NEEDED, reachable=5_000).sentence("sign up")


@pytest.mark.parametrize(
    ("field", "changes", "words"),
    [
        ("customers", {"reachable": 1_000}, "Even if all 1,000 did it, 200 would buy, and you"),
        ("customers", {"reachable": 2_000}, "All 2,000 would have to do it."),
        ("customers", {"customers": 0}, "from 1 to 999,999,999"),
        ("reachable", {"reachable": 10**9}, "from 1 to 999,999,999"),
        ("reachable", {"customers": 1, "reachable": 10**8}, "one visitor in 10,000"),
        ("buy", {"buy": 0.0}, "above 0%"),
        ("buy", {"buy": float("nan")}, "above 0%"),
        ("buy_from", {"buy_from": "x" * 501}, "Use at most 500."),
    ],
)
def test_numbers_that_no_test_could_show_are_refused_with_a_sentence(field, changes, words):
    with pytest.raises(NotARule, match=words) as refused:
        make_rule(reckoning=replace(NEEDED, **changes))

    assert refused.value.field == field


def test_a_lower_target_says_how_many_customers_would_be_missing():
    said = NEEDED.shortfall(0.05)

    assert "A target of 5% would bring about 250 of the 400 customers" in said
    assert NEEDED.shortfall(0.08) == NEEDED.shortfall(0.09) == ""


def test_the_numbers_are_sealed_with_the_rule_and_come_back():
    rule = make_rule(reckoning=NEEDED)
    sealed = rules.to_json(rule)

    assert sealed["reckoning"]["customers_from"] == "Rent and two salaries"
    assert rules.from_json(sealed) == rule


def test_a_rule_without_them_is_sealed_as_before_there_were_any():
    assert "reckoning" not in rules.to_json(make_rule())


@pytest.mark.parametrize(
    "value",
    [
        "8 %",
        [400, 25_000, 0.2],
        {"customers": 400},
        {"customers": True, "reachable": 25_000, "buy": 0.2},
        {"customers": 400, "reachable": 25_000, "buy": 0.2, "price": 4},
    ],
)
def test_json_that_holds_no_three_numbers_is_refused(value):
    with pytest.raises(NotARule, match="customers, reachable and buy") as refused:
        rules.from_json(rules.to_json(make_rule()) | {"reckoning": value})

    assert refused.value.field == "reckoning"


@pytest.mark.parametrize(
    ("assumed", "sentence"),
    [
        ((0, 1000, 0.2), "customers must be above 0, not 0"),
        ((9, float("inf"), 0.2), "reachable people must be above 0, not inf"),
        ((9, 1000, 1.1), "the share who buy must be above 0 and at most 1, not 1.1"),
    ],
)
def test_an_assumption_that_cannot_be_is_refused_by_name(assumed, sentence):
    with pytest.raises(ValueError, match=sentence):
        target_rate(*assumed)
