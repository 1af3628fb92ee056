"""Everything that is known about an experiment at one moment: counts, intervals, evidence, verdict.

Page, exports, decision and command line all start from ``Results``. Its JSON form is in
``figures_json``, its words are in ``verdict_text``.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime

from msgspec import Struct
from msgspec.structs import replace

from wbtest import statistics
from wbtest.audience.result_counts import Totals
from wbtest.publishing.models import Experiment, Variant
from wbtest.publishing.rule import Hypothesis
from wbtest.publishing.sealing import faults_of, sealed_rule
from wbtest.results.evidence_path import HOUR, EvidencePath, look
from wbtest.results.history import Counted, History, LeftOut, count, history, period_of, total
from wbtest.results.network_checking import findings_of, is_current, look_at_networks
from wbtest.results.quality_checks import check_measurement, check_since, run_checks
from wbtest.results.robustness import (
    CrowdFigures,
    Fragility,
    check_crowds,
    crowd_figures,
    fragility_of,
)
from wbtest.results.trust import Check, is_red
from wbtest.results.verdict import (
    FEWEST,
    Outlook,
    RunPeriod,
    Standing,
    Verdict,
    estimate_remaining,
    judge,
)
from wbtest.statistics import Comparison, Counts, Interval, Ranking, Split
from wbtest.store import Refused


class VariantFigures(Struct, frozen=True):
    """One variant: what was counted, and what that says about its rate.

    Always valid: ``sequence``, ``decision``, ``standing`` and both ``log_e``. For one look:
    ``rate``, ``wilson``, ``credible``, ``probability_above``.
    """

    key: str
    name: str
    weight: int
    totals: Totals
    rate: float | None
    decision: Interval
    standing: Standing
    log_e_above: float
    log_e_below: float
    rule: Hypothesis

    @property
    def counts(self) -> Counts:
        """Who saw it, and how many of them converted."""
        return Counts(self.totals.seen, self.totals.converted)

    @property
    def wilson(self) -> Interval:
        """Where the rate lies, by Wilson's formula."""
        return statistics.wilson(self.counts)

    @property
    def credible(self) -> Interval:
        """Where the rate lies with a chance of 95 %."""
        return statistics.posterior(self.counts).credible()

    @property
    def sequence(self) -> Interval:
        """Where the rate lies, however often somebody looks."""
        return statistics.sequence(self.counts, self.rule.alpha)

    @property
    def probability_above(self) -> float:
        """The chance that the rate reaches the target."""
        return statistics.posterior(self.counts).probability_above(self.rule.target)


def figures_by_variant(
    rule: Hypothesis,
    counted: Counted,
    looks: EvidencePath,
    verdict: Verdict,
    settled: Sequence[Counts],
    variants: Sequence[Variant],
) -> tuple[VariantFigures, ...]:
    """Return the figures of each variant, in the sealed order; ``settled`` may convert no more."""
    figures = []
    for k, (variant, counts) in enumerate(zip(variants, counted.hours.totals(), strict=True)):
        figures.append(
            VariantFigures(
                key=variant.key,
                name=variant.name or variant.key,
                weight=variant.weight,
                totals=counted.variants[k],
                rate=counts.rate,
                decision=statistics.decision_interval(
                    counts,
                    rule.alpha,
                    rule.beta,
                    len(variants),
                    settled[k],
                    statistics.odds_ratio(rule.target, rule.hoped_for),
                ),
                standing=verdict.standings[k],
                log_e_above=float(looks.above[-1, k]),
                log_e_below=float(looks.below[-1, k]),
                rule=rule,
            )
        )
    return tuple(figures)


class NotStarted(Refused):
    """There are no figures before the start."""


class Evaluation(Struct, frozen=True):
    """An experiment's verdict and what it rests on, as far as a sentence about it needs.

    ``settled`` are those seen whose conversion window is over. ``days`` hold a totals for each
    variant. ``trust`` are the checks that can withhold a verdict. ``outlook`` is None unless
    visitors are still missing.
    """

    rule: Hypothesis
    life: RunPeriod
    seal: str
    attempt: int
    is_paused: bool
    variants: tuple[VariantFigures, ...]
    verdict: Verdict
    outlook: Outlook | None
    trust: tuple[Check, ...]
    looks: EvidencePath
    settled: int
    days: Mapping[date, Sequence[Totals]]

    @property
    def is_red(self) -> bool:
        """Whether a check stops the verdict, or one that was reached is in doubt since."""
        return self.verdict.is_withheld or is_red(self.trust)

    @property
    def is_sparse(self) -> bool:
        """Whether pages show people counts alone, and no rate or interval: nearly every rate fits.

        Fewer than 30 saw each variant, and there is no result. Files, memos and the API keep all
        figures.
        """
        most = max(variant.totals.seen for variant in self.variants)
        return self.verdict.word == "not_enough" and most < FEWEST

    @property
    def everybody(self) -> Totals:
        """What counts, over all variants."""
        return total(variant.totals for variant in self.variants)

    @property
    def rates_of_served(self) -> list[float | None]:
        """Of those who were served each variant, the share who did what counts; for reference.

        Also without a beacon or too late, so both sides hold more than those of the rate do.
        """
        return [
            each.totals.acted(self.rule.conversion) / each.totals.served
            if each.totals.served
            else None
            for each in self.variants
        ]

    @property
    def needed_above(self) -> float:
        """The log E at which a variant is called above the target: log(K/α)."""
        return statistics.evidence_needed(self.rule.alpha, len(self.variants))

    @property
    def needed_below(self) -> float:
        """The log E at which a variant is called below the target: log(1/β)."""
        return statistics.evidence_needed(self.rule.beta)


class Results(Evaluation, frozen=True):
    """What the dashboard shows; ``trust`` are all checks, ``counted`` is what they read.

    ``sources`` hold a totals for each variant; those that the rule does not count are among them.
    ``fragility`` is None while there is no verdict. ``crowds`` are those announced, each with the
    figures without it.
    """

    split: Split
    counted: History
    sources: Mapping[str, Sequence[Totals]]
    left_out: Mapping[str, Sequence[LeftOut]]
    machines: Mapping[str, Sequence[int]]
    fragility: Fragility | None
    crowds: tuple[CrowdFigures, ...]

    @property
    def comparison(self) -> tuple[Comparison, ...] | None:
        """Each variant against each; None while the split alarm stands."""
        if self.split.mismatch:
            return None
        hours = self.counted.hours
        return tuple(statistics.compare(hours.totals(), hours.weights, self.rule.alpha))

    @property
    def ranking(self) -> Ranking | None:
        """How likely each variant is the best; None while the split alarm stands."""
        return None if self.split.mismatch else statistics.rank(self.counted.hours.totals())

    @property
    def best(self) -> str | None:
        """The variant proved better than all others; figures that are not trusted name none."""
        if self.split.mismatch or self.is_red:
            return None
        hours = self.counted.hours
        found = statistics.find_best(hours.totals(), hours.weights, self.rule.alpha)
        return None if found is None else self.variants[found].key

    @property
    def all_equal(self) -> float:
        """The log E against all variants having the same rate."""
        hours = self.counted.hours
        return statistics.log_e_unequal(hours.totals(), hours.weights)

    @property
    def excluded(self) -> list[dict[str, int]]:
        """People and requests of machines that do not count, of each variant, by reason."""
        numbers = dict(self.machines)
        numbers |= {why: [aside.people for aside in row] for why, row in self.left_out.items()}
        return [
            {why: row[k] for why, row in numbers.items() if row[k]}
            for k in range(len(self.variants))
        ]

    @property
    def against_first(self) -> list[Interval | None]:
        """Each variant's rate over the first one's; None for the first, and while withheld."""
        ratios = {pair.b: pair.ratio for pair in self.comparison or () if pair.a == 0}
        return [ratios.get(k) for k in range(len(self.variants))]


def evaluate(experiment: Experiment, now: datetime) -> Evaluation:
    """Return the verdict at ``now``, from a few queries. Raises NotStarted for a draft."""
    return evaluate_all([experiment], now)[experiment.id]


def evaluate_all(experiments: Collection[Experiment], now: datetime) -> dict[int, Evaluation]:
    """Return the verdicts of started experiments at ``now``, by their id: five queries for all.

    And two for each that has a verdict whose visitors' networks nobody has looked at since. Raises
    NotStarted for a draft.
    """
    for experiment in experiments:
        check_started(experiment)
    found, faults, known = {}, faults_of(experiments), findings_of(experiments)
    for experiment, counted in zip(experiments, count(experiments).values(), strict=True):
        rule = sealed_rule(experiment)
        whole = replace(counted, networks=known.get(experiment.id, counted.networks))
        trust = check_measurement(rule, whole, faults[experiment.id])
        judged = _judged(experiment, rule, whole, trust, now)
        if judged.verdict.word != "not_enough" or judged.verdict.is_withheld:
            looked = _with_networks(experiment, rule, whole, now)
            if looked is not whole:
                trust = check_measurement(rule, looked, faults[experiment.id])
                judged = _judged(experiment, rule, looked, trust, now)
        found[experiment.id] = judged
    return found


def _with_networks(
    experiment: Experiment, rule: Hypothesis, counted: Counted, now: datetime
) -> Counted:
    """The same with a look at the networks as of ``now``; of what is purged the last one stands."""
    life = period_of(experiment, now)
    is_last = experiment.purged_at is not None
    if is_last or is_current(counted.networks, counted, life.settled_at(rule)):
        return counted
    return replace(counted, networks=look_at_networks(experiment, rule, counted, life))


def results_of(experiment: Experiment, now: datetime) -> Results:
    """Return everything that is known at ``now``. Raises NotStarted for a draft."""
    counted = history_of(experiment, now)
    return results_from(experiment, counted, run_checks(experiment, counted, now), now)


def history_of(experiment: Experiment, now: datetime) -> History:
    """Return all that was counted, with what the networks say at ``now``.

    Raises NotStarted for a draft.
    """
    check_started(experiment)
    rule, counted = sealed_rule(experiment), count([experiment])[experiment.id]
    known = findings_of([experiment]).get(experiment.id, counted.networks)
    whole = _with_networks(experiment, rule, replace(counted, networks=known), now)
    return history(experiment, rule, whole)


def results_from(
    experiment: Experiment, counted: History, trust: Sequence[Check], now: datetime
) -> Results:
    """Return what follows at ``now`` from what was counted; no database is asked."""
    rule = sealed_rule(experiment)
    known = _judged(experiment, rule, counted, trust, now)
    hours = counted.hours
    split = statistics.split([counts.seen for counts in counted.fair.totals()], hours.weights)
    crowds: tuple[CrowdFigures, ...] = ()
    checks = known.trust
    if rule.crowds:
        crowds = crowd_figures(rule, counted, known.life, is_trusted=not is_red(trust))
        checks = (*checks, *check_crowds(known.verdict, crowds))
    return Results(
        **{name: getattr(known, name) for name in Evaluation.__struct_fields__} | {"trust": checks},
        split=split,
        counted=counted,
        sources=counted.sources,
        left_out=counted.left_out,
        machines=counted.machines,
        fragility=fragility_of(
            rule, known.life, known.verdict, counted, [variant.key for variant in known.variants]
        ),
        crowds=crowds,
    )


def check_started(experiment: Experiment) -> None:
    """Raise NotStarted for a draft."""
    if experiment.started_at is None:
        raise NotStarted("This test hasn’t started, so there are no results yet.")


def _judged(
    experiment: Experiment,
    rule: Hypothesis,
    counted: Counted,
    trust: Sequence[Check],
    now: datetime,
) -> Evaluation:
    life = period_of(experiment, now)
    looks = look(counted.hours, rule, now, counted.fair if counted.networks.apart else None)
    verdict = judge(rule, counted.hours, looks, life, is_trusted=not is_red(trust))
    # Visitors seen in an hour that was over by then have no conversion window left.
    settled_at = int(looks.ends[-1]) - rule.conversion_window_hours * HOUR
    settled = counted.hours.settled(settled_at)
    is_waiting = verdict.word == "not_enough" and not verdict.is_withheld and not verdict.is_over
    return Evaluation(
        rule=rule,
        life=life,
        seal=experiment.seal,
        attempt=experiment.attempt,
        is_paused=experiment.state == "paused",
        variants=figures_by_variant(rule, counted, looks, verdict, settled, experiment.variants),
        verdict=verdict,
        outlook=estimate_remaining(rule, counted.hours, life) if is_waiting else None,
        trust=(*trust, check_since(verdict)),
        looks=looks,
        settled=sum(counts.seen for counts in settled),
        days=counted.days,
    )
