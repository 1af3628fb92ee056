"""The walks that the exact false-call rates are computed with."""

from math import comb, log

import numpy as np
import pytest

from wbtest.results.selftest.walks import (
    Bars,
    by_visitors,
    evidence_bars,
    expected_looks,
    first,
    first_calls,
    rate_prior,
    split_bars,
)
from wbtest.results.statistics import (
    Counts,
    evidence_needed,
    log_e_above,
    log_e_below,
    split,
)


@pytest.mark.parametrize("seen", [1, 7, 60, 400, 1999])
def test_a_bar_is_the_first_count_whose_evidence_is_enough(seen):
    needed = evidence_needed(0.05)

    bars = evidence_bars(2000, 0.08, rate_prior(0.08), above=needed, below=needed)

    above = [x for x in range(seen + 1) if log_e_above(Counts(seen, x), 0.08) >= needed]
    below = [x for x in range(seen + 1) if log_e_below(Counts(seen, x), 0.08) >= needed]
    assert bars.upper[seen] == min(above, default=seen + 1)
    assert bars.lower[seen] == max(below, default=-1)


@pytest.mark.parametrize("seen", [500, 10_000])
def test_a_bar_of_the_split_is_where_its_alarm_comes(seen):
    bars = split_bars(10_000, 0.5, 100.0, log(100))
    low, high = int(bars.lower[seen]), int(bars.upper[seen])

    alarms = [split([x, seen - x], [1, 1]).mismatch for x in (low, low + 1, high - 1, high)]

    assert alarms == [True, False, False, True]
    assert split_bars(10, 0.5, 100.0, log(100)).upper[10] == 11


def test_a_walk_without_bars_is_never_called():
    looks = np.arange(301)

    assert first_calls(Bars(looks + 1, looks * 0 - 1), 0.1).sum() < 1e-12


def test_a_walk_is_called_as_often_as_can_be_counted_by_hand():
    # Called at the second conversion, whenever it comes.
    bars = Bars(np.minimum(np.arange(6) + 1, 2), np.full(6, -1))

    called = first_calls(bars, 0.3)

    fewer = sum(comb(5, x) * 0.3**x * 0.7 ** (5 - x) for x in (0, 1))
    assert called.sum() == pytest.approx(1 - fewer)
    assert called[:2].tolist() == pytest.approx([0, 0.09])


def test_all_that_is_called_at_once_ends_the_walk():
    called = first_calls(Bars(np.zeros(6, int), np.full(6, -1)), 0.3)

    assert called.tolist() == pytest.approx([1, 0, 0, 0, 0])


def test_the_average_counts_those_never_called_with_all_their_looks():
    assert expected_looks(np.array([0.5, 0, 0.25]), most=10) == pytest.approx(0.5 + 0.75 + 2.5)


def test_what_goes_by_conversions_is_told_by_visitors():
    # Called at the first conversion: as often as there is one among three visitors.
    assert by_visitors(np.array([1.0]), rate=0.2, visitors=3) == pytest.approx(1 - 0.8**3)


def test_the_first_place_is_sought_in_all_entries_at_once():
    low, high = np.array([0, 2, 5]), np.array([9, 9, 9])

    assert first(lambda x: x >= np.array([4, 0, 99]), low, high).tolist() == [4, 2, 9]
