"""The rule: what can be sealed, and what a seal holds."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from tests.factories import make_rule
from wbtest.publishing import rule
from wbtest.publishing.rule import NetworkLimits, NotARule, limits_of

RULE = make_rule()


def test_a_rule_comes_back_from_its_json_as_it_was():
    given = replace(RULE, sources=("newsletter",), conversion="confirmed")

    assert rule.from_json(json.loads(json.dumps(rule.to_json(given)))) == given


def test_a_rule_holds_a_rate_hoped_for_only_where_it_has_one():
    hoping = replace(RULE, hoped_for=0.12)

    assert "hoped_for" not in rule.to_json(RULE)
    assert rule.from_json(rule.to_json(hoping)) == hoping


def test_a_rule_holds_that_visitors_know_the_team_only_where_they_do():
    friendly = replace(RULE, knows_team=True)

    assert "knows_team" not in rule.to_json(RULE)
    assert rule.from_json(rule.to_json(friendly)) == friendly


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("who", " "),
        ("does", "leave\x00it"),
        ("if_met", "x" * 1001),
        ("target", 0.0),
        ("target", 1.0),
        ("target", float("nan")),
        ("floor", 0.08),
        ("alpha", 0.3),
        ("hoped_for", 0.08),
        ("hoped_for", 1.0),
        ("minimum_visitors", 0),
        ("maximum_visitors", 400),
        ("minimum_days", 366),
        ("conversion_window_hours", 0),
        ("ends_on", date(9999, 12, 31)),
        ("sources", ()),
        ("sources", ("x" * 65,)),
        ("conversion", "click"),
        ("disclosure", "never"),
    ],
)
def test_a_rule_that_cannot_be_sealed_is_refused_at_its_field(field: str, value: Any):
    with pytest.raises(NotARule) as refused:
        replace(RULE, **{field: value})

    assert refused.value.field == field


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("target", "8"),
        ("target", True),
        ("hoped_for", "12"),
        ("minimum_days", 7.0),
        ("who", None),
        ("knows_team", "yes"),
        ("sources", "newsletter"),
        ("sources", [1]),
        ("ends_on", "2026-02-30"),
        ("ends_on", 20270331),
        ("winner", "control"),
    ],
)
def test_json_of_the_wrong_kind_is_refused_at_its_field(field: str, value: Any):
    with pytest.raises(NotARule) as refused:
        rule.from_json(rule.to_json(RULE) | {field: value})

    assert refused.value.field == field


def test_json_without_a_field_that_has_no_default_is_refused():
    values = rule.to_json(RULE)
    del values["floor"]

    with pytest.raises(NotARule, match="missing"):
        rule.from_json(values)


@pytest.mark.parametrize(
    ("time_zone", "over_at"),
    [
        ("UTC", datetime(2027, 3, 30, 0, tzinfo=UTC)),
        ("Asia/Kathmandu", datetime(2027, 3, 29, 18, 15, tzinfo=UTC)),
        # The clocks of Berlin are already on summer time.
        ("Europe/Berlin", datetime(2027, 3, 29, 22, tzinfo=UTC)),
    ],
)
def test_the_last_day_is_over_at_midnight_of_the_time_zone(time_zone: str, over_at: datetime):
    assert RULE.ends_at(time_zone) == over_at


@pytest.mark.parametrize(
    ("today", "words"),
    [
        (date(2027, 3, 29), "after today"),
        (date(2027, 3, 23), "6 days away, but the rule asks for 7"),
        (date(2026, 3, 1), "within a year"),
        (date(2027, 3, 22), ""),
    ],
)
def test_a_test_must_have_time_to_end_as_its_rule_says(today: date, words: str):
    fault = RULE.find_end_fault(today)

    assert words in fault
    assert bool(fault) == bool(words)


def test_only_named_sources_count_unless_none_is_named():
    named = replace(RULE, sources=("newsletter",))

    assert RULE.counts_source("direct")
    assert named.counts_source("newsletter")
    assert not named.counts_source("direct")


def test_a_small_plan_takes_what_a_home_or_a_cafe_needs() -> None:
    rule = make_rule(maximum_visitors=2_400, ends_on=date(2027, 3, 28))

    assert limits_of(rule, date(2027, 3, 1)) == NetworkLimits(hour=30, day=100)


def test_a_large_plan_takes_its_share_of_a_planned_day() -> None:
    rule = make_rule(maximum_visitors=20_000, ends_on=date(2027, 3, 10))

    assert limits_of(rule, date(2027, 3, 1)) == NetworkLimits(hour=150, day=400)
