"""Results as plain JSON values, in the product's public shape; a decision stores them so."""

from __future__ import annotations

from math import isfinite
from typing import Any

from wbtest.results.crowd_figures import CrowdFigures
from wbtest.results.figures import Results, VariantFigures
from wbtest.results.quality_checks import check_since
from wbtest.results.trust import is_red
from wbtest.results.verdict import Verdict
from wbtest.results.verdict_text import why
from wbtest.statistics import Counts, Interval


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
        "comparison": [
            {
                "a": results.variants[pair.a].key,
                "b": results.variants[pair.b].key,
                "log_e": pair.log_e,
                "ratio": _ends(pair.ratio),
            }
            for pair in results.comparison or ()
        ],
        "best": results.best,
        "split": {
            "p_value": results.split.p_value,
            "log_e": results.split.log_e,
            "mismatch": results.split.mismatch,
            "chi_square": results.split.chi_square,
            "expected": list(results.split.expected),
        },
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
        "confirmed": totals.confirmed,
        "answered": totals.answered,
        "price": totals.price,
        "call": totals.call,
        "preorder": totals.preorder,
        "excluded": excluded,
        "rate": variant.rate,
        "rate_of_served": rate_of_served,
        "wilson": _ends(variant.wilson),
        "credible": _ends(variant.credible),
        "sequence": _ends(variant.sequence),
        "decision": _ends(variant.decision),
        "probability_best": ranking.probability_best[k] if ranking else None,
        "expected_loss": ranking.expected_loss[k] if ranking else None,
    }


def _fragility(results: Results) -> dict[str, Any] | None:
    found = results.fragility
    if found is None:
        return None
    return {
        "kind": found.kind,
        "variant": results.variants[found.variant].key,
        "false": found.false,
        "of": found.of,
        "days": found.days,
        "networks": found.networks,
        "domains": found.domains,
        "known": found.known,
    }


def _ends(interval: Interval) -> list[float | None]:
    return [end if isfinite(end) else None for end in interval]
