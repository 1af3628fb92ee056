"""How long a test will take."""

import pytest

from wbtest.statistics import comparison_visitors, plan, target_visitors

ASKED = {"target": 0.05, "floor": 0.02, "alpha": 0.05, "power": 0.8, "daily": 100, "variants": 3}


def test_a_plan_counts_every_variant_and_whole_weeks():
    made = plan(**ASKED, hoped_for=0.075)

    assert (made.fixed_visitors, made.visitors_per_variant) == (539, 1_078)
    assert made.maximum_visitors == 3 * 1_078
    assert made.days == 35


def test_one_page_needs_a_tenth_less_than_each_of_several():
    assert plan(**{**ASKED, "variants": 1}).maximum_visitors == 971


def test_a_plan_hopes_for_half_as_much_again():
    assert plan(**ASKED).hoped_for == pytest.approx(0.075)
    assert plan(**ASKED).days == plan(**ASKED, hoped_for=0.075).days


def test_a_plan_never_hopes_for_more_than_all():
    assert plan(**{**ASKED, "target": 0.8}).hoped_for == pytest.approx(0.9)


def test_a_day_with_all_the_visitors_still_makes_a_week():
    assert plan(**{**ASKED, "daily": 1e6}).days == 7


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"target": 1}, "target must lie between 0 and 1"),
        ({"floor": 0}, "floor must lie between 0 and 1"),
        ({"floor": 0.05}, r"the floor \(0.05\) must be below the target \(0.05\)"),
        ({"alpha": 0}, "alpha must lie between 0 and 1"),
        ({"power": 1}, "power must lie between 0 and 1"),
        ({"daily": 0}, "daily visitors must be above 0, not 0"),
        ({"variants": 0}, "variants must be at least 1, not 0"),
        ({"hoped_for": 0.05}, r"the rate hoped for \(0.05\) must be above the target \(0.05\)"),
        ({"hoped_for": 1}, "the rate hoped for must lie between 0 and 1"),
    ],
)
def test_a_plan_that_cannot_be_is_refused_by_name(wrong, sentence):
    with pytest.raises(ValueError, match=sentence):
        plan(**{**ASKED, **wrong})


@pytest.mark.parametrize(
    ("rates", "weights", "alpha", "power", "sentence"),
    [
        ((0.05, 0.05), (1, 1), 0.05, 0.8, "cannot be told apart"),
        ((0.05, 1), (1, 1), 0.05, 0.8, "a rate must lie between 0 and 1"),
        ((0.05, 0.08), (1, 0), 0.05, 0.8, "a weight must be above 0"),
        ((0.05, 0.08), (1, 1), 1.5, 0.8, "alpha must lie between 0 and 1"),
        ((0.05, 0.08), (1, 1), 0.05, 0, "power must lie between 0 and 1"),
    ],
)
def test_a_comparison_that_cannot_be_planned_is_refused(rates, weights, alpha, power, sentence):
    with pytest.raises(ValueError, match=sentence):
        comparison_visitors(rates, weights, alpha, power)


def test_a_smaller_effect_takes_more_visitors():
    assert target_visitors(0.05, 0.06, 0.05, 0.8) > target_visitors(0.05, 0.075, 0.05, 0.8)
