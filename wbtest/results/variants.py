"""The figures of each variant, and of the variants against each other."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from wbtest import statistics
from wbtest.audience.counts import Totals
from wbtest.publishing.models import Variant
from wbtest.publishing.rule import Hypothesis
from wbtest.results.history import Counted
from wbtest.results.looks import HOUR, HourCounts, Looks
from wbtest.results.verdict import Standing, Verdict
from wbtest.statistics import Comparison, Interval


class VariantFigures(Struct, frozen=True):
    """One variant: what was counted, and what that says about its rate.

    Safe to watch: ``sequence``, ``decision``, ``standing`` and both ``log_e``. For information:
    ``rate``, ``wilson``, ``credible``, ``probability_above``.
    """

    key: str
    name: str
    weight: int
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
    settled = counted.hours.settled(_settled_at(rule, looks))
    figures = []
    for k, (variant, counts) in enumerate(zip(variants, counted.hours.totals(), strict=True)):
        belief = statistics.posterior(counts)
        figures.append(
            VariantFigures(
                key=variant.key,
                name=variant.name or variant.key,
                weight=variant.weight,
                totals=counted.variants[k],
                rate=counts.rate,
                wilson=statistics.wilson(counts),
                credible=belief.credible(),
                sequence=statistics.sequence(counts, rule.alpha),
                decision=statistics.decision_interval(
                    counts, rule.alpha, rule.beta, len(variants), settled[k]
                ),
                standing=verdict.standings[k],
                log_e_above=float(looks.above[-1, k]),
                log_e_below=float(looks.below[-1, k]),
                probability_above=belief.probability_above(rule.target),
            )
        )
    return tuple(figures)


def settled_of(rule: Hypothesis, hours: HourCounts, looks: Looks) -> int:
    """Return how many of the visitors can no longer convert: the high ends rest on them."""
    return sum(counts.seen for counts in hours.settled(_settled_at(rule, looks)))


def _settled_at(rule: Hypothesis, looks: Looks) -> int:
    """Whoever was seen in an hour that was over by then has no conversion window left."""
    return int(looks.ends[-1]) - rule.conversion_window_hours * HOUR


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
