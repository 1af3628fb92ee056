"""Announced crowds: what a rule takes, what it seals, and what it refuses."""

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from msgspec.structs import replace

from tests.factories import make_rule
from wbtest.publishing import rule as rules
from wbtest.publishing.rule import Crowd, NotARule

MEETUP = Crowd(
    "Meetup",
    datetime(2027, 3, 12, 18, tzinfo=UTC),
    datetime(2027, 3, 12, 23, tzinfo=UTC),
    people=150,
)
DAWN = datetime(2027, 3, 1, 6, tzinfo=UTC)


def test_crowds_are_sealed_with_their_rule_and_come_back():
    rule = make_rule(crowds=(MEETUP, replace(MEETUP, name="Class 7b", networks=2)))

    assert rules.from_json(json.loads(json.dumps(rules.to_json(rule)))) == rule


def test_a_crowd_is_sealed_in_utc_under_the_names_of_the_api():
    paris = timezone(timedelta(hours=1))
    rule = make_rule(crowds=(replace(MEETUP, from_at=datetime(2027, 3, 12, 19, tzinfo=paris)),))

    assert rules.to_json(rule)["crowds"] == [
        {
            "name": "Meetup",
            "from": "2027-03-12T18:00:00+00:00",
            "until": "2027-03-12T23:00:00+00:00",
            "people": 150,
            "networks": 1,
        }
    ]


def test_a_rule_without_crowds_is_sealed_as_before_there_were_any():
    assert "crowds" not in rules.to_json(make_rule())


def test_a_crowd_comes_through_one_network_unless_it_says_more():
    values = rules.to_json(make_rule(crowds=(MEETUP,)))
    del values["crowds"][0]["networks"]

    assert rules.from_json(values).crowds == (MEETUP,)


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("name", {"name": "\u200b"}),
        ("name", {"name": "x" * 81}),
        ("from", {"from_at": MEETUP.from_at.replace(tzinfo=None)}),
        ("from", {"from_at": datetime(1, 1, 1, tzinfo=UTC)}),
        ("until", {"until_at": MEETUP.from_at}),
        ("until", {"until_at": MEETUP.from_at + timedelta(hours=48, seconds=1)}),
        ("people", {"people": 0}),
        ("people", {"people": 10_001}),
        ("networks", {"networks": 0}),
        ("networks", {"networks": 6}),
    ],
)
def test_a_crowd_that_cannot_be_sealed_is_refused_at_its_field(field: str, changes: dict[str, Any]):
    with pytest.raises(NotARule) as refused:
        make_rule(crowds=(MEETUP, replace(MEETUP, **{"name": "Second"} | changes)))

    assert refused.value.field == f"crowds[1].{field}"


def test_a_crowd_may_last_two_days():
    longest = replace(MEETUP, until_at=MEETUP.from_at + timedelta(hours=48))

    assert make_rule(crowds=(longest,)).crowds == (longest,)


def test_a_sixth_crowd_is_refused():
    with pytest.raises(NotARule, match="at most 5") as refused:
        make_rule(crowds=tuple(replace(MEETUP, name=f"Class {each}") for each in range(6)))

    assert refused.value.field == "crowds"


def test_two_crowds_of_one_name_are_refused():
    with pytest.raises(NotARule) as refused:
        make_rule(crowds=(MEETUP, replace(MEETUP, name="MEETUP ")))

    assert refused.value.field == "crowds[1].name"


@pytest.mark.parametrize(
    "changes",
    [{"from": "tonight"}, {"people": True}, {"people": 150.0}, {"name": None}, {"network": 1}],
)
def test_json_of_a_crowd_of_the_wrong_kind_is_refused(changes: dict[str, Any]):
    values = rules.to_json(make_rule(crowds=(MEETUP,)))
    values["crowds"][0] |= changes

    with pytest.raises(NotARule, match="name, from, until, people and networks") as refused:
        rules.from_json(values)

    assert refused.value.field == "crowds"


@pytest.mark.parametrize("value", [None, "Meetup", ["Meetup"], [{"name": "Meetup"}]])
def test_json_that_holds_no_list_of_crowds_is_refused(value: Any):
    with pytest.raises(NotARule) as refused:
        rules.from_json(rules.to_json(make_rule()) | {"crowds": value})

    assert refused.value.field == "crowds"


OVER = ("crowds[0].until", "This crowd is over before the test starts. Change or remove it.")
TOO_LATE = ("crowds[0].until", "The test ends before this crowd does.")


@pytest.mark.parametrize(
    ("now", "later", "fault"),
    [
        (DAWN, 0, None),
        # It has begun, and the rest of it is still to come.
        (MEETUP.from_at + timedelta(hours=1), 0, None),
        (MEETUP.until_at, 0, OVER),
        # In Berlin the last day of the rule is over at 22 o'clock in UTC.
        (DAWN, 17 * 24 - 1, None),
        (DAWN, 17 * 24, TOO_LATE),
    ],
)
def test_a_crowd_lies_within_the_days_of_its_test(now, later, fault):
    moved = timedelta(hours=later)
    crowd = replace(MEETUP, from_at=MEETUP.from_at + moved, until_at=MEETUP.until_at + moved)

    assert make_rule(crowds=(crowd,)).find_crowd_fault(now, "Europe/Berlin") == fault
