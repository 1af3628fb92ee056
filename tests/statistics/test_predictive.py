"""How likely a group's conversions are at the rate of the others."""

from fractions import Fraction
from itertools import product
from math import comb, prod

import pytest

from wbtest.statistics import Counts, expected, tails

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
