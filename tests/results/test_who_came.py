"""Filters as an address has them, and what they leave of who came."""

from datetime import UTC, date, datetime

import pytest

from tests.conftest import HandClock
from tests.factories import make_rule
from tests.results.conftest import Start
from tests.results.crowd import count_hour
from wbtest.publishing.models import Experiment
from wbtest.results.figures import results_of
from wbtest.results.segments import Segment
from wbtest.results.who_came import (
    Choices,
    Filters,
    WhoCame,
    days_of,
    filters_of,
    read_filters,
    who_came,
)

CHOICES = Choices(["newsletter", "x"], ["phone"], [date(2027, 3, 1), date(2027, 3, 9)])
NOTHING = Filters()


def test_an_address_asks_for_a_part_and_the_part_gives_the_address_back():
    given = {
        "from": "2027-03-02", "to": "2027-03-05", "source": "x", "device": "phone",
    }  # fmt: skip
    filters = read_filters(given, CHOICES)

    assert filters.address == given
    assert filters.words == "from “x”, on a phone, since 2 March, until 5 March"


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"source": "<script>"},
        {"device": "fridge"},
        {"from": "yesterday"},
        {"from": "2027-02-28"},
        {"to": "9999-12-31"},
        {"from": "2027-03-05", "to": "2027-03-02"},
    ],
)
def test_what_nobody_could_choose_asks_for_nothing(given):
    assert read_filters(given, CHOICES) == NOTHING
    assert not NOTHING.is_asked
    assert NOTHING.address == {}


def test_a_day_is_one_of_the_pages_own_time_zone_also_when_clocks_change():
    filters = Filters(since=date(2027, 3, 28), until=date(2027, 3, 28))
    cut = filters.cut(make_rule(), "Europe/Berlin")
    since, before = (datetime.fromtimestamp(at or 0, UTC) for at in (cut.since, cut.before))

    assert since == datetime(2027, 3, 27, 23, tzinfo=UTC)
    assert before == datetime(2027, 3, 28, 22, tzinfo=UTC)


def test_without_a_source_those_count_that_the_rule_counts():
    rule = make_rule(sources=("newsletter",))

    assert Filters().cut(rule, "UTC").sources == ("newsletter",)
    assert Filters().cut(rule, "UTC", all_sources=True).sources is None
    assert Filters(source="x").cut(rule, "UTC").sources == ("x",)


HOUR = 3600


@pytest.fixture
def experiment(begin: Start, now: HandClock) -> Experiment:
    """Two hours of two sources, of which the rule counts one, and somebody left out."""
    experiment = begin(variants=("Kitchen",), sources=("newsletter",))
    start = int(now().timestamp())
    count_hour(experiment, start, seen=40, converted=4)
    count_hour(experiment, start + HOUR, "kitchen", seen=30, converted=1)
    count_hour(experiment, start, "kitchen", seen=50, converted=9, source="x")
    count_hour(experiment, start, seen=7, excluded_because="team")
    now.turn(hours=3)
    return experiment


def came(experiment: Experiment, now: HandClock, **asked: str) -> WhoCame:
    found = results_of(experiment, now())
    _, filters = filters_of(found, asked)
    return who_came(experiment, found, filters)


def seen(segments: list[Segment]) -> dict[str, tuple[int, ...]]:
    return {s.name: tuple(t.seen for t in s.row) for s in segments if s.all.seen}


def test_every_source_is_shown_and_those_that_count_are_the_rest(experiment, now):
    found = came(experiment, now)

    assert seen(found.sources) == {"newsletter": (40, 30), "x": (0, 50)}
    assert [segment.is_counted for segment in found.sources] == [True, False]
    for segments in (found.devices, found.languages, found.weekdays):
        assert list(seen(segments).values()) == [(40, 30)]
    assert seen(found.hours) == {"9:00": (40, 0), "10:00": (0, 30)}


def test_whoever_asks_for_a_source_sees_it_whether_it_counts_or_not(experiment, now):
    found = came(experiment, now, source="x")

    assert seen(found.sources) == {"x": (0, 50)}
    assert seen(found.devices) == {"phone": (0, 50)}
    assert seen(found.hours) == {"9:00": (0, 50)}


def test_days_without_a_filter_are_those_of_the_results(experiment, now):
    found = results_of(experiment, now())
    _, nothing = filters_of(found, {})
    _, newsletter = filters_of(found, {"source": "newsletter"})
    [whole] = days_of(experiment, found, nothing).values()
    [part] = days_of(experiment, found, newsletter).values()

    assert list(whole) == list(part)
    assert [totals.seen for totals in whole] == [40, 30]
