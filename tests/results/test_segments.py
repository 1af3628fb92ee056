"""Visitors by day, weekday and hour of a place, and what is said of them."""

from datetime import UTC, date, datetime

from wbtest.audience.counts import Hourly, Totals
from wbtest.results.captions import counted_sources, segment_caption
from wbtest.results.segments import (
    Segment,
    most_visited,
    segments_by_hour,
    segments_by_weekday,
    totals_by_clock,
    totals_by_day,
)

KATHMANDU = "Asia/Kathmandu"
KEYS = ("control", "price")


def hour(*when: int, variant: str = "control", seen: int = 10, converted: int = 1) -> Hourly:
    start = int(datetime(*when, tzinfo=UTC).timestamp())  # type: ignore[misc]
    return Hourly(variant, start, seen, seen, converted, converted, converted, *[0] * 6)


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
    said = segment_caption(rows, "source", "signed up")

    assert said.startswith("Most came from “x”: 200 of 300. From 8.0\u202f% (direct) to")
    assert "All intervals overlap" in said


def test_the_largest_is_not_called_most_where_more_came_from_elsewhere():
    rows = [segment("x", 40, 2), *(segment(f"made-up-{k}", 1, 0) for k in range(60))]

    assert segment_caption(rows, "source", "signed up").startswith(
        "The largest part came from “x”: 40 of 100."
    )


def test_intervals_that_do_not_overlap_are_no_verdict_either():
    rows = [segment("x", 900, 20), segment("direct", 900, 90)]
    said = segment_caption(rows, "source", "signed up")

    assert "Test it before you believe it" in said


def test_small_segments_and_those_that_do_not_count_are_not_compared():
    rows = [segment("x", 900, 20), segment("y", 29, 9), segment("z", 50, 20, is_counted=False)]

    assert segment_caption(rows, "source", "signed up").endswith(
        "Too few sources with 30 visitors or more to compare."
    )
    said = segment_caption([], "hour", "signed up")

    assert said == "Nobody who counts has seen the page in this part."


def test_it_is_said_which_sources_enter_the_verdict():
    assert counted_sources(None) == "Every source counts."
    assert "Only these sources count: “x”, “y”." in counted_sources(("x", "y"))


def test_of_many_sources_the_most_visited_are_named_and_the_rest_put_together():
    segments = [Segment(str(k), (Totals(served=9 - k),), k != 3) for k in range(5)]

    shown = most_visited(segments, 2)

    assert [(each.name, each.all.served, each.is_counted) for each in shown] == [
        ("0", 9, True),
        ("1", 8, True),
        ("2 others", 12, True),
        ("1 other, not counted", 6, False),
    ]
