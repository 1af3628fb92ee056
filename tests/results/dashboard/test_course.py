"""The course of a rate: each day's interval is the verdict's own, as it stood then."""

import pytest

from tests.conftest import HandClock
from tests.factories import Team
from tests.results.conftest import Start
from tests.results.crowd import count_day
from tests.results.states import crowd
from wbtest.publishing.running.phases import open_phase
from wbtest.results.dashboard import course
from wbtest.results.dashboard.course import course_of
from wbtest.results.figures import results_of


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


def test_a_rate_begins_anew_with_each_phase_and_its_evidence_does_not(
    begin: Start, now: HandClock, team: Team
):
    experiment = begin(variants=("Kitchen",))
    crowd(experiment, (100, 5), (100, 9), days=range(3))
    now.turn(days=3)
    open_phase(experiment, team.approver, {"control": 1, "kitchen": 2}, "Another week of it.")
    now.turn(days=2)
    points = course_of(results_of(experiment, now()))[0]

    assert [point.phase for point in points] == [1, 1, 1, 2, 2, 2]
    assert [point.counts.seen for point in points] == [100, 200, 300, 0, 0, 0]
    assert points[-1].interval.high < 0.15


def test_a_variant_without_newcomers_says_nothing_in_that_phase(
    begin: Start, now: HandClock, team: Team
):
    experiment = begin(variants=("Kitchen",))
    now.turn(days=1)
    open_phase(experiment, team.approver, {"control": 0, "kitchen": 1}, "Only the second.")
    now.turn(days=2)
    results = results_of(experiment, now())

    assert [path[-2].interval for path in course_of(results)] == [
        variant.decision for variant in results.variants
    ]


def test_a_long_test_is_drawn_with_few_points(begin: Start, now: HandClock):
    experiment = begin()
    now.turn(days=27)
    points = course_of(results_of(experiment, now()))[0]

    assert len(points) <= course.MOST_POINTS + 1
    assert len(course._shown(90)) == 30
    assert course._shown(90)[-1] == 89
    assert course._shown(0) == []
