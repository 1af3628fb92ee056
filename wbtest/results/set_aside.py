"""The figures beside the sealed ones: without the groups set aside, and with those taken in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from wbtest.audience.group_counts import GroupHour, VisitorGroup, hours_of_groups
from wbtest.audience.models import SettingAside
from wbtest.audience.recording.ledger import load_rules
from wbtest.audience.result_counts import Totals
from wbtest.audience.setting_aside import (
    group_of,
    hours_aside,
    lasting_name_of,
    name_of,
    standing,
)
from wbtest.extensions import db
from wbtest.publishing.models import Experiment
from wbtest.results.crowded_networks import Group as NetworkGroup
from wbtest.results.crowded_networks import find_networks
from wbtest.results.evidence_path import HourCounts, look
from wbtest.results.figures import Results, history_of, results_of
from wbtest.results.history import Counted
from wbtest.results.network_checking import arrived_by_mark
from wbtest.results.quality_checks import check_measurement
from wbtest.results.trust import is_red
from wbtest.results.verdict import Verdict, judge
from wbtest.statistics import Counts

# By the number of a setting aside: 'out' or 'in'.
Directions = Mapping[int, str]


@dataclass(frozen=True)
class Beside:
    """What each variant counts without the groups, and the verdict as it would be."""

    keys: tuple[str, ...]
    counts: tuple[Counts, ...]
    verdict: Verdict

    @property
    def said(self) -> str:
        """The verdict in a sentence."""
        verdict = self.verdict
        if verdict.is_withheld:
            return "Without them, the result is unreliable too."
        if verdict.word == "not_enough":
            return "The result is undecided."
        target = "“target met”" if verdict.word == "met" else "“target not met”"
        if verdict.doubt:
            return f"The result is {target}, but now in doubt."
        return f"The result is {target}, and the rule says {verdict.choice}."

    def values(self) -> dict[str, Any]:
        """The same as plain values."""
        return {
            "variants": [
                {
                    "key": key,
                    "seen": counts.seen,
                    "converted": counts.converted,
                    "rate": counts.rate if counts.seen else None,
                }
                for key, counts in zip(self.keys, self.counts, strict=True)
            ],
            "verdict": self.verdict.word,
            "recommendation": self.verdict.recommendation,
            "withheld": self.verdict.is_withheld or self.verdict.doubt is not None,
            "said": self.said,
        }


@dataclass(frozen=True)
class Aside:
    """What stands aside of an experiment: the groups, who belongs to them, and the figures.

    ``networks_left`` are the marks of networks on which the verdict still turns: of those that the
    check names, or else of others that make the verdict beside. None once a purge forgot them.
    """

    settings: tuple[SettingAside, ...]
    zone: str
    rows: tuple[GroupHour, ...]
    beside: Beside
    networks_left: tuple[int, ...] | None

    @property
    def is_without_networks(self) -> bool:
        """Whether no network is left on which the verdict turns."""
        return self.networks_left == ()

    @property
    def named(self) -> list[tuple[str, SettingAside]]:
        """Each group with its name."""
        return [(name_of(group_of(each), self.zone), each) for each in self.settings]

    @property
    def has_domain(self) -> bool:
        """Whether one of them is a mail domain, which only people who signed up have."""
        return any(each.kind == "domain" for each in self.settings)

    def values(self) -> dict[str, Any]:
        """Return what a memo says of it; who belongs to the groups is among its counts."""
        return {
            "groups": [
                {
                    "number": each.number,
                    "direction": each.direction,
                    "kind": each.kind,
                    "name": lasting_name_of(group_of(each), self.zone),
                    "why": each.why,
                    "by": each.person.name,
                    "at": each.at.isoformat(),
                }
                | sizes(each.number, each.direction, self.beside.keys, self.rows)
                for each in self.settings
            ],
            "without_networks": self.is_without_networks,
        } | self.beside.values()

    def data(self) -> list[list[Any]]:
        """Return who belongs to the groups as plain values, for ``rows_from``."""
        return [[list(row.groups), *row[1:]] for row in self.rows]


def results_and_aside(experiment: Experiment, now: datetime) -> tuple[Results, Aside | None]:
    """Return the figures at ``now``, and what stands beside them; None for nothing."""
    results = results_of(experiment, now)
    return results, aside_of(experiment, results, results.counted)


def networks_found(experiment: Experiment, aside: Aside | None, now: datetime) -> str:
    """Return the networks to set aside next, as the value of a group, or ''.

    These are those that the check of networks names; once they are out, others that make the
    verdict beside.
    """
    if aside is not None and aside.networks_left is not None:
        return ",".join(map(str, aside.networks_left))
    return ",".join(map(str, sorted(history_of(experiment, now).networks.marks)))


def aside_of(experiment: Experiment, results: Results, counted: Counted) -> Aside | None:
    """Return what stands beside these figures, or None for nothing."""
    settings = tuple(standing(experiment))
    if not settings:
        return None
    rows = tuple(hours_aside(experiment, settings))
    directions = {each.number: each.direction for each in settings}
    left = _networks_left(experiment, results, counted, settings, rows)
    beside = figures_beside(results, counted, rows, directions, is_without_networks=left == ())
    return Aside(settings, experiment.time_zone, rows, beside, left)


def _networks_left(
    experiment: Experiment,
    results: Results,
    counted: Counted,
    settings: Sequence[SettingAside],
    rows: Sequence[GroupHour],
) -> tuple[int, ...] | None:
    """Return the networks that were named and are not out, or the others that make the verdict."""
    out = [group_of(each) for each in settings if (each.direction, each.kind) == ("out", "mark")]
    marks = {mark for group in out for mark in group.marks}
    # After a purge nobody knows the marks that were named.
    if experiment.purged_at is not None:
        return None
    if left := sorted(set(counted.networks.marks) - marks):
        return tuple(left)
    if counted.networks.check.state != "stop":
        return ()
    return _others_turning(experiment, results, counted, settings, rows, marks)


def _others_turning(
    experiment: Experiment,
    results: Results,
    counted: Counted,
    settings: Sequence[SettingAside],
    rows: Sequence[GroupHour],
    marks: Collection[int],
) -> tuple[int, ...]:
    """Return the networks on which the verdict turns without those set aside, if there are such."""
    keys = tuple(variant.key for variant in results.variants)
    chosen = {each.number: group_of(each) for each in settings}
    directions = {each.number: each.direction for each in settings}
    hours = _moved(counted.hours, keys, list(_moves(rows, directions)))
    known, extra = set(hours.hours.tolist()), max(chosen) + 1

    def hours_of(group: NetworkGroup) -> HourCounts:
        own = VisitorGroup("out", "mark", ",".join(map(str, group.marks)))
        mine = [
            (1, row)
            for row in hours_of_groups(experiment, chosen | {extra: own})
            if row.is_counted
            and extra in row.groups
            and row.hour in known
            # Who is out already does not leave again.
            and not any(directions.get(number) == "out" for number in row.groups)
        ]
        return _moved(hours.without(hours), keys, mine)

    left: defaultdict[tuple[int, str], Counts] = defaultdict(lambda: Counts(0, 0))
    for each in arrived_by_mark(experiment, load_rules(db.session.connection(), experiment.id)):
        if each.seen and each.mark not in marks:
            so_far = left[each.mark, each.device]
            left[each.mark, each.device] = Counts(
                so_far.seen + each.seen, so_far.converted + each.converted
            )
    found = find_networks(results.rule, hours, results.life, left, hours_of)
    return found.group.marks if found.is_red and found.group else ()


def figures_beside(
    results: Results,
    counted: Counted,
    rows: Sequence[GroupHour],
    directions: Directions,
    *,
    is_without_networks: bool,
) -> Beside:
    """Return the figures without those taken out and with those taken in; pure.

    The sealed rule is asked as it is for the sealed figures, so its cap and the split are worked
    out from the counts that are left. Who belongs to a group that is out is not taken in. Networks
    that make the sealed verdict do not, once they are out: ``is_without_networks``.
    """
    rule, keys = results.rule, tuple(variant.key for variant in results.variants)
    moves = list(_moves(rows, directions))
    hours = _moved(counted.hours, keys, moves)
    looks = look(hours, rule, results.life.now)
    totals = hours.totals()
    served = {key: each.served for key, each in zip(keys, counted.variants, strict=True)}
    for sign, row in moves:
        served[row.variant] += sign * row.served
    left = Counted(
        hours=hours,
        variants=[
            Totals(served=served[key], seen=counts.seen)
            for key, counts in zip(keys, totals, strict=True)
        ],
        days={},
    )
    stay = ("seal",) if is_without_networks else ("seal", "networks")
    others = [check for check in results.trust if check.check in stay]
    is_trusted = not is_red([*check_measurement(rule, left, ()), *others])
    verdict = judge(rule, hours, looks, results.life, is_trusted=is_trusted)
    return Beside(keys, tuple(totals), verdict)


def sizes(
    number: int, direction: str, keys: Sequence[str], rows: Sequence[GroupHour]
) -> dict[str, list[int]]:
    """Return how many of a group were seen and converted, for each variant."""
    mine = [row for row in rows if number in row.groups and row.is_counted == (direction == "out")]
    return {
        name: [sum(getattr(row, name) for row in mine if row.variant == key) for key in keys]
        for name in ("seen", "converted")
    }


def rows_from(data: Sequence[Sequence[Any]]) -> list[GroupHour]:
    """Return who belongs to the groups, from the values of ``Aside.data``."""
    return [GroupHour(tuple(groups), *rest) for groups, *rest in data]


def _moves(rows: Sequence[GroupHour], directions: Directions) -> Iterator[tuple[int, GroupHour]]:
    """Yield who leaves the figures with -1, and who joins them with 1."""
    for row in rows:
        ways = {directions[number] for number in row.groups if number in directions}
        if row.is_counted and "out" in ways:
            yield -1, row
        elif not row.is_counted and ways == {"in"}:
            yield 1, row


def _moved(
    hours: HourCounts, keys: Sequence[str], moves: Sequence[tuple[int, GroupHour]]
) -> HourCounts:
    """Return the counts with these people taken away or added."""
    import numpy as np

    when = np.union1d(hours.hours, np.array([row.hour for _, row in moves], dtype=np.int64))
    tables = np.zeros((3, len(when), len(keys)), dtype=np.int64)
    tables[:, when.searchsorted(hours.hours)] = (hours.seen, hours.arrived, hours.converted)
    for sign, row in moves:
        place = int(when.searchsorted(row.hour)), keys.index(row.variant)
        tables[:, *place] += sign * np.array((row.seen, row.arrived, row.converted))
    # Where a roll-up lost people by hand, nobody is taken away twice.
    seen, arrived, converted = tables.clip(min=0)
    return replace(hours, hours=when, seen=seen, arrived=arrived, converted=converted)
