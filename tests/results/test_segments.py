"""Visitors by day, weekday and hour of a place, and what is said of them."""

from datetime import UTC, date, datetime

import pytest

from tests.conftest import HandClock
from tests.factories import make_rule
from tests.results.conftest import Start
from tests.results.crowd import count_hour
from wbtest.audience.result_counts import Hourly, Totals
from wbtest.publishing.models import Experiment
from wbtest.results.captions import counted_sources, segment_caption
from wbtest.results.figures import results_of
from wbtest.results.segments import (
    Choices,
    Filters,
    Segment,
    WhoCame,
    days_of,
    filters_of,
    most_visited,
    read_filters,
    segments_by_hour,
    segments_by_weekday,
    totals_by_clock,
    totals_by_day,
    who_came,
)

KATHMANDU = "Asia/Kathmandu"
KEYS = ("control", "price")


def hour(*when: int, variant: str = "control", seen: int = 10, converted: int = 1) -> Hourly:
    start = int(datetime(*when, tzinfo=UTC).timestamp())  # type: ignore[misc]
    return Hourly(variant, start, Totals(seen, seen, converted, converted, converted))


def test_an_hour_stands_on_the_day_and_weekday_of_its_place():
    # A quarter past midnight of Tuesday there, still Monday evening in UTC.
    late = hour(2027, 3, 1, 18, 15)
    days = totals_by_day([late], KEYS, KATHMANDU)
    weekdays = segments_by_weekday(days, 2)
    hours = segments_by_hour(totals_by_clock([late], KEYS, KATHMANDU), 2)

    assert list(days) == [date(2027, 3, 2)]
    assert [segment.name for segment in weekdays if segment.all.seen] == ["Tuesday"]
    assert [segment.name for segment in hours if segment.all.seen] == ["0:00"]


def test_an_hour_that_comes_twice_in_autumn_is_added_up():
    twice = [hour(2027, 10, 31, 0), hour(2027, 10, 31, 1, variant="price", seen=7)]
    found = segments_by_hour(totals_by_clock(twice, KEYS, "Europe/Berlin"), 2)[2]

    assert [totals.seen for totals in found.row] == [10, 7]


def test_all_weekdays_and_hours_stand_there_also_where_nobody_came():
    assert len(segments_by_weekday({}, 2)) == 7
    assert len(segments_by_hour({}, 2)) == 24


def segment(name: str, seen: int, converted: int, *, is_counted: bool = True) -> Segment:
    return Segment(name, (Totals(served=seen, seen=seen, converted=converted),), is_counted)


def test_intervals_that_overlap_are_said_to_be_chance():
    rows = [segment("x", 200, 20), segment("direct", 100, 8)]
    said = segment_caption(rows, "source")

    assert said == (
        "Most came from “x”: 200 of 300. All intervals overlap, so differences may be chance."
    )


def test_the_largest_is_not_called_most_where_more_came_from_elsewhere():
    rows = [segment("x", 40, 2), *(segment(f"made-up-{k}", 1, 0) for k in range(60))]

    assert segment_caption(rows, "source").startswith("Top source: “x” (40 of 100).")


def test_intervals_that_do_not_overlap_are_no_verdict_either():
    rows = [segment("x", 900, 20), segment("direct", 900, 90)]
    said = segment_caption(rows, "source")

    assert "Rates range from 2.2% (x) to 10.0% (direct)" in said
    assert "test it before you believe it" in said


def test_small_segments_and_those_that_do_not_count_are_not_compared():
    rows = [segment("x", 900, 20), segment("y", 29, 9), segment("z", 50, 20, is_counted=False)]

    assert segment_caption(rows, "source").endswith(
        "Too few sources with 30 visitors or more to compare."
    )
    said = segment_caption([], "hour")

    assert said == "No counted visitor matches this filter."


def test_it_is_said_which_sources_enter_the_verdict():
    assert counted_sources(None) == "Visitors from every source are counted."
    assert "Only visitors from these sources are counted: “x”, “y”." in counted_sources(("x", "y"))


def test_of_many_sources_the_most_visited_are_named_and_the_rest_put_together():
    segments = [Segment(str(k), (Totals(served=9 - k),), k != 3) for k in range(5)]

    shown = most_visited(segments, 2)

    assert [(each.name, each.all.served, each.is_counted) for each in shown] == [
        ("0", 9, True),
        ("1", 8, True),
        ("2 others", 12, True),
        ("1 other, not counted", 6, False),
    ]


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


def test_a_source_that_is_asked_for_is_shown_whether_it_counts_or_not(experiment, now):
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
