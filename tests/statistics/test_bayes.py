"""How likely a group's conversions are at the rate of the others."""

from fractions import Fraction
from itertools import product
from math import comb, prod

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from scipy.special import betainc

from wbtest.statistics import Counts, expected, posterior, rank, tails

Strata = list[tuple[Counts, Counts]]


def chance(k: int, n: int, others: Counts) -> Fraction:
    """C(n, k) B(a + k, b + n − k) / B(a, b), which is rational."""
    a, b = others.converted + Fraction(1, 2), others.unconverted + Fraction(1, 2)
    ways = prod(a + i for i in range(k)) * prod(b + i for i in range(n - k))
    return comb(n, k) * ways / prod(a + b + i for i in range(n))


def exact(strata: Strata) -> tuple[float, float]:
    """Both tails, summed over every way in which the conversions may fall."""
    converted = sum(group.converted for group, _ in strata)
    above = below = Fraction(0)
    for numbers in product(*(range(group.seen + 1) for group, _ in strata)):
        pairs = zip(numbers, strata, strict=True)
        weight = prod(chance(k, group.seen, others) for k, (group, others) in pairs)
        above += weight * (sum(numbers) >= converted)
        below += weight * (sum(numbers) <= converted)
    return float(above), float(below)


@pytest.mark.parametrize(
    "strata",
    [
        [(Counts(30, 9), Counts(300, 24))],
        [(Counts(60, 0), Counts(400, 48))],
        [(Counts(60, 60), Counts(340, 17))],
        [(Counts(1, 1), Counts(0, 0))],
        [(Counts(0, 0), Counts(9, 3))],
        [(Counts(12, 7), Counts(90, 5)), (Counts(9, 4), Counts(60, 9))],
        [
            (Counts(5, 0), Counts(50, 9)),
            (Counts(4, 0), Counts(7, 7)),
            (Counts(6, 1), Counts(80, 2)),
        ],
    ],
)
def test_tails_are_those_of_every_way_summed_up(strata):
    assert tails(strata) == pytest.approx(exact(strata), rel=1e-11)


def test_a_group_of_nobody_is_never_unlikely():
    assert tails([]) == (1, 1)


def test_each_kind_is_expected_to_do_as_its_own_others():
    phones = Counts(100, 10), Counts(199, 9)
    computers = Counts(50, 1), Counts(99, 19)

    assert expected([phones, computers]) == pytest.approx(100 * 9.5 / 200 + 50 * 19.5 / 100)


counts = some.integers(0, 3_000).flatmap(
    lambda seen: some.builds(Counts, some.just(seen), some.integers(0, seen))
)


@settings(max_examples=60, deadline=None)
@given(variants=some.lists(counts, min_size=1, max_size=6))
def test_some_variant_is_the_best(variants):
    ranking = rank(variants)

    assert sum(ranking.probability_best) == pytest.approx(1, abs=1e-9)
    assert min(ranking.probability_best + ranking.expected_loss) >= 0


@pytest.mark.parametrize("others", [[], [Counts(1_000, 0)], [Counts(10**7, 1), Counts(0, 0)]])
def test_nothing_is_more_likely_than_certain(others):
    assert max(rank([Counts(1_000, 1_000), *others]).probability_best) <= 1


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


def test_rates_near_one_are_ranked_as_finely_as_rates_near_zero():
    many, more = 4_605_793, 7_126_562
    near_one = rank([Counts(many, many), Counts(more, more)]).probability_best
    near_zero = rank([Counts(many, 0), Counts(more, 0)]).probability_best

    # The best of those that nearly all say yes to is the worst where nearly all say no.
    assert near_one == pytest.approx(near_zero[::-1], abs=1e-12)


@pytest.mark.parametrize("seen", [3, 300, 3_000_000])
def test_the_integral_up_to_a_rate_is_its_distribution_function(seen):
    # What is given away against a rate that is known as good as exactly is E[max(p − θ, 0)].
    known, rate = Counts(10**12, 2 * 10**11), 0.2
    a, b = posterior(variant := Counts(seen, seen // 3))
    wanted = rate * betainc(a, b, rate) - a / (a + b) * betainc(a + 1, b, rate)

    assert rank([variant, known]).expected_loss[0] == pytest.approx(wanted, rel=1e-6, abs=1e-12)
