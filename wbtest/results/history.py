"""What was counted for one experiment, in the order in which figures need it.

The numbers come from ``audience.counts`` alone. Nothing here weighs or judges.
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import NamedTuple

import sqlalchemy as sa
from msgspec import Struct

from wbtest.audience import quality_counts, result_counts
from wbtest.audience.group_counts import crowds_of
from wbtest.audience.models import KIND_TOTALS
from wbtest.audience.quality_counts import Conversions, newest_conversions
from wbtest.audience.result_counts import HourRow, Totals, people_of, sum_totals
from wbtest.extensions import db
from wbtest.publishing.models import Experiment
from wbtest.publishing.rule import Hypothesis
from wbtest.results.evidence_path import HourCounts
from wbtest.results.trust import Check, early
from wbtest.results.verdict import RunPeriod

total = sum_totals
NETWORKS_TITLE = "Spread across many networks"


class Apart(Struct, frozen=True):
    """A group of networks that alone breaks the split of those who saw the page.

    ``hours`` hold the start of each hour, in seconds since 1970, and how many saw each variant.
    """

    networks: int
    hours: tuple[tuple[int, tuple[int, ...]], ...]

    @property
    def seen(self) -> list[int]:
        """How many of the group saw each variant."""
        return [sum(column) for column in zip(*(row for _, row in self.hours), strict=True)]


class Served(Struct, frozen=True):
    """A group of networks that alone breaks the split of the pages served, by variant."""

    networks: int
    served: tuple[int, ...]


class Lost(Struct, frozen=True):
    """A group of networks without which no more beacons are lost than the rule tolerates."""

    networks: int
    served: int
    lost: int


class Findings(Struct, frozen=True):
    """What was found, and of how many people; ``as_of`` is None before the first look.

    ``unknown`` of those seen came from a network that nobody can tell. ``marks`` are those of the
    networks that differ, until they are purged.
    """

    as_of: datetime | None = None
    seen: int = 0
    converted: int = 0
    unknown: int = 0
    check: Check = early("networks", NETWORKS_TITLE, "The networks haven’t been checked.")
    marks: tuple[int, ...] = ()
    apart: Apart | None = None
    served: Served | None = None
    lost: Lost | None = None


NO_FINDINGS = Findings()


class LeftOut(NamedTuple):
    """People who do not count: their visits, and the sign-ups they left nevertheless."""

    visits: int
    signups: int

    @property
    def people(self) -> int:
        """How many people these are at least: some left no visit, some no address."""
        return max(self.visits, self.signups)


NOTHING = Totals()
NO_CONVERSIONS = Conversions()


class Counted(Struct, frozen=True):
    """What counts by the sealed rule; a list of totals holds one for each variant, as sealed.

    ``days`` are local. ``networks`` is what the last look at the visitors' networks found.
    """

    hours: HourCounts
    variants: list[Totals]
    days: dict[date, list[Totals]]
    networks: Findings = NO_FINDINGS

    @property
    def fair(self) -> HourCounts:
        """The hours without a group of networks that alone breaks the split, for the split only."""
        apart = self.networks.apart
        return self.hours if apart is None else self.hours.without(_of_group(self.hours, apart))


class CrowdPeople(NamedTuple):
    """What was counted of an announced crowd: whom the gate let in, through how many networks.

    ``hours`` hold those of them who count, among all others.
    """

    admitted: int
    networks: int
    hours: HourCounts


class History(Counted, frozen=True, kw_only=True):
    """Everything that was counted.

    Sources that the rule does not count are among ``sources``.
    ``left_out`` are people who do not count, by reason, ``machines`` the requests of bots, link
    previews and prefetches; ``pretenders`` are those of them that said they were Chrome and lacked
    what Chrome sends. ``two_variants`` are sign-ups whose people are known to have been shown two.
    ``conversions`` are the newest of them. ``crowds`` are those of the rule, in its order.
    """

    sources: dict[str, list[Totals]]
    left_out: dict[str, list[LeftOut]]
    machines: dict[str, list[int]]
    pretenders: int = 0
    two_variants: int = 0
    conversions: Conversions = NO_CONVERSIONS
    crowds: tuple[CrowdPeople, ...] = ()


def count(experiments: Collection[Experiment]) -> dict[int, Counted]:
    """Return what counts of started experiments up to this moment, by their id.

    As many queries for fifty of them as for one.
    """
    tests = [experiment.id for experiment in experiments]
    daily, by_hour = result_counts.daily(tests), result_counts.by_hour(tests)
    found = {}
    for experiment in experiments:
        keys = [variant.key for variant in experiment.variants]
        days = {
            day: [row.get(key, NOTHING) for key in keys]
            for day, row in daily[experiment.id].items()
        }
        found[experiment.id] = Counted(
            hours=_hour_counts(experiment, by_hour[experiment.id]),
            variants=[total(row[k] for row in days.values()) for k in range(len(keys))],
            days=days,
        )
    return found


def _of_group(hours: HourCounts, apart: Apart) -> HourCounts:
    """A group in the hours of all, without conversions."""
    import numpy as np

    rows = dict(apart.hours)
    nobody = (0,) * len(hours.weights)
    seen = np.array([rows.get(hour, nobody) for hour in hours.hours.tolist()], dtype=np.int64)
    none = np.zeros_like(seen)
    return dataclasses.replace(hours, seen=seen, arrived=none, converted=none)


def _hour_counts(experiment: Experiment, rows: Sequence[HourRow]) -> HourCounts:
    """Put rows of an hour and a variant each into tables."""
    import numpy as np

    assert experiment.started_at is not None, "what was counted was counted after the start"
    column = {variant.key: k for k, variant in enumerate(experiment.variants)}
    # Where somebody took a variant out by hand, the check of the seal says so.
    rows = [row for row in rows if row[1] in column]
    hours, keys, *numbers = zip(*rows, strict=True) if rows else ((),) * 5
    when, row = np.unique(np.array(hours, dtype=np.int64), return_inverse=True)
    tables = np.zeros((3, len(when), len(column)), dtype=np.int64)
    tables[:, row, np.array([column[key] for key in keys], dtype=np.intp)] = numbers
    seen, arrived, converted = tables
    return HourCounts(
        started=int(experiment.started_at.timestamp()),
        weights=tuple(variant.weight for variant in experiment.variants),
        hours=when,
        seen=seen,
        arrived=arrived,
        converted=converted,
    )


def history(experiment: Experiment, rule: Hypothesis, counted: Counted) -> History:
    """Return what was ``counted``, with where it came from and who was left out."""
    keys = [variant.key for variant in experiment.variants]
    people, machines = people_of(experiment), quality_counts.machines_of(experiment)
    sources = {source: [row[key] for key in keys] for source, row in people.by_source.items()}
    visits, signups = people.left_out_visits, people.left_out_signups
    reasons = {reason for table in (visits, signups) for row in table.values() for reason in row}
    left_out = {
        reason: [LeftOut(visits[key].get(reason, 0), signups[key].get(reason, 0)) for key in keys]
        for reason in sorted(reasons.difference(machines.reasons))
    }
    uncounted = [row for source, row in sources.items() if not rule.counts_source(source)]
    if uncounted:
        left_out["source"] = [
            LeftOut(whole.served, whole.signups)
            for whole in (total(column) for column in zip(*uncounted, strict=True))
        ]
        # In the order that a memo's file gives back, from which its sentences are made again.
        left_out = dict(sorted(left_out.items()))
    return History(
        hours=counted.hours,
        variants=counted.variants,
        days=counted.days,
        networks=counted.networks,
        sources=sources,
        left_out=left_out,
        machines={
            reason: [
                sum(table[key].get(reason, 0) for table in (machines.by_variant, visits))
                for key in keys
            ]
            for reason in machines.reasons
        },
        pretenders=machines.pretenders,
        two_variants=quality_counts.two_variants(experiment),
        conversions=newest_conversions(experiment, rule.sources),
        crowds=tuple(
            CrowdPeople(each.admitted, each.networks, _hour_counts(experiment, each.rows))
            for each in (crowds_of(experiment, rule) if rule.crowds else ())
        ),
    )


def period_of(experiment: Experiment, now: datetime) -> RunPeriod:
    """Return when a started experiment ran, as of ``now``."""
    assert experiment.started_at is not None, "what was counted was counted after the start"
    return RunPeriod(experiment.started_at, experiment.ended_at, now, experiment.time_zone)


class Part(NamedTuple):
    """Visitors that count, and those of them who converted, from one source."""

    variant: str
    source: str
    seen: int
    converted: int


def parts_of(tests: Collection[int]) -> defaultdict[int, list[Part]]:
    """Return what was counted of these experiments, by their id; one query for all of them."""
    by = (KIND_TOTALS.c.experiment_id, KIND_TOTALS.c.variant, KIND_TOTALS.c.source)
    rows = db.session.execute(
        sa.select(*by, sa.func.sum(KIND_TOTALS.c.seen), sa.func.sum(KIND_TOTALS.c.converted))
        .where(KIND_TOTALS.c.experiment_id.in_(tests), KIND_TOTALS.c.excluded_because == "")
        .group_by(*by)
    )
    found: defaultdict[int, list[Part]] = defaultdict(list)
    for experiment_id, *part in rows:
        found[experiment_id].append(Part(*part))
    return found
