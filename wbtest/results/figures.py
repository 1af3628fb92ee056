"""Everything that is known about an experiment at one moment: counts, intervals, evidence, verdict.

Page, exports, decision and command line all start from ``Results``. Its JSON form stands in
``figures_json``, its words in ``in_words``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from wbtest.audience.counts import Totals
from wbtest.publishing import rule as rules
from wbtest.publishing.models import Experiment
from wbtest.publishing.rule import Hypothesis
from wbtest.results import statistics
from wbtest.results.health import check_doubt, check_trust
from wbtest.results.history import history
from wbtest.results.looks import Looks, look
from wbtest.results.outlook import Outlook, foresee
from wbtest.results.statistics import Comparison, Interval, Ranking, Split
from wbtest.results.totals import SetAside, total
from wbtest.results.trust import Check, is_red
from wbtest.results.variants import VariantFigures, compare, figures_by_variant, find_best
from wbtest.results.verdict import Life, Verdict, judge
from wbtest.store import Refused


class NotStarted(Refused):
    """There are no figures before the start."""


@dataclass(frozen=True, slots=True)
class Results:
    """What the dashboard shows. Counts are of the newest ``phase``; evidence is of all of them.

    ``comparison`` and ``ranking`` are None while the split alarm stands. ``days`` and ``sources``
    hold a totals for each variant; sources that the rule does not count are among the latter.
    ``outlook`` is None unless visitors are still missing.
    """

    rule: Hypothesis
    life: Life
    seal: str
    attempt: int
    phase: int
    variants: tuple[VariantFigures, ...]
    split: Split
    comparison: tuple[Comparison, ...] | None
    ranking: Ranking | None
    best: str | None
    all_equal: float
    verdict: Verdict
    outlook: Outlook | None
    trust: tuple[Check, ...]
    looks: Looks
    days: Mapping[tuple[int, date], Sequence[Totals]]
    sources: Mapping[str, Sequence[Totals]]
    set_aside: Mapping[str, Sequence[SetAside]]
    machines: Mapping[str, Sequence[int]]

    @property
    def everybody(self) -> Totals:
        """What counts, over all variants."""
        return total(variant.totals for variant in self.variants)

    @property
    def needed_above(self) -> float:
        """The log E at which a variant is called above the target: log(K/α)."""
        return statistics.evidence_needed(self.rule.alpha, len(self.variants))

    @property
    def needed_below(self) -> float:
        """The log E at which a variant is called below the target: log(1/β)."""
        return statistics.evidence_needed(self.rule.beta)

    @property
    def against_first(self) -> list[Interval | None]:
        """Each variant's rate over the first one's; None for the first, and while withheld."""
        ratios = {pair.b: pair.ratio for pair in self.comparison or () if pair.a == 0}
        return [ratios.get(k) for k in range(len(self.variants))]


def sealed_rule(experiment: Experiment) -> Hypothesis:
    """Return the rule as it was sealed; before the start, as it stands."""
    if experiment.sealed:
        return rules.from_json(json.loads(experiment.sealed)["rule"])
    return rules.from_json(experiment.rule)


def results_of(experiment: Experiment, now: datetime) -> Results:
    """Return everything that is known at ``now``. Raises NotStarted for a draft."""
    if experiment.started_at is None:
        raise NotStarted("This experiment has not started, so there is nothing to see yet.")
    rule = sealed_rule(experiment)
    life = Life(experiment.started_at, experiment.ended_at, now, experiment.time_zone)
    counted = history(experiment, rule)
    newest = counted.phases[-1]
    looks = look(
        counted.phases,
        target=rule.target,
        floor=rule.floor,
        window_hours=rule.conversion_window_hours,
        now=now,
    )
    is_seal_whole = rules.digest(experiment.sealed) == experiment.seal
    trust = check_trust(rule, counted, is_seal_whole=is_seal_whole)
    verdict = judge(rule, counted.phases, looks, life, is_trusted=not is_red(trust))
    if verdict.doubt:
        trust.append(check_doubt(verdict.doubt))
    is_waiting = verdict.word == "not_enough" and not verdict.is_withheld and not verdict.is_over
    totals = newest.totals()
    seen = [counts.seen for counts in totals]
    split = replace(statistics.split(seen, newest.weights), log_e=float(looks.split[-1]))
    comparison = None if split.mismatch else compare(rule, counted.phases)
    return Results(
        rule=rule,
        life=life,
        seal=experiment.seal,
        attempt=experiment.attempt,
        phase=counted.phase,
        variants=figures_by_variant(rule, counted, looks, verdict, experiment.variants),
        split=split,
        comparison=comparison,
        ranking=None if split.mismatch else statistics.rank(totals),
        best=find_best(rule, experiment.variants, comparison or ()),
        all_equal=sum(
            statistics.log_e_unequal(part.totals(), part.weights) for part in counted.phases
        ),
        verdict=verdict,
        outlook=foresee(rule, newest, life) if is_waiting else None,
        trust=tuple(trust),
        looks=looks,
        days=counted.days,
        sources=counted.sources,
        set_aside=counted.set_aside,
        machines=counted.machines,
    )
