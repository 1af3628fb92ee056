"""Groups that owners set aside or take in: which can be, with what reason, and who belongs."""

from collections import Counter

import pytest

from tests.conftest import HandClock
from tests.factories import Team
from tests.results.conftest import Start
from tests.results.visiting import HOUR, Group, come
from wbtest.audience.group_counts import VisitorGroup as Chosen
from wbtest.audience.group_counts import crowd_groups, hours_of_groups, largest_groups
from wbtest.audience.retention import purge
from wbtest.audience.setting_aside import (
    group_of,
    hours_aside,
    name_of,
    set_aside,
    settings_aside,
    standing,
    take_back,
)
from wbtest.publishing import lifecycle
from wbtest.publishing.models import Experiment
from wbtest.store import Gone, Invalid, Refused

WHY = "We know this office: they asked their friends."
NETWORK = Chosen("out", "mark", "7")
# Groups that nobody is in, that may not be set aside, or that are none.
NOBODYS = (
    Chosen("out", "mark", "8"),
    Chosen("out", "mark", "-1"),
    Chosen("out", "mark", "65536"),
    Chosen("out", "mark", "7; --"),
    Chosen("out", "mark", "7,"),
    Chosen("out", "mark", "٧"),
    Chosen("out", "hour", "0"),
    Chosen("out", "hour", "9" * 30),
    Chosen("out", "domain", "nobody.example"),
    Chosen("out", "domain", "example"),
    Chosen("out", "source", "\x00"),
    Chosen("out", "source", "x" * 300),
    Chosen("out", "reason", "team"),
    Chosen("in", "source", "forum"),
    Chosen("in", "mark", "7"),
    Chosen("in", "reason", "paused"),
    Chosen("in", "reason", "bot"),
    Chosen("in", "reason", "opted_out"),
    Chosen("up", "mark", "7"),
    Chosen("out", "moon", "7"),
    Chosen("", "", ""),
)


@pytest.fixture
def running(begin: Start) -> Experiment:
    return begin()


@pytest.fixture
def experiment(running: Experiment, now: HandClock) -> Experiment:
    come(
        running,
        Group(20, signups=2),
        Group(6, signups=5, mark=7, domain="office.example"),
        Group(4, signups=1, at=30 * HOUR, source="forum", mark=7, domain="office.example"),
        Group(3, signups=1, excluded_because="team"),
        Group(5, signups=2, mark=9, excluded_because="crowd"),
        Group(2, signups=2, signed_because="suspected"),
    )
    now.turn(days=3)
    return running


def count(experiment: Experiment, *groups: Chosen) -> dict[str, int]:
    """How many people of any of the groups were served, seen and converted."""
    rows = hours_of_groups(experiment, dict(enumerate(groups, 1)))
    names = ("served", "seen", "converted", "arrived")
    return {name: sum(getattr(row, name) for row in rows) for name in names}


def people(served: int, seen: int, converted: int) -> dict[str, int]:
    return {"served": served, "seen": seen, "converted": converted, "arrived": converted}


def hour(experiment: Experiment, number: int) -> str:
    assert experiment.started_at is not None
    return str(int(experiment.started_at.timestamp()) // HOUR * HOUR + number * HOUR)


def test_a_network_is_everybody_who_counts_under_its_mark(experiment):
    assert count(experiment, NETWORK) == people(10, 10, 6)


def test_a_source_is_everybody_who_came_from_it(experiment):
    assert count(experiment, Chosen("out", "source", "forum")) == people(4, 4, 1)


def test_an_hour_is_everybody_who_was_seen_in_it(experiment):
    assert count(experiment, Chosen("out", "hour", hour(experiment, 30))) == people(4, 4, 1)


def test_a_domain_is_everybody_who_signed_up_from_it(experiment):
    assert count(experiment, Chosen("out", "domain", "office.example")) == people(6, 6, 6)


def test_a_domain_holds_what_its_owner_puts_before_it(running, now):
    come(running, Group(3, signups=3, domain="office.example"))
    come(running, Group(4, signups=4, domain="mail.office.example"))
    now.turn(days=1)

    assert count(running, Chosen("out", "domain", "office.example"))["converted"] == 4


def test_no_other_domain_ends_as_one_does(experiment):
    assert not hours_of_groups(experiment, {1: Chosen("out", "domain", "ffice.example")})
    assert not hours_of_groups(experiment, {1: Chosen("out", "domain", "office_example")})


def test_nobody_is_told_of_twice_who_belongs_to_two_groups(experiment):
    groups = NETWORK, Chosen("out", "source", "forum"), Chosen("out", "domain", "office.example")

    assert count(experiment, *groups) == people(10, 10, 6)


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        ("team", people(3, 3, 1)),
        ("crowd", people(5, 5, 2)),
        ("suspected", people(2, 2, 2)),
        ("paused", people(0, 0, 0)),
    ],
)
def test_people_who_were_left_out_are_counted_as_if_they_had_not_been(experiment, reason, expected):
    rows = hours_of_groups(experiment, {1: Chosen("in", "reason", reason)})

    assert count(experiment, Chosen("in", "reason", reason)) == expected
    assert not any(row.is_counted for row in rows)


def test_a_crowded_network_is_those_of_its_mark_who_were_left_out(experiment):
    assert count(experiment, Chosen("in", "mark", "9")) == people(5, 5, 2)
    assert crowd_groups(experiment, 5) == [(Chosen("in", "mark", "9"), 5)]


def test_who_counts_already_is_not_taken_in(running, now):
    come(running, Group(3))
    come(running, Group(4, excluded_because="team"))
    now.turn(days=1)

    assert count(running, Chosen("in", "reason", "team")) == people(1, 1, 0)


def test_a_conversion_stands_at_the_hour_of_the_sighting_and_at_its_own(running, now):
    come(running, Group(1, signups=1, at=HOUR - 60, mark=7))
    now.turn(days=1)
    rows = hours_of_groups(running, {1: NETWORK})
    base = int(hour(running, 0))

    assert {(row.hour - base) // HOUR: (row.seen, row.converted, row.arrived) for row in rows} == {
        0: (1, 1, 0),
        1: (0, 0, 1),
    }


def test_the_largest_groups_are_found_with_their_rates(experiment):
    sizes = {size.group[1:]: size[1:] for size in largest_groups(experiment, 3)}

    assert sizes == {
        ("mark", "7"): (10, 6),
        ("hour", hour(experiment, 1)): (26, 7),
        ("hour", hour(experiment, 30)): (4, 1),
        ("source", "newsletter"): (26, 7),
        ("source", "forum"): (4, 1),
        ("domain", "office.example"): (6, 6),
    }


def test_sources_that_the_rule_does_not_count_are_in_no_group(begin, now):
    experiment = begin(sources=("newsletter",))
    come(experiment, Group(2, mark=7), Group(3, mark=7, source="forum"))
    now.turn(days=1)

    assert count(experiment, NETWORK) == people(2, 2, 0)


def test_only_a_group_that_somebody_is_in_can_be_set_aside(experiment, team: Team):
    for group in NOBODYS:
        with pytest.raises(Invalid) as refused:
            set_aside(experiment, team.owner, group, WHY)

        assert (refused.value.field, group) == ("group", group)


def test_a_domain_of_a_few_cannot_be_set_aside_for_it_may_be_their_name(running, team, now):
    come(running, Group(5, signups=5, domain="doe.example"))
    now.turn(days=1)

    with pytest.raises(Invalid, match="at least six people"):
        set_aside(running, team.owner, Chosen("out", "domain", "doe.example"), WHY)


@pytest.mark.parametrize("why", ["", "just so", "x " * 2_000, "one two \x00"])
def test_a_reason_says_something(experiment, team, why):
    with pytest.raises(Invalid) as refused:
        set_aside(experiment, team.owner, NETWORK, why)

    assert refused.value.field == "why"


def test_twice_the_same_is_once(experiment, team):
    first = set_aside(experiment, team.owner, NETWORK, WHY)

    assert set_aside(experiment, team.owner, NETWORK, "Another one, said later.") is first


def test_any_number_stand_at_once_and_each_may_be_withdrawn(experiment, team):
    set_aside(experiment, team.owner, NETWORK, WHY)
    set_aside(experiment, team.owner, Chosen("in", "reason", "team"), WHY)
    take_back(experiment, team.owner, 1)
    set_aside(experiment, team.owner, NETWORK, "On second thoughts: yes.")

    assert [each.number for each in standing(experiment)] == [2, 3]
    assert [each.withdrawn_at is None for each in settings_aside(experiment)] == [
        True,
        True,
        False,
    ]


def test_what_was_never_set_aside_cannot_be_withdrawn(experiment, team):
    with pytest.raises(Gone):
        take_back(experiment, team.owner, 9)


def test_after_the_purge_the_groups_are_what_they_were_and_no_other_can_be_set_aside(
    experiment, team, now
):
    set_aside(experiment, team.owner, NETWORK, WHY)
    set_aside(experiment, team.owner, Chosen("in", "reason", "suspected"), WHY)
    before = hours_aside(experiment, standing(experiment))
    assert next(name_of(group_of(each), "UTC") for each in standing(experiment)) == "network 0007"
    lifecycle.end(experiment, team.owner)
    now.turn(days=400)
    purge(experiment)

    assert hours_aside(experiment, standing(experiment)) == before
    assert Counter(row.is_counted for row in before)[False]
    assert next(name_of(group_of(each), "UTC") for each in standing(experiment)) == "networks"
    assert largest_groups(experiment, 5) == []
    with pytest.raises(Refused, match="deleted"):
        set_aside(experiment, team.owner, Chosen("out", "source", "forum"), WHY)


def test_a_group_is_named_without_an_ip():
    assert name_of(NETWORK, "UTC") == "network 0007"
    named = name_of(Chosen("out", "hour", "1803891600"), "Asia/Kathmandu")
    assert named == "the hour from 2027-03-01 14:45"
