"""Whether the traffic was split as promised."""

import numpy as np
import pytest

from wbtest.statistics import log_e_split_path, split


@pytest.mark.parametrize(("first", "alarm"), [(5_186, False), (5_187, True)])
def test_the_alarm_comes_at_one_visitor_too_many(first, alarm):
    assert split([first, 10_000 - first], [1, 1]).mismatch is alarm


def test_one_variant_takes_all_visitors_and_that_is_right():
    alone = split([812], [1])

    assert (alone.p_value, alone.mismatch) == (1, False)
    assert alone.log_e == pytest.approx(0, abs=1e-9)


def test_weights_are_proportions():
    assert split([800, 200], [4, 1]) == split([800, 200], [400, 100])


def test_a_path_is_the_evidence_at_each_look():
    looks = [[0, 0, 0], [5, 3, 2], [300, 120, 100]]

    path = log_e_split_path(np.array(looks), [2, 1, 1])

    assert path.tolist() == pytest.approx([split(look, [2, 1, 1]).log_e for look in looks])


def test_a_path_of_hourly_instead_of_total_visitors_is_refused():
    with pytest.raises(ValueError, match="seen must be totals up to each look"):
        log_e_split_path(np.array([[5, 5], [4, 6]]), [1, 1])


@pytest.mark.parametrize(
    ("seen", "weights", "sentence"),
    [
        ([5], [1, 1], "seen has 1 entries, but weights has 2"),
        ([5, -1], [1, 1], "seen must not be negative"),
        ([5, 5.5], [1, 1], "seen must be a whole number"),
        ([5, 5], [1, 0], "a weight must be above 0, not 0"),
    ],
)
def test_a_split_that_cannot_be_is_refused(seen, weights, sentence):
    with pytest.raises(ValueError, match=sentence):
        split(seen, weights)
