"""Ranking, against what can be said without integrating."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from wbtest.results.statistics import Counts, posterior, rank

counts = some.integers(0, 3_000).flatmap(
    lambda seen: some.builds(Counts, some.just(seen), some.integers(0, seen))
)


@settings(max_examples=60, deadline=None)
@given(variants=some.lists(counts, min_size=1, max_size=6))
def test_some_variant_is_the_best(variants):
    ranking = rank(variants)

    assert sum(ranking.probability_best) == pytest.approx(1, abs=1e-9)
    assert min(ranking.probability_best + ranking.expected_loss) >= 0


@settings(max_examples=60, deadline=None)
@given(variants=some.lists(counts, min_size=2, max_size=6))
def test_losses_differ_by_what_the_means_differ(variants):
    # E[max] − mean, so that E[max] is the same whichever variant it is computed from.
    best = [
        loss + posterior(variant).mean
        for loss, variant in zip(rank(variants).expected_loss, variants, strict=True)
    ]

    assert best == pytest.approx([best[0]] * len(best), abs=1e-9)


def test_equal_variants_are_equally_likely_to_be_best():
    assert rank([Counts(500, 20)] * 4).probability_best == pytest.approx([0.25] * 4)
