"""Half of the prior for *go* at the rate hoped for: evidence and interval hold as before."""

from itertools import pairwise
from math import exp, log, log1p

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate
from scipy.stats import beta

from wbtest.statistics import (
    Counts,
    decision_interval,
    evidence_needed,
    log_e_above,
    log_e_above_path,
    odds_ratio,
)

TARGETS = st.sampled_from([0.01, 0.05, 0.08, 0.25, 0.5])
RATIOS = st.floats(1.05, 30)


def counts_with_rates(rates: st.SearchStrategy[float]) -> st.SearchStrategy[Counts]:
    return st.builds(lambda n, rate: Counts(n, round(n * rate)), st.integers(1, 5_000), rates)


def hope(target: float, ratio: float) -> float:
    """The rate with so many times the odds of the target."""
    odds = ratio * target / (1 - target)
    return odds / (1 + odds)


@pytest.mark.parametrize(
    ("seen", "converted", "target", "hoped_for"),
    [
        (300, 30, 0.05, 0.075),
        (300, 30, 0.05, 0.1),
        (400, 49, 0.08, 0.12),
        (60, 0, 0.08, 0.12),
        (60, 60, 0.25, 0.4),
        (100, 40, 0.25, 0.375),
        (2_000, 20, 0.02, 0.03),
        (1, 1, 0.005, 0.9),
    ],
)
def test_the_evidence_is_that_of_quadrature(seen, converted, target, hoped_for):
    prior = beta(2, 2 * (1 - target) / target)

    def times_likelier(rate: float) -> float:
        unconverted = seen - converted
        gained = converted * log(rate / target)
        return exp(gained + unconverted * (log1p(-rate) - log1p(-target)))

    cuts = [*np.linspace(target, min(8 * target, 1), 60), 1]
    parts = [
        integrate.quad(lambda rate: times_likelier(rate) * prior.pdf(rate), low, high)[0]
        for low, high in pairwise(cuts)
        if low < high
    ]
    expected = log(sum(parts) / prior.sf(target) / 2 + times_likelier(hoped_for) / 2)

    found = log_e_above(Counts(seen, converted), target, hoped_for)
    assert found == pytest.approx(expected, rel=1e-6)


@given(counts_with_rates(st.floats(0, 1)), TARGETS, RATIOS)
def test_no_evidence_is_less_than_half_of_what_it_is_without_the_hope(counts, target, ratio):
    without = log_e_above(counts, target)

    assert log_e_above(counts, target, hope(target, ratio)) >= without - log(2) - 1e-12


@given(counts_with_rates(st.floats(0, 1)), TARGETS, RATIOS)
def test_an_array_of_looks_gives_what_each_look_gives(counts, target, ratio):
    hoped_for = hope(target, ratio)
    looks = np.array([counts.converted] * 2), np.array([counts.seen] * 2)

    path = log_e_above_path(*looks, target, hoped_for)
    assert path[0] == log_e_above(counts, target, hoped_for)


@settings(max_examples=300, deadline=None)
@given(counts_with_rates(st.floats(0, 1)), TARGETS, RATIOS, st.sampled_from([1, 2, 6]))
def test_the_interval_begins_above_the_target_exactly_where_it_is_met(counts, target, ratio, arms):
    hoped_for = hope(target, ratio)
    evidence = log_e_above(counts, target, hoped_for) - evidence_needed(0.05, arms)
    low = decision_interval(counts, 0.05, 0.05, arms, odds_ratio=odds_ratio(target, hoped_for)).low

    # Nearer than this the end is found no better.
    if abs(evidence) > 1e-6:
        assert (low > target) == (evidence > 0)


@settings(max_examples=150, deadline=None)
@given(counts_with_rates(st.floats(0, 0.6)), RATIOS, st.sampled_from([0.2, 0.05, 0.01]))
def test_every_rate_below_an_excluded_one_is_excluded(counts, ratio, alpha):
    odds = np.linspace(-12, 3, 300)
    rates = [float(1 / (1 + exp(-each))) for each in odds]
    is_out = [
        log_e_above(counts, rate, hope(rate, ratio)) >= evidence_needed(alpha)
        for rate in rates
        if rate < counts.converted / counts.seen
    ]

    assert is_out == sorted(is_out, reverse=True)


@pytest.mark.parametrize("wrong", [0.08, 0.05, 1, float("nan")])
def test_a_hope_that_is_none_is_refused(wrong):
    with pytest.raises(ValueError, match="the rate hoped for"):
        log_e_above(Counts(100, 10), 0.08, wrong)
