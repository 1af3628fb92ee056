"""Every figure against values computed by independent routes: quadrature, mpmath, statsmodels."""

import json
from math import inf
from pathlib import Path
from typing import Any

import pytest

from wbtest import statistics as st

VECTORS = json.loads(Path(__file__).with_name("vectors.json").read_text(encoding="utf-8"))
CASES = pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["name"])


def near(value: Any) -> Any:
    """The tolerance all vectors were computed for."""
    return pytest.approx(value, rel=1e-6, abs=1e-9)


def is_log_e(got: float, wanted: float) -> bool:
    """Whether evidence agrees; far below 0 its exact size means nothing to anybody."""
    return got <= -20 if wanted < -25 else got == near(wanted)


def variants_of(case: dict[str, Any]) -> list[tuple[st.Counts, dict[str, Any]]]:
    given = case["input"]
    counts = st.counts_of(given["visitors"], given["signups"])
    return list(zip(counts, case["expect"]["variants"], strict=True))


@CASES
def test_intervals_for_one_planned_look_agree(case):
    level = 1 - case["input"]["alpha"]
    for counts, wanted in variants_of(case):
        known = st.posterior(counts)
        credible = known.credible(level)

        assert st.wilson(counts, level) == near(wanted["wilson"])
        assert known.mean == near(wanted["posterior_mean"])
        assert known.probability_above(case["input"]["target"]) == near(
            wanted["prob_rate_ge_target"]
        )
        assert credible == near(wanted["credible"])
        assert wanted["jeffreys"] == near(
            [credible.low if counts.converted else 0, credible.high if counts.unconverted else 1]
        )


@CASES
def test_evidence_about_the_target_agrees(case):
    alpha, target = case["input"]["alpha"], case["input"]["target"]
    arms = len(case["input"]["weights"])
    for counts, wanted in variants_of(case):
        above, below = st.log_e_above(counts, target), st.log_e_below(counts, target)

        assert is_log_e(above, wanted["log_e_go"])
        assert is_log_e(below, wanted["log_e_below"])
        assert st.p_value(above) == near(wanted["p_go"])
        assert st.p_value(below) == near(wanted["p_below"])
        assert (above >= st.evidence_needed(alpha, arms)) is wanted["go"]
        assert (below >= st.evidence_needed(alpha)) is wanted["below"]


@CASES
def test_intervals_that_may_be_watched_agree(case):
    alpha = case["input"]["alpha"]
    for counts, wanted in variants_of(case):
        one_sided = wanted["anytime_lower_one_sided"], wanted["anytime_upper_one_sided"]

        assert st.sequence(counts, alpha) == near(wanted["anytime_ci"])
        assert st.decision_interval(counts, alpha, alpha) == near(one_sided)


@CASES
def test_the_ranking_agrees(case):
    ranking = st.rank([counts for counts, _ in variants_of(case)])

    assert ranking.probability_best == near(tuple(case["expect"]["p_best"]))
    assert ranking.expected_loss == near(tuple(case["expect"]["expected_loss"]))


@CASES
def test_every_pair_and_the_best_agree(case):
    weights, alpha = case["input"]["weights"], case["input"]["alpha"]
    counts = [counts for counts, _ in variants_of(case)]
    pairs = {(pair.a, pair.b): pair for pair in st.compare(counts, weights, alpha)}

    assert pairs.keys() == {(wanted["a"], wanted["b"]) for wanted in case["expect"]["pairs"]}
    for wanted in case["expect"]["pairs"]:
        pair = pairs[wanted["a"], wanted["b"]]
        better = pair.log_e >= st.evidence_needed(alpha, len(weights))
        low, high = wanted.get("lift_ci", pair.ratio)
        assert is_log_e(pair.log_e, wanted["log_e_b_beats_a"])
        assert st.p_value(pair.log_e) == near(wanted["p_b_beats_a"])
        assert better is wanted["b_beats_a"]
        assert pair.ratio == near((low, inf if high is None else high))
    assert st.find_best(counts, weights, alpha) == case["expect"]["best"]


@pytest.mark.parametrize(
    "case",
    [case for case in VECTORS["cases"] if len(case["input"]["weights"]) > 1],
    ids=lambda case: case["name"],
)
def test_evidence_on_all_variants_together_agrees(case):
    seen, weights = case["input"]["visitors"], case["input"]["weights"]
    counts, wanted = [counts for counts, _ in variants_of(case)], case["expect"]
    split = st.split(seen, weights)

    assert is_log_e(st.log_e_unequal(counts, weights), wanted["global_equality_log_e"])
    assert is_log_e(split.log_e, wanted["srm_log_e"])
    assert st.p_value(split.log_e) == near(wanted["srm_p_anytime"])
    assert split.p_value == near(wanted["srm_chi2_p"])
    assert split.mismatch is wanted["srm_alarm"]


@pytest.mark.parametrize(
    "case",
    [case for case in VECTORS["cases"] if case["input"]["plan"]],
    ids=lambda case: case["name"],
)
def test_planned_visitors_agree(case):
    given, asked = case["input"], case["input"]["plan"]
    if "p1" in asked:
        n = st.target_visitors(given["target"], asked["p1"], given["alpha"], power=0.8)
        assert n == case["expect"]["plan"]["target_fixed_n"]
    else:
        rates, weights = (asked["pA"], asked["pB"]), (asked["wA"], asked["wB"])
        n = st.comparison_visitors(rates, weights, given["alpha"], power=0.8)
        assert n == case["expect"]["plan"]["ab_fixed_total_n"]


# What each refusal must name.
NAMED = {
    "conversions > visits": r"converted \(6\) is more than seen \(5\)",
    "negative visits": "seen must not be negative, but is -1",
    "negative sign-ups": "converted must not be negative, but is -1",
    "fractional": "converted must be a whole number, not 1.5",
    "length mismatch": "seen has 1 entries, but converted has 2",
    "zero weight": "a weight must be above 0, not 0",
    "target 0": "target must lie between 0 and 1, but is 0",
    "target 1": "target must lie between 0 and 1, but is 1",
    "alpha 0": "the error must lie between 0 and 1, but is 0",
}


@pytest.mark.parametrize("case", VECTORS["errors"], ids=lambda case: case["name"])
def test_what_cannot_be_is_refused_by_name(case):
    with pytest.raises(ValueError, match=NAMED[case["name"]]):
        analyze(case["input"])


def analyze(given: dict[str, Any]) -> None:
    """What any caller does with counts, weights, target and alpha from outside."""
    counts = st.counts_of(given["visitors"], given["signups"])
    st.split(given["visitors"], given.get("weights", [1] * len(counts)))
    st.log_e_above(counts[0], given.get("target", 0.05))
    st.sequence(counts[0], given.get("alpha", 0.05))


def test_no_vector_is_left_out():
    assert (len(VECTORS["cases"]), len(VECTORS["errors"])) == (48, 9)
