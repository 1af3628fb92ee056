"""Looks taken one by one say what they say taken all at once, to the last digit."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wbtest.results.look_evidence import Known, at_once, one_by_one

ARMS = st.shared(st.integers(1, 6), key="arms")


@st.composite
def growing(draw: st.DrawFn, looks: int = 3) -> Known:
    """Totals at some looks, of which none falls."""
    arms = draw(ARMS)

    def numbers(most: int) -> st.SearchStrategy[list[list[int]]]:
        row = st.lists(st.integers(0, most), min_size=arms, max_size=arms)
        return st.lists(row, min_size=looks, max_size=looks)

    converted, failed = (np.array(draw(numbers(most))).cumsum(axis=0) for most in (20_000, 90_000))
    settled = np.array(draw(numbers(30_000))).cumsum(axis=0)
    return Known(converted + failed, converted, settled + converted, converted)


def weights_of(arms: int) -> st.SearchStrategy[tuple[int, ...]]:
    return st.lists(st.integers(1, 3), min_size=arms, max_size=arms).map(tuple)


@settings(max_examples=100, deadline=None)
@given(
    known=growing(),
    weights=ARMS.flatmap(weights_of),
    target=st.floats(0.01, 0.9),
    floor=st.floats(0.001, 0.5),
)
def test_both_ways_give_the_same(
    known: Known, weights: tuple[int, ...], target: float, floor: float
) -> None:
    found = one_by_one(known, weights, target, floor)

    expected = at_once(known, weights, target, floor)
    assert [each.tolist() for each in found] == [each.tolist() for each in expected]


@pytest.mark.parametrize("evidence_of", [at_once, one_by_one])
@pytest.mark.parametrize("name", Known._fields)
def test_totals_that_fall_are_refused(evidence_of, name: str) -> None:  # type: ignore[no-untyped-def]
    falls = {"seen": [9, 8], "arrived": [2, 1], "settled": [9, 8], "converted": [2, 1]}
    stays = {"seen": [9, 9], "arrived": [2, 2], "settled": [9, 9], "converted": [2, 2]}
    known = Known(**{each: _column((falls if each == name else stays)[each]) for each in stays})

    with pytest.raises(ValueError, match="never fall"):
        evidence_of(known, (1,), 0.08, 0.04)


def _column(numbers: Sequence[int]) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    return np.array(numbers, dtype=np.int64).reshape(-1, 1)
