"""Events and their roll-ups in one write transaction: a change in one is a change in the other.

Knows tables and no queues. Only one transaction at a time may write events; where the transaction
isn't the recorder's own, ``lock_event_writes`` makes sure of that.

The coarser totals follow the hourly roll-up; ``audience.counts`` says which of them a page reads.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, lru_cache
from types import TracebackType
from typing import Any, NamedTuple, Self
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from msgspec import convert

from wbtest import driver, store
from wbtest.audience.models import (
    COLUMNS,
    DAY_TOTALS,
    HOUR_TOTALS,
    HOURLY_COUNTS,
    KIND_TOTALS,
    MACHINE_COUNTS,
    SIGHTINGS,
    SIGNUPS,
    VISITS,
)
from wbtest.audience.recording import engagement, event_rows
from wbtest.audience.recording.counting_rules import (
    HOUR_US,
    QUARTER_US,
    WAITING,
    AnnouncedCrowd,
    Attribution,
    CountingRules,
    History,
    HistoryKey,
    RollupDelta,
    RollupKey,
    VisitRow,
    count_history,
    day_of,
    histories_of,
    hour_of,
    is_served,
    rollup_key,
    suspects_of,
)
from wbtest.publishing.models import Experiment
from wbtest.publishing.rule import Crowd, NetworkLimits
from wbtest.publishing.sealing import BROKEN

# Reason and family, beside those of machines.
LOST = ("lost", "could not be stored")
UNSTORED = ("crowd", "beyond what is stored")
TABLES = (HOUR_TOTALS, DAY_TOTALS, KIND_TOTALS)
TotalKey = tuple[Any, ...]
TotalSums = Counter[tuple[TotalKey, str]]
USUAL_LIMITS = NetworkLimits()
_RULES = "SELECT time_zone, sealed, purged_at, identity_key FROM experiments WHERE id = ?"


def lock_event_writes(connection: sa.Connection) -> None:
    """Wait until no other transaction writes events. On SQLite none can."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(store.GROUP_LOCK)))


class Ledger:
    """One transaction's changes to events; leaving the ``with`` block adds them to the roll-up.

    ``rules`` are those already known, by experiment; what is sealed never changes. Of a purged test
    only the waiting list is counted on: part of the rows behind the other totals may be gone.
    """

    def __init__(
        self, connection: sa.Connection, rules: dict[int, CountingRules] | None = None
    ) -> None:
        self.connection = connection
        self._rules = {} if rules is None else rules
        self._tally: RollupDelta = Counter()
        self._machines: Counter[tuple[int, str, int, str, str]] = Counter()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self._write()

    def rules_of(self, experiment_id: int) -> CountingRules:
        """Return the experiment's rules, read once. Raises LookupError."""
        if experiment_id not in self._rules:
            self._rules[experiment_id] = load_rules(self.connection, experiment_id)
        return self._rules[experiment_id]

    def count_unstored(
        self, kind: tuple[str, str], experiment_id: int, variant: str, at_us: int, number: int = 1
    ) -> None:
        """Count requests that leave no row: of a machine, of UNSTORED, or events that are LOST."""
        hour = hour_of(at_us, self.rules_of(experiment_id).zone)
        self._machines[experiment_id, variant, hour, *kind] += number

    def keep_visits(self, rows: Sequence[VisitRow], stored: Sequence[VisitRow]) -> None:
        """Insert visits that are new, and count as served those of nobody who is suspected.

        ``stored`` are all rows that there are of these visitors.
        """
        chosen = event_rows.plan_upsert(rows, stored)
        event_rows.apply_plan(self.connection, VISITS, chosen)
        were = suspects_of(stored)
        are = were | suspects_of(chosen.new)
        newly = are - were
        self._count_new_visits([row for row in chosen.new if is_served(row, are)])
        after = {id(old): row for row, old in chosen.moved}
        for old in stored:
            row = after.get(id(old), old)
            if row is not old or old[:2] in newly:
                self._count_visit(row, int(is_served(row, are)))
                self._count_visit(old, -int(is_served(old, were)))

    def _count_new_visits(self, new: Iterable[VisitRow]) -> None:
        # Nearly all of a group fall into one quarter hour and a few cells: asking for each of these
        # once takes a tenth of the time of asking for each visit.
        by_quarter = Counter(
            [
                (experiment_id, variant, at_us // QUARTER_US, source, device, language, reason)
                for experiment_id, _, reason, variant, at_us, source, device, language, _ in new
            ]
        )
        for place, number in by_quarter.items():
            experiment_id, variant, quarter, source, device, language, reason = place
            hour = hour_of(quarter * QUARTER_US, self.rules_of(experiment_id).zone)
            cell = RollupKey(experiment_id, variant, hour, source, device, language, reason)
            self._tally[cell, "served"] += number

    def remove_visits(self, experiment_id: int, visitor: str) -> None:
        """Delete the visits of a visitor, and count them no more."""
        mine = (VISITS.c.experiment_id == experiment_id) & (VISITS.c.visitor == visitor)
        stored = event_rows.find_rows(self.connection, VISITS, [(experiment_id, visitor)])
        suspects = suspects_of(stored)
        for row in stored:
            self._count_visit(row, -int(is_served(row, suspects)))
        self.connection.execute(sa.delete(VISITS).where(mine))

    @contextmanager
    def attributing(self, keys: Collection[HistoryKey]) -> Iterator[None]:
        """Attribute and count again whatever the block changes in these histories."""
        before = self._histories(keys)
        yield
        changes = self.attribute(before, self._histories(keys))
        changes.marks.write(self.connection)
        self.follow(changes)

    def attribute(
        self, before: Mapping[HistoryKey, History], after: Mapping[HistoryKey, History]
    ) -> AttributionChanges:
        """Count what becomes of these histories; what must be written of it is returned."""
        found = AttributionChanges(RowMarks(), {}, set())
        for key, history in after.items():
            if history != before[key]:
                rules = self.rules_of(key.experiment_id)
                was, counted = count_history(before[key], rules)
                for place in counted:
                    self._tally[place] -= 1
                attribution, counted = count_history(history, rules)
                for place in counted:
                    self._tally[place] += 1
                found.marks.compare(history, attribution)
                saw, saw_before = history.sighting, before[key].sighting
                is_same = saw and saw_before and saw.variant == saw_before.variant
                is_gone = was.is_counted and not (attribution.is_counted and is_same)
                if is_gone and key.excluded_because == "":
                    found.gone.add(key[:2])
                has_converted = attribution.conversion is not None
                if key.excluded_because == "" and has_converted != (was.conversion is not None):
                    found.converted[key[:2]] = has_converted
        return found

    def follow(self, changes: AttributionChanges) -> None:
        """Let acts on the page follow the new attribution, once the marks are written."""
        if changes.converted:
            converted = changes.converted.items()
            engagement.mark_converted(
                self.connection,
                {key: is_so for key, is_so in converted if not self.rules_of(key[0]).is_purged},
            )
        if changes.gone:
            self.forget_acts(changes.gone)

    def forget_acts(self, visitors: Collection[tuple[int, str]]) -> None:
        """Delete what these visitors did on the page, and count it no more."""
        engagement.remove_acts(
            self.connection, {key for key in visitors if not self.rules_of(key[0]).is_purged}
        )

    def _count_visit(self, visit: Any, number: int) -> None:
        self._tally[rollup_key(visit, self.rules_of(visit.experiment_id)), "served"] += number

    def _histories(self, keys: Collection[HistoryKey]) -> dict[HistoryKey, History]:
        """The histories as they are now, also those in which nothing happened."""
        visitors = {key[:2] for key in keys if key.visitor}
        emails = {(key.experiment_id, key.email_key) for key in keys if key.email_key}
        sightings = event_rows.find_rows(self.connection, SIGHTINGS, visitors)
        # Asked one after the other, each by its own index: for both at once SQLite would look at
        # every sign-up of the experiment.
        signups = event_rows.find_rows(self.connection, SIGNUPS, visitors, by="visitor")
        signups += [
            row for row in event_rows.find_rows(self.connection, SIGNUPS, emails) if not row.visitor
        ]
        return histories_of(keys, sightings, signups)

    def _write(self) -> None:
        standing = {key for key, rules in self._rules.items() if rules.is_purged}
        if standing:
            self._tally = Counter(
                {
                    (cell, column): number
                    for (cell, column), number in self._tally.items()
                    if cell.experiment_id not in standing or cell.excluded_because == WAITING
                }
            )
        event_rows.add_counts(
            self.connection, HOURLY_COUNTS, rollup_rows(HOURLY_COUNTS, self._tally)
        )
        add_totals(self.connection, self._tally, self._rules)
        names = ("experiment_id", "variant", "hour", "reason", "family", "count")
        machines = [
            dict(zip(names, (*key, number), strict=True)) for key, number in self._machines.items()
        ]
        event_rows.add_counts(self.connection, MACHINE_COUNTS, machines)


class AttributionChanges(NamedTuple):
    """Marks to write, who converted or does so no more, and who does not count as seen any more."""

    marks: RowMarks
    converted: dict[tuple[int, str], bool]
    gone: set[tuple[int, str]]


@dataclass
class RowMarks:
    """Marks on rows that say what counts; those that are wrong are gathered and written at once."""

    sightings: list[event_rows.RowValues] = field(default_factory=list)
    signups: list[event_rows.RowValues] = field(default_factory=list)

    def compare(self, history: History, attribution: Attribution) -> None:
        """Remember the rows whose mark differs from the attribution."""
        sighting: Any = history.sighting
        if sighting is not None and sighting.is_counted != attribution.is_counted:
            key = _key_of(SIGHTINGS, sighting)
            self.sightings.append(key | {"is_counted": attribution.is_counted})
        for index, signup in enumerate[Any](history.signups):
            is_converted = index == attribution.conversion
            if signup.is_converted != is_converted:
                self.signups.append(_key_of(SIGNUPS, signup) | {"is_converted": is_converted})

    def write(self, connection: sa.Connection) -> None:
        """Set the marks right."""
        for table, rows in ((SIGHTINGS, self.sightings), (SIGNUPS, self.signups)):
            if rows:
                names = _key_names(table)
                is_it = [table.c[name] == sa.bindparam(f"the_{name}") for name in names]
                renamed = [
                    {f"the_{k}" if k in names else k: value for k, value in row.items()}
                    for row in rows
                ]
                connection.execute(sa.update(table).where(*is_it), renamed)


def rollup_rows(table: sa.Table, sums: Mapping[tuple[Any, str], int]) -> list[event_rows.RowValues]:
    """Return sums as rows of a roll-up, leaving out what adds nothing."""
    found: dict[TotalKey, event_rows.RowValues] = {}
    for (key, column), number in sums.items():
        if number:
            found.setdefault(key, dict.fromkeys(COLUMNS, 0))[column] = number
    names = _key_names(table)
    return [dict(zip(names, key, strict=True)) | row for key, row in found.items()]


def _key_of(table: sa.Table, row: Any) -> event_rows.RowValues:
    return {name: getattr(row, name) for name in _key_names(table)}


@cache
def _key_names(table: sa.Table) -> tuple[str, ...]:
    return tuple(column.name for column in table.primary_key)


def add_totals(
    connection: sa.Connection, tally: RollupDelta, rules: Mapping[int, CountingRules]
) -> None:
    """Add what people did to the totals by hour, day and kind."""
    for table, sums in _sums_by_table(tally, rules):
        event_rows.add_counts(connection, table, rollup_rows(table, sums))


def rebuild_totals(
    connection: sa.Connection, experiment_id: int, tally: RollupDelta, rules: CountingRules
) -> None:
    """Make them what ``tally``, the recount, says, inside the caller's write transaction."""
    for table in TABLES:
        connection.execute(sa.delete(table).where(table.c.experiment_id == experiment_id))
    add_totals(connection, tally, {experiment_id: rules})


def total_differences(
    connection: sa.Connection, experiment_id: int, tally: RollupDelta, rules: CountingRules
) -> list[str]:
    """Return a line for each total that is not what its hours add up to.

    ``tally`` is the hourly roll-up, which was proved before.
    """
    found = []
    for table, right in _sums_by_table(tally, {experiment_id: rules}):
        stored: TotalSums = Counter()
        is_ours = table.c.experiment_id == experiment_id
        for row in connection.execute(sa.select(table).where(is_ours)):
            key, numbers = row[: -len(COLUMNS)], row[-len(COLUMNS) :]
            stored.update({(key, column): n for column, n in zip(COLUMNS, numbers, strict=True)})
        found += [
            f"{table.name} {_describe(key)}: {column} is {stored[key, column]}, its hours say "
            f"{right[key, column]}"
            for key, column in sorted(right.keys() | stored.keys())
            if right[key, column] != stored[key, column]
        ]
    return found


def _sums_by_table(
    tally: RollupDelta, rules: Mapping[int, CountingRules]
) -> list[tuple[sa.Table, TotalSums]]:
    """What the tally adds to each table."""
    by_hour: TotalSums = Counter()
    by_day: TotalSums = Counter()
    by_kind: TotalSums = Counter()
    for (cell, column), number in tally.items():
        experiment_id, variant, hour, *kind = cell
        by_kind[(experiment_id, variant, *kind), column] += number
        sources = rules[experiment_id].sources
        is_counted_source = sources is None or cell.source in sources
        if cell.excluded_because == "" and is_counted_source:
            by_hour[(experiment_id, variant, hour), column] += number
    # From the few hours, since to ask for a day takes as long as ten sums.
    for (key, column), number in by_hour.items():
        *place, hour = key
        by_day[(*place, day_of(hour, rules[key[0]].zone)), column] += number
    return [(HOUR_TOTALS, by_hour), (DAY_TOTALS, by_day), (KIND_TOTALS, by_kind)]


def _describe(key: TotalKey) -> str:
    return ", ".join(str(part) for part in key if part != "")


class NoExperiment(LookupError):
    """Events of an experiment that is deleted, or whose rule or time zone can't be read."""


def load_rules(connection: sa.Connection, experiment_id: int) -> CountingRules:
    """Return what decides how the experiment's events are counted. Raises NoExperiment.

    That is the sealed rule; the row's copy of it where there is none that can be read.
    """
    rows = driver.ask(connection, _RULES, (experiment_id,))
    if not rows:
        raise NoExperiment(f"there is no experiment {experiment_id}")
    [(zone, sealed, purged_at, key)] = rows
    try:
        ZoneInfo(zone)
    except BROKEN as error:
        raise NoExperiment(f"experiment {experiment_id}: its time zone can’t be read") from error
    try:
        found = _read_sealed(sealed)
    except BROKEN:
        found = _read_copy(connection, experiment_id)
    return found._replace(zone=zone, is_purged=purged_at is not None, key=key)


@lru_cache(maxsize=64)
def _read_sealed(sealed: str) -> CountingRules:
    """The same for the same text, which holds all words of the page."""
    found = json.loads(sealed)
    return _read(found["rule"], NetworkLimits(**found["network_limits"]))


def _read_copy(connection: sa.Connection, experiment_id: int) -> CountingRules:
    rule = sa.select(Experiment.rule).where(Experiment.id == experiment_id)
    try:
        return _read(connection.execute(rule).scalar_one())
    except BROKEN as error:
        raise NoExperiment(f"experiment {experiment_id}: its rule can’t be read") from error


def _read(rule: Mapping[str, Any], limits: NetworkLimits = USUAL_LIMITS) -> CountingRules:
    """What the rule alone decides; the zone is still missing."""
    sources = rule.get("sources")
    return CountingRules(
        zone="",
        conversion=rule["conversion"],
        window_us=rule["conversion_window_hours"] * HOUR_US,
        sources=None if sources is None else tuple(sources),
        limits=limits,
        crowds=tuple(_crowd_of(crowd) for crowd in rule.get("crowds", ())),
    )


def _crowd_of(values: Mapping[str, Any]) -> AnnouncedCrowd:
    crowd = convert(values, Crowd)
    from_us, until_us = (round(at.timestamp() * 1e6) for at in (crowd.from_at, crowd.until_at))
    return AnnouncedCrowd(from_us, until_us, crowd.people, crowd.networks)
