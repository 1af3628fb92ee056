"""The visitors that find a rate between floor and target, held to the verdict's own evidence."""

import numpy as np
import pytest

from wbtest.statistics import evidence_needed, log_e_above_path, log_e_below_path
from wbtest.statistics.planning import MOST, between_visitors

LIVES = 2_000


@pytest.mark.parametrize(
    ("target", "floor", "variants", "alpha", "beta"),
    [
        (0.08, 0.03, 1, 0.05, 0.05),
        (0.08, 0.04, 1, 0.05, 0.05),
        (0.04, 0.01, 2, 0.05, 0.05),
        (0.08, 0.03, 6, 0.05, 0.05),
        (0.5, 0.3, 3, 0.05, 0.05),
        (0.08, 0.05, 1, 0.1, 0.02),
    ],
)
def test_as_many_as_are_named_find_it_about_as_often_as_asked(target, floor, variants, alpha, beta):
    visitors = between_visitors(target, floor, alpha, beta, 0.8, variants)
    middle = (target + floor) / 2
    converted = np.random.default_rng(1).binomial(visitors // variants, middle, (LIVES, variants))
    every = np.arange(visitors // variants + 1)
    seen = np.full_like(every, visitors // variants)
    above = log_e_above_path(every, seen, floor)[converted]
    below = log_e_below_path(every, seen, target)[converted]
    is_found = (below >= evidence_needed(beta)).all(axis=1)
    is_found &= (above >= evidence_needed(alpha, variants)).any(axis=1)

    assert is_found.mean() == pytest.approx(0.8, abs=0.05)


def test_more_variants_and_a_nearer_floor_take_more():
    one, three, nearer = (
        between_visitors(0.08, floor, 0.05, 0.05, 0.8, variants)
        for floor, variants in ((0.03, 1), (0.03, 3), (0.05, 1))
    )

    assert (one, three) == (1571, 6147)
    assert nearer > 2 * one


def test_rates_that_no_page_can_tell_apart_take_the_most():
    assert between_visitors(0.3, 0.2999999, 0.05, 0.05, 0.8, 2) == 2 * MOST
