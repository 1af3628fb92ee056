"""Evidence at the end of every hour: what each look sees, and what it must not see yet."""

from datetime import timedelta

import numpy as np
import pytest

from tests.factories import make_rule
from tests.results.hours import START, hourly
from wbtest import statistics
from wbtest.results.evidence_path import EvidencePath, HourCounts, look
from wbtest.statistics import Counts

LATE_SIGNUPS = HourCounts(
    started=int(START.timestamp()),
    weights=(1,),
    hours=int(START.timestamp()) + 3600 * np.arange(3),
    seen=np.array([[100], [0], [0]]),
    arrived=np.array([[5], [0], [7]]),
    converted=np.array([[12], [0], [0]]),
)


def looks_of(counted: HourCounts, *, hours: float, window_hours: int = 24) -> EvidencePath:
    now = START + timedelta(hours=hours)
    return look(counted, make_rule(conversion_window_hours=window_hours), now)


def test_a_conversion_counts_from_the_hour_in_which_it_arrived():
    above = looks_of(LATE_SIGNUPS, hours=3).above[:, 0]

    assert above[:3].tolist() == pytest.approx(
        [statistics.log_e_above(Counts(100, x), 0.08) for x in (5, 5, 12)]
    )


def test_a_visitor_speaks_against_the_target_only_when_the_window_is_over():
    looks = looks_of(LATE_SIGNUPS, hours=27)
    ends = [(int(end) - int(START.timestamp())) / 3600 for end in looks.ends]

    assert looks.below[ends.index(25) - 1, 0] == 0
    assert looks.below[ends.index(25), 0] == pytest.approx(
        statistics.log_e_below(Counts(100, 12), 0.08)
    )


def test_the_last_look_is_now_and_sees_the_hour_that_is_not_over():
    looks = looks_of(hourly([[(10, 1)], [(10, 1)]]), hours=1.5)

    assert looks.seen.tolist() == [10, 20]
    assert looks.moment(-1) == START + timedelta(hours=1.5)


def test_counts_since_a_moment_are_settled_and_begin_after_it():
    hours = hourly([[(10, 1)], [(20, 2)], [(40, 4)]])
    second = int(START.timestamp()) + 3600

    assert hours.since(second, second + 3600) == [Counts(20, 2)]
    assert hours.until(second) == [Counts(10, 1)]
    assert hours.totals() == [Counts(70, 7)]
