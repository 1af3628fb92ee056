"""How many visitors of one network a test counts, by what is planned."""

from datetime import date

from tests.factories import make_rule
from wbtest.publishing.network_limits import NetworkLimits, limits_of


def test_a_small_plan_takes_what_a_home_or_a_cafe_needs() -> None:
    rule = make_rule(maximum_visitors=2_400, ends_on=date(2027, 3, 28))

    assert limits_of(rule, date(2027, 3, 1)) == NetworkLimits(hour=30, day=100)


def test_a_large_plan_takes_its_share_of_a_planned_day() -> None:
    rule = make_rule(maximum_visitors=20_000, ends_on=date(2027, 3, 10))

    assert limits_of(rule, date(2027, 3, 1)) == NetworkLimits(hour=150, day=400)
