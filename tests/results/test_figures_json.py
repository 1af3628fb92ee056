"""Counts of others are judged as ours are: figure by figure, and verdict by verdict."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.results.crowd import count_days
from tests.results.hours import LATE, eager_rule, hourly, judged
from wbtest import statistics
from wbtest.publishing.rule import NotARule
from wbtest.results.figures import results_of
from wbtest.results.figures_json import Given, analyze, results_json
from wbtest.statistics import Counts

LATER = datetime(2027, 3, 20, tzinfo=UTC)
VECTORS = json.loads(
    (Path(__file__).parents[1] / "statistics" / "vectors.json").read_text(encoding="utf-8")
)


def given(*counts: tuple[int, int], **rule: Any) -> Given:
    keys = tuple("abcdef"[: len(counts)])
    wanted = {"target": 0.08, "floor": 0.03, "weights": (1,) * len(counts)} | rule
    return Given(keys, tuple(Counts(n, x) for n, x in counts), **wanted)


def test_every_figure_is_the_one_that_the_dashboard_shows(begin):
    experiment = begin(variants=("Kitchen",))
    count_days(experiment, range(9), "control", seen=110, converted=3)
    count_days(experiment, range(9), "kitchen", seen=108, converted=14)
    shown = results_json(results_of(experiment, LATER))

    counts = Counts(990, 27), Counts(972, 126)
    found = analyze(Given(("control", "kitchen"), counts, (1, 1), target=0.08, floor=0.03))

    for name in ("comparison", "best", "split", "verdict", "recommendation", "all_equal"):
        assert found[name] == shown[name]
    for ours, theirs in zip(found["variants"], shown["variants"], strict=True):
        shared = ours.keys() & theirs.keys()
        assert {"rate", "wilson", "credible", "sequence", "decision", "probability_best"} <= shared
        assert {name: ours[name] for name in shared} == {name: theirs[name] for name in shared}


@pytest.mark.parametrize(
    ("counts", "verdict", "recommendation"),
    [
        ([(1000, 150), (1000, 10)], "met", "go"),
        ([(1000, 10), (1000, 10)], "not_met", "stop"),
        ([(3000, 150), (3000, 30)], "not_met", "iterate"),
        ([(1000, 80), (1000, 10)], "not_enough", "keep_running"),
        ([(0, 0), (0, 0)], "not_enough", "keep_running"),
    ],
)
def test_the_verdict_is_the_one_of_an_experiment(counts, verdict, recommendation):
    found = analyze(given(*counts))
    ours = judged(hourly([counts]), rule=eager_rule(**LATE), days=10)

    assert (found["verdict"], found["recommendation"]) == (verdict, recommendation)
    assert (ours.word, ours.recommendation) == (verdict, recommendation)


def test_without_a_floor_nothing_is_above_it():
    found = analyze(given((3000, 150), (3000, 30), floor=None))

    assert (found["verdict"], found["recommendation"]) == ("not_met", "stop")
    assert found["target"]["variants"][0]["log_e_above_floor"] is None


def test_while_the_split_is_broken_nothing_is_compared():
    found = analyze(given((1000, 150), (3000, 30)))

    assert (found["verdict"], found["withheld"], found["best"]) == ("not_enough", True, None)
    assert found["comparison"] == []
    assert found["variants"][0]["probability_best"] is None


def test_weights_that_fit_the_visitors_fix_the_split():
    assert not analyze(given((1000, 50), (3000, 150), weights=(0.25, 0.75)))["split"]["mismatch"]


def test_a_ratio_without_an_end_is_null():
    first, _ = analyze(given((100, 0), (100, 8)))["comparison"]

    assert first["ratio"][1] is None


@pytest.mark.parametrize("wrong", [{"alpha": 0.5}, {"floor": 0.1}, {"target": 0}])
def test_a_rule_that_could_not_be_sealed_is_refused(wrong):
    with pytest.raises(NotARule):
        given((100, 8), **wrong)


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["name"])
def test_reference_values_come_out_under_the_public_names(case):
    asked, wanted = case["input"], case["expect"]
    counts = tuple(statistics.counts_of(asked["visitors"], asked["signups"]))
    keys = tuple("abcdef"[: len(counts)])
    found = analyze(
        Given(keys, counts, tuple(asked["weights"]), asked["target"], alpha=asked["alpha"])
    )

    for ours, theirs in zip(found["variants"], wanted["variants"], strict=True):
        # As on the dashboard, what is for reference stays at 95 %.
        if asked["alpha"] == 0.05:
            assert ours["wilson"] == pytest.approx(theirs["wilson"], rel=1e-6, abs=1e-9)
        assert ours["sequence"] == pytest.approx(theirs["anytime_ci"], rel=1e-6, abs=1e-9)
    if not found["split"]["mismatch"]:
        assert [v["probability_best"] for v in found["variants"]] == pytest.approx(
            wanted["p_best"], rel=1e-6, abs=1e-9
        )
        assert found["best"] == (None if wanted["best"] is None else keys[wanted["best"]])
