"""What counts are refused, and what the others say."""

import pytest

from wbtest.statistics import Counts, counts_of
from wbtest.statistics.counts import shares_of


@pytest.mark.parametrize(
    ("seen", "converted", "sentence"),
    [
        (-1, 0, "seen must not be negative, but is -1"),
        (5, -2, "converted must not be negative, but is -2"),
        (5, 1.5, "converted must be a whole number, not 1.5"),
        (True, 0, "seen must be a whole number, not True"),
        (5, 6, r"converted \(6\) is more than seen \(5\)"),
    ],
)
def test_a_count_that_cannot_be_is_refused_by_name(seen, converted, sentence):
    with pytest.raises(ValueError, match=sentence):
        Counts(seen=seen, converted=converted)


def test_lists_of_different_length_are_refused():
    with pytest.raises(ValueError, match="seen has 2 entries, but converted has 1"):
        counts_of(seen=[5, 5], converted=[1])


@pytest.mark.parametrize("weight", [0, -1, float("inf"), float("nan")])
def test_a_weight_that_stands_for_no_share_is_refused(weight):
    with pytest.raises(ValueError, match="a weight must be above 0"):
        shares_of([1, weight])


def test_nobody_has_no_rate():
    assert Counts(seen=0, converted=0).rate is None


def test_those_who_did_not_convert_are_the_rest():
    assert Counts(seen=400, converted=49).unconverted == 351
