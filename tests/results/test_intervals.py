"""Intervals over several phases; with one they are those of the statistics."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wbtest.results import statistics
from wbtest.results.intervals import decision_interval, sequence
from wbtest.results.statistics import Counts


@st.composite
def counts(draw: st.DrawFn) -> Counts:
    seen = draw(st.integers(0, 3000))
    return Counts(seen, draw(st.integers(0, min(seen, 600))))


@settings(max_examples=50, deadline=None)
@given(one=counts(), arms=st.integers(1, 6))
def test_one_phase_gives_the_intervals_of_the_statistics(one, arms):
    drawn = decision_interval([one], [one], alpha=0.05, beta=0.1, arms=arms)

    assert drawn == pytest.approx(statistics.decision_interval(one, 0.05, 0.1, arms))
    assert sequence([one], 0.05) == pytest.approx(statistics.sequence(one, 0.05))


@settings(max_examples=50, deadline=None)
@given(phases=st.lists(counts(), min_size=2, max_size=4), target=st.floats(0.01, 0.5))
def test_several_phases_exclude_a_rate_exactly_when_their_evidence_together_does(phases, target):
    drawn = decision_interval(phases, phases, alpha=0.05, beta=0.05, arms=1)
    needed = statistics.evidence_needed(0.05)
    above = sum(statistics.log_e_above(part, target) for part in phases)
    below = sum(statistics.log_e_below(part, target) for part in phases)

    # Rounding may go either way on the very edge.
    if abs(above - needed) > 1e-6:
        assert (drawn.low > target) == (above >= needed)
    # Phases that contradict each other may exclude every rate; then what is above prevails.
    if abs(below - needed) > 1e-6 and drawn.low < drawn.high:
        assert (drawn.high < target) == (below >= needed)


def test_late_signups_cannot_turn_an_interval_over():
    everybody, settled = Counts(2000, 400), Counts(300, 0)

    drawn = decision_interval([everybody], [settled], alpha=0.05, beta=0.05, arms=1)

    assert drawn.low == drawn.high > 0.1
