"""Ranking, against what can be said without integrating."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from wbtest.results.statistics import Beta, Counts, posterior, rank, ranking

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


def test_a_ranking_is_to_the_last_bit_what_it_is_where_nothing_is_remembered(monkeypatch):
    rng = random.Random(7)
    counts = [Counts(300 + 10 * k, 20 + k) for k in range(6)]
    for _ in range(12):
        k = rng.randrange(6)
        more = rng.choice((0, 1, 1, 50))
        counts[k] = Counts(counts[k].seen + more, counts[k].converted + rng.randint(0, more))
        ranking._rank.cache_clear()
        found = rank(counts)
        with monkeypatch.context() as patch:
            patch.setattr(ranking, "_distributions", ranking.Distributions(0))
            ranking._rank.cache_clear()
            assert rank(counts) == found


def test_so_many_distributions_are_remembered_and_no_more():
    known = ranking.Distributions(2)
    for k in range(5):
        known.at(Beta(1.5 + k, 9.5), np.linspace(0.01, 0.9, 7))

    assert len(known._known) == 2
