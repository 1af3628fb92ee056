"""Variants against each other: both directions agree, weights count, nothing comes too early."""

from math import inf

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from wbtest.statistics import (
    Counts,
    compare,
    comparison,
    evidence_needed,
    find_best,
    log_e_better,
    log_e_unequal,
    ratio_sequence,
)

conversions = some.integers(0, 20_000)
weight = some.integers(1, 1_000)


@settings(max_examples=100, deadline=None)
@given(x_a=conversions, x_b=conversions, w_a=weight, w_b=weight)
def test_a_ratio_excludes_1_exactly_when_the_evidence_does(x_a, x_b, w_a, w_b):
    a, b, weights = Counts(x_a, x_a), Counts(x_b, x_b), (w_a, w_b)
    needed = evidence_needed(0.05, arms=2)
    better = log_e_better(a, b, weights) - needed
    worse = log_e_better(b, a, weights[::-1]) - needed

    low, high = ratio_sequence(a, b, weights, alpha=0.05)

    # Closer than this, a root found to twelve digits may fall on either side.
    assert (low > 1) is (better >= 0) or abs(better) < 1e-6
    assert (high < 1) is (worse >= 0) or abs(worse) < 1e-6


def test_visitors_who_only_looked_leave_nothing_to_recompute():
    ratio_sequence(Counts(400, 21), Counts(400, 37), (1, 1), alpha=0.05)
    known = comparison._least_ratio.cache_info().misses

    ratio_sequence(Counts(900, 21), Counts(700, 37), (1, 1), alpha=0.05)

    assert comparison._least_ratio.cache_info().misses == known


def test_the_ratio_is_open_where_a_variant_has_no_conversion():
    none, few = Counts(100, 0), Counts(100, 8)

    assert ratio_sequence(none, few, (1, 1), alpha=0.05).high == inf
    assert ratio_sequence(few, none, (1, 1), alpha=0.05).low == 0
    assert ratio_sequence(none, none, (1, 1), alpha=0.05) == (0, inf)


def test_the_reverse_of_an_open_ratio_is_open_at_the_other_end():
    forward, back = compare([Counts(100, 8), Counts(100, 0)], [1, 1], alpha=0.05)

    assert (forward.ratio.low, back.ratio.high) == (0, inf)


def test_twice_the_conversions_at_twice_the_weight_is_no_evidence():
    heavy, light = Counts(1_000, 60), Counts(500, 30)

    assert log_e_better(light, heavy, (1, 2)) < 0
    assert log_e_better(light, heavy, (1, 1)) > evidence_needed(0.05)


def test_a_variant_that_beats_all_but_one_is_not_best():
    variants = [Counts(400, 5), Counts(400, 38), Counts(400, 40)]

    assert find_best(variants, [1, 1, 1], alpha=0.05) is None


def test_a_variant_alone_is_not_best():
    assert find_best([Counts(400, 80)], [1], alpha=0.05) is None


@pytest.mark.parametrize(
    "figure",
    [
        lambda variants: compare(variants, [1], alpha=0.05),
        lambda variants: find_best(variants, [1], alpha=0.05),
        lambda variants: log_e_unequal(variants, [1]),
    ],
)
def test_weights_that_do_not_match_the_variants_are_refused(figure):
    with pytest.raises(ValueError, match="variants has 2 entries, but weights has 1"):
        figure([Counts(9, 1), Counts(9, 1)])
