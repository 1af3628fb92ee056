"""The course of a rate: each day's interval is the verdict's own, as it stood then."""

import pytest

from tests.conftest import HandClock
from tests.results.conftest import Start
from tests.results.crowd import count_day
from wbtest.results import rate_charts
from wbtest.results.figures import results_of
from wbtest.results.rate_charts import course_of


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kathmandu", "Pacific/Apia"])
def test_a_day_that_is_over_shows_what_the_dashboard_showed_then(begin: Start, now, zone):
    experiment = begin(time_zone=zone, variants=("Kitchen",))
    seen_then = []
    for day in range(4):
        count_day(experiment, day, seen=40, converted=4 + day)
        count_day(experiment, day, "kitchen", seen=40, converted=1)
        found = course_of(results_of(experiment, now()))
        seen_then.append(found)
        now.turn(days=1)
    points = course_of(results_of(experiment, now()))[0]
    over = [point.counts for point in points[:4]]

    assert [(counts.seen, counts.converted) for counts in over] == [
        (40, 4), (80, 9), (120, 15), (160, 22),
    ]  # fmt: skip
    for place, then in enumerate(seen_then[1:]):
        assert then[0][place] == points[place]


def test_a_long_test_is_drawn_with_few_points(begin: Start, now: HandClock):
    experiment = begin()
    now.turn(days=27)
    points = course_of(results_of(experiment, now()))[0]

    assert len(points) <= rate_charts.MOST_POINTS + 1
    assert len(rate_charts._shown(90)) == 30
    assert rate_charts._shown(90)[-1] == 89
    assert rate_charts._shown(0) == []
