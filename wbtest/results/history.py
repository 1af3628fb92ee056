"""What was counted for one experiment, put in the order in which figures need it.

The numbers come from ``audience.counts`` alone. Nothing here weighs or judges.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from wbtest.audience import counts
from wbtest.audience.counts import Hourly, Totals
from wbtest.audience.hours import day_of
from wbtest.publishing.models import Experiment
from wbtest.publishing.rule import Hypothesis
from wbtest.results.looks import PhaseHours
from wbtest.results.totals import SetAside, total

NOTHING = Totals()


@dataclass(frozen=True, slots=True)
class History:
    """Everything that was counted; a list of totals holds one for each variant, as sealed.

    ``phases``, ``variants`` and ``days`` hold what counts by the sealed rule; ``days`` are local,
    by phase. ``variants`` and ``sources`` are of the newest phase; among the sources are those that
    the rule does not count. ``set_aside`` are people who do not count, by reason, ``machines`` the
    requests of bots, link previews and prefetches.
    """

    phase: int
    phases: tuple[PhaseHours, ...]
    variants: list[Totals]
    days: dict[tuple[int, date], list[Totals]]
    sources: dict[str, list[Totals]]
    set_aside: dict[str, list[SetAside]]
    machines: dict[str, list[int]]


def history(experiment: Experiment, rule: Hypothesis) -> History:
    """Return what was counted for a started experiment up to this moment."""
    keys = [variant.key for variant in experiment.variants]
    hours = counts.hourly(experiment, rule.sources)
    newest = experiment.phases[-1].number
    by_source = counts.by_source(experiment, newest)
    sources = {source: [row[key] for key in keys] for source, row in by_source.items()}
    machines = counts.machines(experiment)
    visits = counts.excluded_by_reason(experiment)
    set_aside = _set_aside(keys, visits, counts.excluded_signups(experiment), without=machines)
    uncounted = [row for source, row in sources.items() if not rule.counts_source(source)]
    if uncounted:
        set_aside["source"] = [
            SetAside(whole.served, whole.signups)
            for whole in (total(column) for column in zip(*uncounted, strict=True))
        ]
    days = _days(keys, hours, experiment.time_zone)
    newest_days = [row for (phase, _), row in days.items() if phase == newest]
    return History(
        phase=newest,
        phases=tuple(
            _phase_hours(
                keys,
                weights=tuple(phase.weights[key] for key in keys),
                started=int(phase.started_at.timestamp()),
                rows=[row for row in hours if row.phase == phase.number],
            )
            for phase in experiment.phases
        ),
        variants=[total(column) for column in zip(*newest_days, strict=True)]
        or [NOTHING for _ in keys],
        days=days,
        sources=sources,
        set_aside=set_aside,
        machines={reason: [visits[key].get(reason, 0) for key in keys] for reason in machines},
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


def _days(
    keys: Sequence[str], hours: Sequence[Hourly], time_zone: str
) -> dict[tuple[int, date], list[Totals]]:
    """What counts by phase and local day; days on which nothing happened are left out."""
    rows: defaultdict[tuple[int, date], defaultdict[str, list[Hourly]]] = defaultdict(
        lambda: defaultdict(list)
    )
    days = {hour: day_of(hour, time_zone) for hour in {row.hour for row in hours}}
    for row in hours:
        rows[row.phase, days[row.hour]][row.variant].append(row)
    return {when: [total(row[key]) for key in keys] for when, row in sorted(rows.items())}


def _phase_hours(
    keys: Sequence[str], weights: tuple[int, ...], started: int, rows: Sequence[Hourly]
) -> PhaseHours:
    cells = {(row.hour, row.variant): row for row in rows}
    hours = tuple(sorted({row.hour for row in rows}))
    table = [[cells.get((hour, key), NOTHING) for key in keys] for hour in hours]
    return PhaseHours(
        started=started,
        weights=weights,
        hours=hours,
        seen=tuple(tuple(cell.seen for cell in row) for row in table),
        arrived=tuple(tuple(cell.arrived for cell in row) for row in table),
        converted=tuple(tuple(cell.converted for cell in row) for row in table),
    )
