"""What was counted for one experiment, put in the order in which figures need it.

The numbers come from ``audience.counts`` alone. Nothing here weighs or judges.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import itemgetter

from wbtest.audience import counts, left_out_counts, many_counts
from wbtest.audience.counts import Evidence, Totals
from wbtest.publishing.models import Experiment
from wbtest.publishing.rule import Hypothesis
from wbtest.publishing.running.stages import tested
from wbtest.results.looks import PhaseHours
from wbtest.results.totals import SetAside, total

NOTHING = Totals()


@dataclass(frozen=True, slots=True)
class Counted:
    """What counts by the sealed rule; a list of totals holds one for each variant, as sealed.

    ``days`` are local, by phase; ``variants`` are of the newest phase.
    """

    phase: int
    phases: tuple[PhaseHours, ...]
    variants: list[Totals]
    days: dict[tuple[int, date], list[Totals]]

    @property
    def served(self) -> int:
        """How many people who count were served the page, in all phases."""
        before = (row for (phase, _), row in self.days.items() if phase != self.phase)
        return sum(total(row).served for row in (self.variants, *before))


@dataclass(frozen=True, slots=True)
class History(Counted):
    """Everything that was counted.

    ``sources`` are of the newest phase, those that the rule does not count among them.
    ``set_aside`` are people who do not count, by reason, ``machines`` the requests of bots, link
    previews and prefetches. ``two_variants`` are sign-ups, of all phases, whose people are known to
    have been shown two.
    """

    sources: dict[str, list[Totals]]
    set_aside: dict[str, list[SetAside]]
    machines: dict[str, list[int]]
    two_variants: int = 0


def count(experiment: Experiment) -> Counted:
    """Return what counts of a started experiment up to this moment: two queries."""
    return _counted(experiment, counts.evidence(experiment), counts.daily(experiment))


def count_all(experiments: Collection[Experiment]) -> dict[int, Counted]:
    """Return the same of several, by their id: two queries for all of them."""
    tests = [experiment.id for experiment in experiments]
    evidence, daily = many_counts.evidence_of(tests), many_counts.daily_of(tests)
    return {
        experiment.id: _counted(experiment, evidence[experiment.id], daily[experiment.id])
        for experiment in experiments
    }


def _counted(
    experiment: Experiment,
    evidence: Sequence[Evidence],
    daily: Mapping[tuple[int, date], Mapping[str, Totals]],
) -> Counted:
    keys = [variant.key for variant in tested(experiment)]
    newest = experiment.phases[-1].number
    by_phase: dict[int, list[Evidence]] = {
        phase: list(rows) for phase, rows in groupby(evidence, itemgetter(0))
    }
    days = {when: [row.get(key, NOTHING) for key in keys] for when, row in daily.items()}
    newest_days = [row for (phase, _), row in days.items() if phase == newest]
    return Counted(
        phase=newest,
        phases=tuple(
            _phase_hours(
                keys,
                weights=tuple(phase.weights.get(key, 0) for key in keys),
                started=int(phase.started_at.timestamp()),
                rows=by_phase.get(phase.number, ()),
            )
            for phase in experiment.phases
        ),
        variants=[total(column) for column in zip(*newest_days, strict=True)]
        or [NOTHING for _ in keys],
        days=days,
    )


def history(experiment: Experiment, rule: Hypothesis, counted: Counted) -> History:
    """Return what was ``counted``, with where it came from and what was set aside."""
    keys = [variant.key for variant in tested(experiment)]
    by_source = counts.by_source(experiment, counted.phase)
    sources = {source: [row[key] for key in keys] for source, row in by_source.items()}
    machines = left_out_counts.machines(experiment)
    visits = left_out_counts.excluded_by_reason(experiment)
    set_aside = _set_aside(
        keys, visits, left_out_counts.excluded_signups(experiment), without=machines
    )
    ever = by_source if counted.phase == 1 else counts.by_source(experiment, None)
    uncounted = [
        [row[key] for key in keys] for source, row in ever.items() if not rule.counts_source(source)
    ]
    if uncounted:
        set_aside["source"] = [
            SetAside(whole.served, whole.signups)
            for whole in (total(column) for column in zip(*uncounted, strict=True))
        ]
        # In the order that a memo's file gives back, in which its sentences are made anew.
        set_aside = dict(sorted(set_aside.items()))
    return History(
        phase=counted.phase,
        phases=counted.phases,
        variants=counted.variants,
        days=counted.days,
        sources=sources,
        set_aside=set_aside,
        machines={reason: [visits[key].get(reason, 0) for key in keys] for reason in machines},
        two_variants=left_out_counts.two_variants(experiment),
    )


def _set_aside(
    keys: Sequence[str],
    visits: Mapping[str, Mapping[str, int]],
    signups: Mapping[str, Mapping[str, int]],
    without: Collection[str],
) -> dict[str, list[SetAside]]:
    reasons = {reason for table in (visits, signups) for row in table.values() for reason in row}
    return {
        reason: [SetAside(visits[key].get(reason, 0), signups[key].get(reason, 0)) for key in keys]
        for reason in sorted(reasons.difference(without))
    }


def _phase_hours(
    keys: Sequence[str], weights: tuple[int, ...], started: int, rows: Sequence[Evidence]
) -> PhaseHours:
    hours = sorted({row[2] for row in rows})
    arms = len(keys)
    # One long list each, cut into rows at the end: a list for every hour would cost more.
    places = {hour: arms * place for place, hour in enumerate(hours)}
    columns = {key: k for k, key in enumerate(keys) if weights[k]}
    seen, arrived, converted = ([0] * (arms * len(hours)) for _ in range(3))
    for _, variant, hour, *numbers in rows:
        if variant in columns:
            place = places[hour] + columns[variant]
            seen[place], arrived[place], converted[place] = numbers
    return PhaseHours(
        started=started,
        weights=weights,
        hours=tuple(hours),
        seen=_cut(seen, arms),
        arrived=_cut(arrived, arms),
        converted=_cut(converted, arms),
    )


def _cut(numbers: Sequence[int], width: int) -> tuple[tuple[int, ...], ...]:
    """Return the rows of a table that is written in one line."""
    return tuple(zip(*[iter(numbers)] * width, strict=True))
