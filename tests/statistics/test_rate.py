"""Evidence about one rate where formulas lose their digits, and over time."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from wbtest.statistics import (
    Beta,
    Counts,
    decision_interval,
    evidence_needed,
    log_e_above,
    log_e_above_path,
    log_e_below,
    log_e_below_path,
    sequence,
    wilson,
)


# Computed with mpmath at 60 digits, summing the tail term by term.
@pytest.mark.parametrize(
    ("evidence", "counts", "target", "exact"),
    [
        (log_e_above, Counts(20_000, 10), 0.1, -7.39632343817),
        (log_e_above, Counts(3_000, 1), 0.5, -7.60056951494),
        (log_e_above, Counts(10_000, 300), 0.2, -7.33665829669),
        (log_e_below, Counts(1_000, 900), 0.05, -6.85212528651),
        (log_e_below, Counts(100_000, 2_000), 0.005, -7.40762655520),
    ],
)
def test_evidence_against_is_right_where_the_tail_underflows(evidence, counts, target, exact):
    assert exact <= evidence(counts, target) <= exact + 1e-4


@settings(max_examples=60, deadline=None)
@given(
    steps=some.lists(some.tuples(some.integers(0, 400), some.integers(0, 400)), max_size=8),
    target=some.floats(0.003, 0.9),
)
def test_a_path_is_the_evidence_at_each_look(steps, target):
    converted = np.cumsum([step[0] for step in steps], dtype=np.int64)
    seen = np.cumsum([sum(step) for step in steps], dtype=np.int64)
    looks = [Counts(int(n), int(x)) for n, x in zip(seen, converted, strict=True)]

    above = log_e_above_path(converted, seen, target)
    below = log_e_below_path(converted, seen, target)

    assert above.tolist() == pytest.approx([log_e_above(look, target) for look in looks])
    assert below.tolist() == pytest.approx([log_e_below(look, target) for look in looks])


@pytest.mark.parametrize(
    ("converted", "seen", "sentence"),
    [
        ([0, 1], [5], "differ in length"),
        ([2, 1], [5, 6], "converted must be totals up to each look"),
        ([1, 2], [6, 5], "seen must be totals up to each look"),
        ([-1, 2], [6, 7], "converted must not be negative"),
        ([0.5, 1.0], [6, 7], "converted must be whole numbers, not float64"),
        ([1, 9], [6, 7], "converted is more than seen"),
    ],
)
def test_a_path_of_impossible_counts_is_refused(converted, seen, sentence):
    with pytest.raises(ValueError, match=sentence):
        log_e_above_path(np.array(converted), np.array(seen), 0.05)


@settings(max_examples=150, deadline=None)
@given(
    seen=some.integers(1, 200_000),
    share=some.floats(0, 1),
    target=some.floats(0.002, 0.95),
    arms=some.integers(1, 6),
    alpha=some.floats(0.001, 0.2),
    beta=some.floats(0.001, 0.2),
)
def test_the_decision_interval_never_contradicts_the_verdict(
    seen, share, target, arms, alpha, beta
):
    counts = Counts(seen, round(seen * share))
    above = log_e_above(counts, target) - evidence_needed(alpha, arms)
    below = log_e_below(counts, target) - evidence_needed(beta)

    low, high = decision_interval(counts, alpha, beta, arms)

    # Closer than this, a root found to twelve digits may fall on either side.
    assert (low > target) is (above >= 0) or abs(above) < 1e-6
    assert (high < target) is (below >= 0) or abs(below) < 1e-6
    assert low <= counts.converted / seen <= high


@settings(max_examples=60, deadline=None)
@given(seen=some.integers(50, 5_000), share=some.floats(0.6, 1.4), target=some.floats(0.02, 0.6))
def test_the_decision_interval_holds_close_to_the_target(seen, share, target):
    counts = Counts(seen, min(seen, round(seen * target * share)))

    low, high = decision_interval(counts, alpha=0.05, beta=0.05)

    assert (low > target) is (log_e_above(counts, target) >= evidence_needed(0.05))
    assert (high < target) is (log_e_below(counts, target) >= evidence_needed(0.05))


def test_only_settled_visitors_speak_against_a_target():
    fresh, settled = Counts(600, 6), Counts(100, 6)

    interval = decision_interval(fresh, 0.05, 0.05, settled=settled)

    assert interval.low == decision_interval(fresh, 0.05, 0.05).low
    assert interval.high == decision_interval(settled, 0.05, 0.05).high


def test_the_two_sided_sequence_can_leave_a_met_target_open():
    counts = Counts(400, 49)

    assert log_e_above(counts, 0.08) >= evidence_needed(0.05)
    assert sequence(counts, 0.05).low < 0.08 < decision_interval(counts, 0.05, 0.05).low


def test_more_variants_ask_for_more_evidence():
    counts = Counts(400, 49)

    lows = [decision_interval(counts, 0.05, 0.05, arms).low for arms in (1, 2, 6)]

    assert lows == sorted(lows, reverse=True)
    assert lows[0] > lows[1] > lows[2]


@pytest.mark.parametrize("wrong", [0, 1, -0.1, float("nan")])
def test_a_level_or_rate_outside_0_to_1_is_refused(wrong):
    counts = Counts(300, 30)
    path = np.array([30]), np.array([300])
    for figure in (
        lambda: log_e_above(counts, wrong),
        lambda: log_e_below(counts, wrong),
        lambda: log_e_above_path(*path, wrong),
        lambda: log_e_below_path(*path, wrong),
        lambda: sequence(counts, wrong),
        lambda: decision_interval(counts, 0.05, wrong),
        lambda: wilson(counts, wrong),
        lambda: Beta(2, 3).credible(wrong),
        lambda: Beta(2, 3).probability_above(wrong),
    ):
        with pytest.raises(ValueError, match="must lie between 0 and 1"):
            figure()


def test_a_decision_about_no_variant_is_refused():
    with pytest.raises(ValueError, match="arms must be at least 1, not 0"):
        decision_interval(Counts(300, 30), 0.05, 0.05, arms=0)
