"""The figures of each variant, and of the variants against each other."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf

from msgspec import Struct
from msgspec.structs import replace

from wbtest.audience.counts import Totals
from wbtest.audience.hour_rows import Row
from wbtest.publishing.models import Variant
from wbtest.publishing.rule import Hypothesis
from wbtest.results import statistics
from wbtest.results.history import Counted
from wbtest.results.intervals import decision_interval, sequence
from wbtest.results.looks import HOUR, Looks, PhaseHours
from wbtest.results.statistics import Comparison, Counts, Interval, Split
from wbtest.results.verdict import Standing, Verdict


class VariantFigures(Struct, frozen=True):
    """One variant: what was counted, and what that says about its rate.

    Safe to watch: ``sequence``, ``decision``, ``standing`` and both ``log_e``. For information:
    ``rate``, ``wilson``, ``credible``, ``probability_above``.
    """

    key: str
    name: str
    # In the newest phase; 0 when nobody new is shown the variant any more.
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


class Ranked(Struct, frozen=True):
    """One value for each variant, as in ``statistics.Ranking``; None without newcomers."""

    probability_best: tuple[float | None, ...]
    expected_loss: tuple[float | None, ...]


def figures_by_variant(
    rule: Hypothesis, counted: Counted, looks: Looks, verdict: Verdict, variants: Sequence[Variant]
) -> tuple[VariantFigures, ...]:
    """Return the figures of each variant, in the sealed order."""
    ever = [phase.totals() for phase in counted.phases]
    settled = [phase.settled(_settled_at(rule, looks)) for phase in counted.phases]
    figures = []
    for k, variant in enumerate(variants):
        counts = [phase[k] for phase in ever]
        latest = statistics.posterior(counts[-1])
        figures.append(
            VariantFigures(
                key=variant.key,
                name=variant.name or variant.key,
                weight=counted.phases[-1].weights[k],
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


def settled_of(rule: Hypothesis, phase: PhaseHours, looks: Looks) -> int:
    """Return how many of a phase's visitors can no longer convert: the high ends rest on them."""
    return sum(counts.seen for counts in phase.settled(_settled_at(rule, looks)))


def _settled_at(rule: Hypothesis, looks: Looks) -> int:
    """Whoever was seen in an hour that was over by then has no conversion window left."""
    return int(looks.ends[-1]) - rule.conversion_window_hours * HOUR


def compare(rule: Hypothesis, phases: Sequence[PhaseHours]) -> tuple[Comparison, ...]:
    """Return every ordered pair. The evidence is of all phases that had both variants.

    The ratio is of the newest of these: its confidence sequence from one phase alone is right, and
    only wider than it could be. Of two variants that no phase had both of, nothing is known.
    """
    arms = range(len(phases[-1].weights))
    counted = [(phase.weights, phase.totals()) for phase in phases]
    return tuple(
        _pair(rule, counted, *pair) for b in arms for a in range(b) for pair in ((a, b), (b, a))
    )


def rank(phase: PhaseHours) -> Ranked:
    """Return how the variants of a phase rank in it."""
    ranking = statistics.rank(phase.of_open(phase.totals()))
    nobody: list[float | None] = [None] * len(phase.weights)
    best, loss = list(nobody), list(nobody)
    for place, k in enumerate(phase.open_arms):
        best[k], loss[k] = ranking.probability_best[place], ranking.expected_loss[place]
    return Ranked(tuple(best), tuple(loss))


def split(phase: PhaseHours, log_e: float) -> Split:
    """Return how a phase's visitors fell to its variants; ``log_e`` is the evidence of all phases.

    A sound split before is no excuse: the phase alone may raise the alarm as well.
    """
    seen = [counts.seen for counts in phase.of_open(phase.totals())]
    found = statistics.split(seen, phase.open_weights)
    expected = [0.0] * len(phase.weights)
    for place, k in enumerate(phase.open_arms):
        expected[k] = found.expected[place]
    return replace(found, log_e=max(log_e, found.log_e), expected=tuple(expected))


def log_e_unequal(phase: PhaseHours) -> float:
    """Return the evidence of a phase that the rates of its variants are not all equal."""
    return statistics.log_e_unequal(phase.of_open(phase.totals()), phase.open_weights)


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


def _pair(
    rule: Hypothesis, counted: Sequence[tuple[Row, Sequence[Counts]]], a: int, b: int
) -> Comparison:
    shared = [
        (totals[a], totals[b], (weights[a], weights[b]))
        for weights, totals in counted
        if weights[a] and weights[b]
    ]
    if not shared:
        return Comparison(a, b, 0.0, Interval(0.0, inf))
    log_e = sum(statistics.log_e_better(*part) for part in shared)
    return Comparison(a, b, log_e, statistics.ratio_sequence(*shared[-1], rule.alpha))
