"""Figures as plain JSON values: those of a test, and of counts that came from elsewhere. Pure.

A decision stores the figures of its test so. A file of totals knows no time: every visitor in it
is taken to have had their time to convert, and the least visitors and days of a sealed rule to be
over.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import isfinite
from typing import TYPE_CHECKING, Any

import msgspec

from wbtest import statistics
from wbtest.publishing.rule import Hypothesis
from wbtest.results.evidence_path import EvidencePath, HourCounts
from wbtest.results.figures import Results, VariantFigures
from wbtest.results.quality_checks import check_since
from wbtest.results.robustness import CrowdFigures
from wbtest.results.trust import is_red, listed
from wbtest.results.verdict import RunPeriod, Verdict, judge
from wbtest.results.verdict_text import why
from wbtest.statistics import Comparison, Counts, Interval, Split

if TYPE_CHECKING:
    from wbtest.statistics.mixture import Floats

# What people may do once they signed up; the names are those of the totals.
AFTER_SIGNUP = ("confirmed", "answered", "price", "price_no", "call", "call_no", "preorder")
# Any moment does: the verdict is of one look, after the least days.
STARTED = datetime(2027, 3, 1, tzinfo=UTC)
LOOK = STARTED + timedelta(days=2)
LAST_DAY = STARTED + timedelta(days=30)


def results_json(results: Results) -> dict[str, Any]:
    """Return the figures. Rates are fractions, evidence is log E, an endless end is null.

    ``signups`` are addresses left by visitors who were seen before, within the window;
    ``converted`` are the visitors that the rate counts. They differ where somebody left two
    addresses, or where only a confirmation converts.
    """
    verdict = results.verdict
    apart = zip(results.excluded, results.rates_of_served, strict=True)
    return {
        "as_of": results.life.now.isoformat(),
        "variants": [_variant(results, k, *each) for k, each in enumerate(apart)],
        "target": {
            "rate": results.rule.target,
            "floor": results.rule.floor,
            "variants": [
                {
                    "key": variant.key,
                    "log_e_above": variant.log_e_above,
                    "log_e_below": variant.log_e_below,
                    "probability_above": variant.probability_above,
                }
                for variant in results.variants
            ],
        },
        "comparison": _comparison_json([each.key for each in results.variants], results.comparison),
        "best": results.best,
        "split": _split_json(results.split),
        "trust": [
            {"check": check.check, "state": check.state, "reason": check.reason}
            for check in results.trust
        ],
        "fragility": _fragility(results),
        "verdict": verdict.word,
        "recommendation": verdict.recommendation,
        "withheld": results.is_red,
        "reached_at": verdict.reached_at.isoformat() if verdict.reached_at else None,
        "final": verdict.is_final,
        "all_equal": {"log_e": results.all_equal},
        "without_beacon": results.everybody.unseen,
        "attempt": results.attempt,
        "why": why(results),
        # A test that announced none has no such part.
        **({"crowds": crowds_json(results)} if results.crowds else {}),
    }


def crowds_json(results: Results) -> list[dict[str, Any]]:
    """Return who came of each announced crowd, and the figures with it and without."""
    return [_crowd(results, crowd) for crowd in results.crowds]


def _crowd(results: Results, found: CrowdFigures) -> dict[str, Any]:
    everybody = results.everybody
    sealed = Counts(everybody.seen, everybody.converted)
    return {
        "name": found.crowd.name,
        "people": found.crowd.people,
        "admitted": found.people.admitted,
        "networks": found.people.networks,
        "with": _said(sealed, results.verdict),
        "without": _said(found.without, found.verdict),
    }


def _said(counts: Counts, verdict: Verdict) -> dict[str, Any]:
    return {
        "seen": counts.seen,
        "converted": counts.converted,
        "rate": counts.rate,
        "verdict": verdict.word,
        "recommendation": verdict.recommendation,
        "withheld": verdict.is_withheld or is_red([check_since(verdict)]),
    }


def _variant(
    results: Results, k: int, excluded: dict[str, int], rate_of_served: float | None
) -> dict[str, Any]:
    variant: VariantFigures = results.variants[k]
    totals, ranking = variant.totals, results.ranking
    return {
        "key": variant.key,
        "served": totals.served,
        "seen": totals.seen,
        "signups": totals.signups - totals.unseen,
        "converted": totals.converted,
        "without_beacon": totals.unseen,
        **{name: getattr(totals, name) for name in AFTER_SIGNUP},
        "excluded": excluded,
        "rate": variant.rate,
        "rate_of_served": rate_of_served,
        "wilson": ends(variant.wilson),
        "credible": ends(variant.credible),
        "sequence": ends(variant.sequence),
        "decision": ends(variant.decision),
        "probability_best": ranking.probability_best[k] if ranking else None,
        "expected_loss": ranking.expected_loss[k] if ranking else None,
    }


def _fragility(results: Results) -> dict[str, Any] | None:
    found = results.fragility
    if found is None:
        return None
    values: dict[str, Any] = msgspec.to_builtins(found)
    return values | {"variant": results.variants[found.variant].key}


def _comparison_json(
    keys: Sequence[str], comparison: Sequence[Comparison] | None
) -> list[dict[str, Any]]:
    return [
        {
            "a": keys[pair.a],
            "b": keys[pair.b],
            "log_e": pair.log_e,
            "ratio": ends(pair.ratio),
        }
        for pair in comparison or ()
    ]


def _split_json(split: Split) -> dict[str, Any]:
    return {
        "p_value": split.p_value,
        "log_e": split.log_e,
        "mismatch": split.mismatch,
        "chi_square": split.chi_square,
        "expected": list(split.expected),
    }


@dataclass(frozen=True, slots=True)
class Given:
    """What is to be judged: variants by key, and the rule. Rates are fractions.

    Without ``floor`` nothing is ever above it, so *not met* always means stop. Without
    ``hoped_for`` no rate above the target has more weight than its neighbours.
    """

    keys: tuple[str, ...]
    counts: tuple[Counts, ...]
    weights: tuple[float, ...]
    target: float
    floor: float | None = None
    alpha: float = 0.05
    beta: float = 0.05
    hoped_for: float | None = None

    def __post_init__(self) -> None:
        # The rule refuses what no test may be sealed with, and names it.
        _rule_of(self)


def analyze(given: Given) -> dict[str, Any]:
    """Return the figures under the names of ``results_json``, as plain values.

    Evidence is log E, and ``needed`` what it must reach; an endless end is null. While the split
    alarm stands, the variants are not compared. Raises ValueError for weights that are none.

    >>> two = Counts(400, 20), Counts(400, 49)
    >>> found = analyze(Given(("a", "b"), two, (1, 1), target=0.08, floor=0.03))
    >>> found["verdict"], found["recommendation"], found["best"]
    ('not_enough', 'keep_running', 'b')
    """
    arms = range(len(given.keys))
    looks = _looks(given)
    verdict = judge(_rule_of(given), _no_hours(given), looks, RunPeriod(STARTED, None, LOOK, "UTC"))
    split = statistics.split([counts.seen for counts in given.counts], given.weights)
    comparison, best = None, None
    if not split.mismatch:
        comparison = statistics.compare(given.counts, given.weights, given.alpha)
        best = statistics.find_best(given.counts, given.weights, given.alpha)
    return {
        "variants": [_variant_of_counts(given, k, is_compared=not split.mismatch) for k in arms],
        "target": {
            "rate": given.target,
            "floor": given.floor,
            "alpha": given.alpha,
            "beta": given.beta,
            "hoped_for": given.hoped_for,
            "needed_above": statistics.evidence_needed(given.alpha, len(arms)),
            "needed_below": statistics.evidence_needed(given.beta),
            "variants": [_about_target(given, looks, verdict, k) for k in arms],
        },
        "comparison": _comparison_json(given.keys, comparison),
        "best": None if best is None else given.keys[best],
        "split": _split_json(split),
        "verdict": verdict.word,
        "recommendation": verdict.recommendation,
        "withheld": verdict.is_withheld,
        "all_equal": {"log_e": statistics.log_e_unequal(given.counts, given.weights)},
        "why": _why(given, verdict),
    }


def ends(interval: Interval) -> list[float | None]:
    """Return both ends; one that is endless is None."""
    return [end if isfinite(end) else None for end in interval]


def _variant_of_counts(given: Given, k: int, *, is_compared: bool) -> dict[str, Any]:
    counts = given.counts[k]
    ranking = statistics.rank(given.counts) if is_compared else None
    return {
        "key": given.keys[k],
        "weight": given.weights[k],
        "seen": counts.seen,
        "signups": counts.converted,
        "converted": counts.converted,
        "rate": counts.rate,
        "wilson": ends(statistics.wilson(counts)),
        "credible": ends(statistics.posterior(counts).credible()),
        "sequence": ends(statistics.sequence(counts, given.alpha)),
        "decision": ends(
            statistics.decision_interval(
                counts,
                given.alpha,
                given.beta,
                len(given.keys),
                odds_ratio=statistics.odds_ratio(given.target, given.hoped_for),
            )
        ),
        "probability_best": ranking.probability_best[k] if ranking else None,
        "expected_loss": ranking.expected_loss[k] if ranking else None,
    }


def _about_target(given: Given, looks: EvidencePath, verdict: Verdict, k: int) -> dict[str, Any]:
    above, below = float(looks.above[-1, k]), float(looks.below[-1, k])
    above_floor = None if given.floor is None else float(looks.above_floor[-1, k])
    return {
        "key": given.keys[k],
        "log_e_above": above,
        "log_e_below": below,
        "log_e_above_floor": above_floor,
        "p_above": statistics.p_value(above),
        "p_below": statistics.p_value(below),
        "probability_above": statistics.posterior(given.counts[k]).probability_above(given.target),
        "standing": verdict.standings[k],
    }


def _looks(given: Given) -> EvidencePath:
    """The evidence of these totals, as a full hour that is over and as now."""
    import numpy as np

    def twice(row: float | Sequence[float]) -> Floats:
        return np.array([row, row], dtype=np.float64)

    seen = [counts.seen for counts in given.counts]
    none = [-np.inf] * len(seen)
    floor = given.floor
    return EvidencePath(
        ends=twice(LOOK.timestamp()).astype(np.int64),
        above=twice(
            [statistics.log_e_above(c, given.target, given.hoped_for) for c in given.counts]
        ),
        above_floor=twice(
            none if floor is None else [statistics.log_e_above(c, floor) for c in given.counts]
        ),
        below=twice([statistics.log_e_below(c, given.target) for c in given.counts]),
        split=twice(statistics.split(seen, given.weights).log_e),
        seen=twice(sum(seen)).astype(np.int64),
    )


def _no_hours(given: Given) -> HourCounts:
    """Nothing is known of when people came, so nothing speaks against a verdict later."""
    import numpy as np

    arms = len(given.keys)
    nothing = np.zeros((0, arms), dtype=np.int64)
    hours = np.zeros(0, dtype=np.int64)
    return HourCounts(int(STARTED.timestamp()), (1,) * arms, hours, nothing, nothing, nothing)


def _rule_of(given: Given) -> Hypothesis:
    return Hypothesis(
        who="visitors",
        does="sign up",
        target=given.target,
        floor=given.target / 2 if given.floor is None else given.floor,
        minimum_visitors=1,
        maximum_visitors=sum(counts.seen for counts in given.counts) + 2,
        minimum_days=1,
        ends_on=LAST_DAY.date(),
        if_met="go",
        if_not_met="no go",
        if_unclear="go on",
        alpha=given.alpha,
        beta=given.beta,
        hoped_for=given.hoped_for,
    )


def _why(given: Given, verdict: Verdict) -> str:
    target = f"{100 * given.target:g}% target"
    if verdict.is_withheld:
        return "Visitors aren’t split as planned, so there’s no result."
    if verdict.word == "met":
        reach = listed([f"“{given.keys[k]}”" for k in verdict.variants])
        return f"{reach} {'is' if len(verdict.variants) == 1 else 'are'} above the {target}."
    if verdict.word == "not_met":
        if verdict.recommendation == "iterate":
            floor = f"{100 * (given.floor or 0):g}% floor"
            return f"No variant reached the {target}, but one is above the {floor}."
        return f"No variant reached the {target}."
    return f"There isn’t enough evidence yet to say whether the {target} is met."
