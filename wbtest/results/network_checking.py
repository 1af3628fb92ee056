"""Looking at the networks of a test: by the worker once a minute, or when a verdict needs it.

To look reads everybody who came, so what was found is kept, and pages read one row. A verdict rests
on full hours; one that is younger than the last look waits until somebody has looked.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import NamedTuple

import msgspec
import sqlalchemy as sa
from msgspec.structs import replace
from sqlalchemy.orm import selectinload

from wbtest.audience.group_counts import JOINED_VISITS, of_counted_sources
from wbtest.audience.models import (
    SIGHTINGS,
    SIGNUPS,
    VISITS,
    CrowdNetwork,
    NetworkFinding,
)
from wbtest.audience.recording.counting_rules import (
    QUARTER_SECONDS,
    QUARTER_US,
    SUSPECTED,
    CountingRules,
    hour_of,
)
from wbtest.audience.recording.ledger import NoExperiment, load_rules
from wbtest.delivery.worker import for_each
from wbtest.extensions import db
from wbtest.publishing.lifecycle import address_of
from wbtest.publishing.models import Experiment
from wbtest.publishing.rule import Hypothesis
from wbtest.publishing.sealing import sealed_rule
from wbtest.results.crowded_networks import (
    UNKNOWN,
    Group,
    check_networks,
    find_networks,
    lost_by,
    shared_marks,
    split_by,
)
from wbtest.results.evidence_path import HourCounts
from wbtest.results.history import (
    NO_FINDINGS,
    Apart,
    Counted,
    Findings,
    Lost,
    Served,
    count,
    period_of,
    total,
)
from wbtest.results.verdict import RunPeriod
from wbtest.statistics import Counts
from wbtest.store import insert, writing


class Arrived(NamedTuple):
    """Visitors of one mark on one kind of device who were shown one variant."""

    mark: int
    device: str
    variant: str
    served: int
    seen: int
    converted: int


class SeenRow(NamedTuple):
    """People of one mark and kind of device who saw a variant in one hour; its start in seconds.

    ``converted_at`` is the start of the hour in which they converted, None for those who did not.
    """

    mark: int
    device: str
    variant: str
    seen_at: int
    converted_at: int | None
    number: int


def arrived_by_mark(experiment: Experiment, facts: CountingRules) -> list[Arrived]:
    """Return who counts, by mark, device and variant, without the announced crowds."""
    device = sa.func.coalesce(SIGHTINGS.c.device, VISITS.c.device)
    variant = sa.func.coalesce(SIGHTINGS.c.variant, VISITS.c.variant)
    numbers = [
        sa.func.count(),
        sa.func.count(SIGHTINGS.c.visitor),
        sa.func.count(SIGNUPS.c.visitor),
    ]
    suspects = sa.select(SIGHTINGS.c.visitor).where(
        SIGHTINGS.c.experiment_id == experiment.id, SIGHTINGS.c.excluded_because == SUSPECTED
    )
    rows = db.session.execute(
        sa.select(VISITS.c.mark, device, variant, *numbers)
        .select_from(JOINED_VISITS)
        .where(*_counting(experiment, facts), VISITS.c.visitor.not_in(suspects))
        .group_by(VISITS.c.mark, device, variant)
    )
    return [Arrived._make(row) for row in rows]


def seen_of_marks(
    experiment: Experiment, facts: CountingRules, marks: Collection[int]
) -> list[SeenRow]:
    """Return those seen of these marks, by mark, device, variant and hour; one read for all."""
    step = "at_us" if facts.conversion == "signup" else f"{facts.conversion}_us"
    quarter = (SIGHTINGS.c.at_us // QUARTER_US).label("quarter")
    moment = (SIGNUPS.c[step] // QUARTER_US).label("moment")
    # There may be more marks than a statement may have parameters.
    given = sa.bindparam(None, sorted(marks), sa.Integer(), expanding=True, literal_execute=True)
    by = (VISITS.c.mark, SIGHTINGS.c.device, SIGHTINGS.c.variant, quarter, moment)
    rows = db.session.execute(
        sa.select(*by, sa.func.count())
        .select_from(JOINED_VISITS)
        .where(*_counting(experiment, facts), VISITS.c.mark.in_(given))
        .where(SIGHTINGS.c.visitor.is_not(None))
        .group_by(*by)
    )

    def hour(number: int | None) -> int | None:
        return None if number is None else hour_of(number * QUARTER_US, facts.zone)

    return [
        SeenRow(mark, device, variant, hour_of(begun * QUARTER_US, facts.zone), hour(done), number)
        for mark, device, variant, begun, done, number in rows
    ]


def _counting(experiment: Experiment, facts: CountingRules) -> Iterable[sa.ColumnElement[bool]]:
    yield VISITS.c.experiment_id == experiment.id
    yield VISITS.c.excluded_because == ""
    yield from of_counted_sources(facts)
    if facts.crowds:
        # The marks of announced crowds, each with the crowd's place in the rule.
        announced = sa.select(CrowdNetwork.crowd, CrowdNetwork.mark).where(
            CrowdNetwork.experiment_id == experiment.id
        )
        for crowd, mark in db.session.execute(announced):
            when = facts.crowds[crowd]
            is_in_time = VISITS.c.at_us.between(when.from_us, when.until_us)
            yield sa.not_((VISITS.c.mark == mark) & is_in_time)


EVERY = timedelta(minutes=1)
# Who was seen on the last day may convert for so long.
LATEST_ANSWER = timedelta(days=31)
# To look at more people takes long enough to wait for a full quarter of an hour.
LARGE = 20_000


def findings_of(experiments: Collection[Experiment]) -> dict[int, Findings]:
    """Return what was found at the last look, by the experiment's id; one query for all."""
    rows = db.session.execute(
        sa.select(NetworkFinding.experiment_id, NetworkFinding.findings).where(
            NetworkFinding.experiment_id.in_([each.id for each in experiments])
        )
    )
    return {experiment_id: msgspec.convert(values, Findings) for experiment_id, values in rows}


def is_current(found: Findings, counted: Counted, now: datetime) -> bool:
    """Whether a look shows all that a verdict at ``now`` may rest on. Pure.

    ``now`` is the moment when the figures were final, once they are. Every hour of every zone ends
    at a full quarter of an hour of UTC. Where nobody differs, time alone changes nothing.
    """
    if found.as_of is None:
        return False
    quarter = int(now.timestamp()) // QUARTER_SECONDS * QUARTER_SECONDS
    is_same = _sums(counted) == (found.seen, found.converted)
    turns_on_nobody = not found.marks and found.apart is None
    return found.as_of.timestamp() >= quarter or (is_same and turns_on_nobody)


def look_at_networks(
    experiment: Experiment, rule: Hypothesis, counted: Counted, life: RunPeriod
) -> Findings:
    """Return what the networks of those who count say at ``life.now``.

    Nothing of a test whose rule or time zone can’t be read, which another check says.
    """
    seen, converted = _sums(counted)
    found = Findings(life.now, seen, converted)
    try:
        facts = load_rules(db.session.connection(), experiment.id)
    except NoExperiment:
        return found
    arrived = arrived_by_mark(experiment, facts)
    if not arrived:
        return found
    unknown = sum(each.seen for each in arrived if each.mark == UNKNOWN)
    found = replace(found, unknown=unknown)
    keys = [variant.key for variant in experiment.variants]
    marks = _by_mark((each.mark, each.device, each.seen, each.converted) for each in arrived)

    @cache
    def shared() -> list[SeenRow]:
        """Read once, whatever many groups of them are looked at, and only where there is one."""
        return seen_of_marks(experiment, facts, shared_marks(marks))

    def hours_of(group: Group) -> HourCounts:
        inside = set(group.marks)
        rows = (r for r in shared() if r.mark in inside and group.device in ("", r.device))
        return _tables(counted.hours, keys, rows)

    weights = counted.hours.weights
    apart, fair = split_by(_by_variant(arrived, keys, "seen"), weights), None
    if apart:
        inside = set(apart)
        breaking = _tables(counted.hours, keys, (r for r in shared() if r.mark in inside))
        found = replace(found, apart=_apart(breaking, len(apart)))
        fair = counted.hours.without(breaking)
    networks = find_networks(rule, counted.hours, life, marks, hours_of, fair)
    served = split_by(_by_variant(arrived, keys, "served"), weights)
    unseen = _by_mark(
        (each.mark, each.device, each.served, each.served - each.seen) for each in arrived
    )
    lost = lost_by(unseen, rule.lost_beacons)
    return replace(
        found,
        check=check_networks(networks),
        marks=networks.group.marks if networks.group else (),
        served=_served(arrived, served, keys) if served else None,
        lost=Lost(len(lost.marks), lost.own.seen, lost.own.converted) if lost else None,
    )


def check_all_networks(now: datetime) -> None:
    """Look at the networks of each test in which somebody came since the last look; a job.

    Of a large test once in a quarter of an hour.
    """
    is_over = Experiment.ended_at < now - LATEST_ANSWER
    kept = Experiment.started_at.is_not(None) & Experiment.purged_at.is_(None)
    open_ones = sa.select(Experiment).where(kept, Experiment.ended_at.is_(None) | sa.not_(is_over))
    tests = db.session.scalars(open_ones.options(selectinload(Experiment.variants))).all()
    known, counts = findings_of(tests), count(tests)

    def check(experiment: Experiment) -> None:
        counted, found = counts[experiment.id], known.get(experiment.id, NO_FINDINGS)
        life = period_of(experiment, now)
        rule = sealed_rule(experiment)
        is_same = _sums(counted) == (found.seen, found.converted)
        if is_current(found, counted, life.settled_at(rule)) and (is_same or found.seen > LARGE):
            return
        save_findings(experiment, look_at_networks(experiment, rule, counted, life))

    for_each(tests, check, address_of)


def save_findings(experiment: Experiment, found: Findings) -> None:
    """Keep what was found, in the place of what was found before."""
    values = {"findings": msgspec.to_builtins(found)}
    with writing() as session:
        adding = insert(db.engine.dialect.name, NetworkFinding).values(
            experiment_id=experiment.id, **values
        )
        session.execute(
            adding.on_conflict_do_update(index_elements=[NetworkFinding.experiment_id], set_=values)
        )


def _sums(counted: Counted) -> tuple[int, int]:
    sums = total(counted.variants)
    return sums.seen, sums.converted


def _by_mark(rows: Iterable[tuple[int, str, int, int]]) -> dict[tuple[int, str], Counts]:
    """Numbers of people, and of those of them who did something, added up by mark and device."""
    number, did = Counter[tuple[int, str]](), Counter[tuple[int, str]]()
    for mark, device, many, of_them in rows:
        number[mark, device] += many
        did[mark, device] += of_them
    return {key: Counts(many, did[key]) for key, many in number.items() if many}


def _by_variant(arrived: Sequence[Arrived], keys: Sequence[str], name: str) -> dict[int, list[int]]:
    """One of the numbers by mark, a place for each variant."""
    found: dict[int, list[int]] = {}
    for each in arrived:
        if each.variant in keys:
            row = found.setdefault(each.mark, [0] * len(keys))
            row[keys.index(each.variant)] += getattr(each, name)
    return found


def _apart(group: HourCounts, networks: int) -> Apart:
    rows = zip(group.hours.tolist(), group.seen.tolist(), strict=True)
    return Apart(networks, tuple((hour, tuple(seen)) for hour, seen in rows if any(seen)))


def _served(arrived: Sequence[Arrived], marks: Collection[int], keys: Sequence[str]) -> Served:
    numbers = _by_variant([each for each in arrived if each.mark in marks], keys, "served")
    return Served(len(marks), tuple(map(sum, zip(*numbers.values(), strict=True))))


def _tables(hours: HourCounts, keys: Sequence[str], rows: Iterable[SeenRow]) -> HourCounts:
    """A group's counts in the hours of all; an hour that a roll-up lost is left out."""
    import numpy as np

    place = {int(hour): row for row, hour in enumerate(hours.hours.tolist())}
    column = {key: k for k, key in enumerate(keys)}
    seen, arrived, converted = np.zeros((3, *hours.seen.shape), dtype=np.int64)
    for row in rows:
        if row.seen_at not in place or row.variant not in column:
            continue
        at, k = place[row.seen_at], column[row.variant]
        seen[at, k] += row.number
        if row.converted_at in place:
            converted[at, k] += row.number
            arrived[place[row.converted_at], k] += row.number
    return dataclasses.replace(hours, seen=seen, arrived=arrived, converted=converted)
