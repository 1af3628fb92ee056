"""From somebody's clock to the world and back, also where clocks are changed."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wbtest.results.annotating.moments import NoMoment, TwoMoments, moment_of, on_the_clock

ZONES = ("UTC", "Europe/London", "Asia/Kathmandu", "Australia/Lord_Howe", "America/Santiago")
FORWARD, BACK = date(2027, 3, 28), date(2027, 10, 31)


@given(minutes=st.integers(min_value=0, max_value=20 * 365 * 24 * 60), zone=st.sampled_from(ZONES))
def test_what_a_clock_shows_leads_back_to_the_moment(minutes: int, zone: str):
    moment = datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    shown = moment.astimezone(ZoneInfo(zone))
    which = 1 if "second time" in on_the_clock(moment, zone) else 0

    assert moment_of(shown.date(), shown.time(), zone, which) == moment


def test_a_time_that_was_skipped_is_no_moment():
    with pytest.raises(NoMoment, match=r"past 01:30\. Did you mean 02:30\?"):
        moment_of(FORWARD, time(1, 30), "Europe/London")


def test_a_time_that_came_twice_asks_which_it_was():
    with pytest.raises(TwoMoments, match="showed 01:30 twice"):
        moment_of(BACK, time(1, 30), "Europe/London")

    first, second = (moment_of(BACK, time(1, 30), "Europe/London", fold) for fold in (0, 1))
    assert (first.hour, second.hour) == (0, 1)
    assert on_the_clock(second, "Europe/London") == "31 October 2027, 01:30 (the second time)"


def test_half_an_hour_is_skipped_on_lord_howe():
    with pytest.raises(NoMoment, match=r"Did you mean 02:45\?"):
        moment_of(date(2027, 10, 3), time(2, 15), "Australia/Lord_Howe")
