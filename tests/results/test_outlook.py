"""What is still missing before a verdict, in visitors and days."""

from datetime import date, timedelta

import pytest

from tests.results.hours import START, Hour, eager_rule, hourly, judged
from wbtest.publishing.rule import Hypothesis
from wbtest.results.outlook import Outlook, estimate_remaining, rounded
from wbtest.results.verdict import RunPeriod


def outlook(hours: list[Hour], days: float, rule: Hypothesis | None = None) -> Outlook:
    life = RunPeriod(START, None, START + timedelta(days=days), "UTC")
    return estimate_remaining(rule or eager_rule(ends_on=date(2027, 12, 31)), hourly(hours), life)


def test_the_visitors_it_foresees_are_those_it_takes():
    rule = eager_rule()
    so_far: list[Hour] = [[(20, 2)]] * 10
    missing = outlook(so_far, days=10, rule=rule).visitors
    enough, too_few = (
        hourly([*so_far, [(missing + extra, round((missing + extra) / 10))]]) for extra in (10, -40)
    )

    assert judged(enough, rule=rule).word == "met"
    assert judged(too_few, rule=rule).word == "not_enough"


def test_below_the_target_every_variant_has_to_be_shown_so():
    one = outlook([[(20, 1)]] * 10, days=10).visitors
    with_an_undecided_one = outlook([[(20, 0), (20, 1)]] * 10, days=10).visitors

    assert with_an_undecided_one == pytest.approx(2 * one, rel=0.2)


def test_visitors_who_are_still_in_their_window_need_not_come_again():
    everybody_settled = outlook([[(60, 3)]] * 4, days=10).visitors
    half_on_the_way = outlook([[(30, 1)]] * 8 + [[(0, 0)]] * 20 + [[(15, 1)]] * 8, days=1.5)

    assert half_on_the_way.visitors < everybody_settled


def test_with_few_visitors_it_says_how_many_the_rule_asks_for():
    rule = eager_rule(minimum_visitors=400, maximum_visitors=2400)

    assert outlook([[(10, 1)]], days=1, rule=rule) == Outlook(2390, 239, True, True)


def test_no_verdict_in_sight_leaves_what_the_rule_allows():
    missing = outlook([[(100, 8)]] * 10, days=10)

    assert (missing.visitors, missing.is_cap) == (1400, True)


def test_days_come_from_the_pace_of_the_last_week():
    slow_then_fast: list[Hour] = [[(1, 0)]] * 24 + [[(0, 0)]] * (24 * 8) + [[(70, 6)]] * 10

    assert outlook(slow_then_fast, days=10).days == 17


def test_with_visitors_enough_only_days_are_missing():
    rule = eager_rule(minimum_days=7)

    assert outlook([[(100, 15)]] * 10, days=2.5, rule=rule) == Outlook(0, 5)


def test_without_traffic_no_day_is_promised():
    assert outlook([[(0, 0)]], days=3).days is None


def test_it_says_when_the_last_day_comes_first():
    assert outlook([[(20, 2)]] * 2, days=5, rule=eager_rule()).is_too_slow
    assert not outlook([[(200, 20)]] * 2, days=5, rule=eager_rule()).is_too_slow


@pytest.mark.parametrize(("exact", "said"), [(0, 0), (99, 99), (101, 110), (2341, 2400)])
def test_an_estimate_is_said_in_two_digits(exact, said):
    assert rounded(exact) == said
