"""Who came, from the roll-up: what the rule does not count is shown, and in no other segment."""

import pytest

from tests.conftest import HandClock
from tests.results.conftest import Start
from tests.results.crowd import count_hour
from wbtest.publishing.models import Experiment
from wbtest.results.dashboard.segments import Segment
from wbtest.results.dashboard.who_came import WhoCame, days_of, filters_of, who_came
from wbtest.results.figures import results_of

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
