"""Simulated visitors, and what is called among them."""

import numpy as np
import pytest

from wbtest.results.selftest import peeking
from wbtest.results.selftest.crowds import Crowd, crowds, drifting, steady
from wbtest.results.selftest.several import weights_of


def test_every_variant_gets_its_share_and_has_its_rate():
    (crowd,) = crowds(np.random.default_rng(1), 100, [4, 1], steady(2000, [0.1, 0.3]))
    seen, converted = (
        np.array([of(arm)[:, -1].sum() for arm in (0, 1)]) for of in (crowd.seen, crowd.converted)
    )

    assert seen / seen.sum() == pytest.approx([0.8, 0.2], abs=0.01)
    assert converted / seen == pytest.approx([0.1, 0.3], abs=0.01)


def test_lives_that_do_not_fit_at_once_come_one_after_the_other():
    sizes = [len(c.arms) for c in crowds(np.random.default_rng(1), 5, [1], steady(900_000, [0.1]))]

    assert sizes == [2, 2, 1]


def test_conversions_stand_in_the_order_in_which_they_came():
    crowd = Crowd(
        np.array([[0, 1, 1, 0], [1, 1, 0, 0]]),
        np.array([[True, False, True, True], [False, True, False, False]]),
    )

    first, second = crowd.conversions(2)

    assert first.tolist() == [[0, 1, 1, 2], [0, 0, 0, 0]]
    assert second.tolist() == [[0, 0, 1, 1], [0, 1, 1, 1]]


def test_a_drifting_rate_is_never_above_what_it_drifts_from():
    rates = drifting(1000, [0.05, 0.02])

    assert rates.max(axis=0).tolist() == [0.05, 0.02]
    assert rates.min(axis=0) == pytest.approx([0.025, 0.01], rel=0.01)


def test_uneven_weights_send_four_in_five_to_the_first():
    assert weights_of(3, is_even=False) == [160, 20, 20]
    assert weights_of(3, is_even=True) == [1, 1, 1]


def test_others_call_two_identical_variants_different_far_too_often():
    (crowd,) = crowds(np.random.default_rng(1), 200, [1, 1], steady(4000, [0.05, 0.05]))

    called = {
        test.__name__: float(test(crowd).any(axis=1).mean())
        for test in (peeking.z_test, peeking.chance_to_win, peeking.platform)
    }

    assert called["z_test"] > 0.3
    assert called["chance_to_win"] > 0.3
    assert called["platform"] > 0.06
