"""Counts of one look give what an array of them gives, to the last digit."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from wbtest.statistics import mixture, scalar
from wbtest.statistics.counts import shares_of
from wbtest.statistics.split import CONCENTRATION


@settings(max_examples=300, deadline=None)
@given(
    x=st.integers(0, 100_000),
    f=st.integers(0, 1_000_000),
    t=st.floats(1e-6, 1 - 1e-6),
    weight=st.floats(0.5, 50),
)
def test_without_arrays_the_evidence_is_the_same(x, f, t, weight):
    prior = weight, weight * (1 - t) / t
    many = np.array([x, x + 1]), np.array([f, f])

    assert scalar.log_e_above(x, f, t, *prior) == mixture.log_e_above(*many, t, *prior)[0]
    assert scalar.log_e_below(x, f, t, *prior) == mixture.log_e_below(*many, t, *prior)[0]


@settings(max_examples=300, deadline=None)
@given(
    counts=st.lists(st.integers(0, 1_000_000), min_size=2, max_size=6),
    weights=st.lists(st.integers(1, 100), min_size=6, max_size=6),
)
def test_without_arrays_the_evidence_about_the_split_is_the_same(counts, weights):
    shares = shares_of(weights[: len(counts)])
    at_looks = mixture.log_e_shares(np.array([counts]), np.array(shares), CONCENTRATION)

    assert scalar.log_e_shares(counts, shares, CONCENTRATION) == at_looks[0]
