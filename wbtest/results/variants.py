"""The figures of each variant, and of the variants against each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from wbtest.audience.counts import Totals
from wbtest.publishing.models import Variant
from wbtest.publishing.rule import Hypothesis
from wbtest.results import statistics
from wbtest.results.history import Counted
from wbtest.results.intervals import decision_interval, sequence
from wbtest.results.looks import HOUR, Looks, PhaseHours
from wbtest.results.statistics import Comparison, Interval
from wbtest.results.verdict import Standing, Verdict


@dataclass(frozen=True, slots=True)
class VariantFigures:
    """One variant: what was counted, and what that says about its rate.

    Safe to watch: ``sequence``, ``decision``, ``standing`` and both ``log_e``. For information:
    ``rate``, ``wilson``, ``credible``, ``probability_above``.
    """

    key: str
    name: str
    totals: Totals
    rate: float | None
    wilson: Interval
    credible: Interval
    sequence: Interval
    decision: Interval
    standing: Standing
    log_e_above: float
    log_e_below: float
    probability_above: float


def figures_by_variant(
    rule: Hypothesis, counted: Counted, looks: Looks, verdict: Verdict, variants: Sequence[Variant]
) -> tuple[VariantFigures, ...]:
    """Return the figures of each variant, in the sealed order."""
    ever = [phase.totals() for phase in counted.phases]
    settled_at = int(looks.ends[-1]) - rule.conversion_window_hours * HOUR
    settled = [phase.settled(settled_at) for phase in counted.phases]
    figures = []
    for k, variant in enumerate(variants):
        counts = [phase[k] for phase in ever]
        latest = statistics.posterior(counts[-1])
        figures.append(
            VariantFigures(
                key=variant.key,
                name=variant.name or variant.key,
                totals=counted.variants[k],
                rate=counts[-1].rate,
                wilson=statistics.wilson(counts[-1]),
                credible=latest.credible(),
                sequence=sequence(counts, rule.alpha),
                decision=decision_interval(
                    counts,
                    [phase[k] for phase in settled],
                    alpha=rule.alpha,
                    beta=rule.beta,
                    arms=len(variants),
                ),
                standing=verdict.standings[k],
                log_e_above=float(looks.above[-1, k]),
                log_e_below=float(looks.below[-1, k]),
                probability_above=latest.probability_above(rule.target),
            )
        )
    return tuple(figures)


def compare(rule: Hypothesis, phases: Sequence[PhaseHours]) -> tuple[Comparison, ...]:
    """Return every ordered pair. The evidence is of all phases, the ratio of the newest.

    A ratio's confidence sequence from one phase alone is right, and only wider than it could be.
    """
    *earlier, newest = phases
    pairs = statistics.compare(newest.totals(), newest.weights, rule.alpha)
    return tuple(
        replace(pair, log_e=pair.log_e + sum(_log_e_better(part, pair) for part in earlier))
        for pair in pairs
    )


def find_best(
    rule: Hypothesis, variants: Sequence[Variant], comparison: Sequence[Comparison]
) -> str | None:
    """Return the key of the variant that beats every other at K/α, or None."""
    needed = statistics.evidence_needed(rule.alpha, len(variants))
    for k, variant in enumerate(variants):
        wins = [pair.log_e >= needed for pair in comparison if pair.b == k]
        if wins and all(wins):
            return variant.key
    return None


def _log_e_better(phase: PhaseHours, pair: Comparison) -> float:
    totals, weights = phase.totals(), phase.weights
    return statistics.log_e_better(
        totals[pair.a], totals[pair.b], (weights[pair.a], weights[pair.b])
    )
