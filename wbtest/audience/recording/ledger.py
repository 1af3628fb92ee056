"""Events and their roll-up in one write transaction: whatever changes in one changes in the other.

Knows tables and nothing of queues. Only one transaction at a time may write events; ``take_turn``
sees to that where the transaction is not the recorder's own.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from types import TracebackType
from typing import Any, NamedTuple, Self, cast

import sqlalchemy as sa

from wbtest import store
from wbtest.audience.engagement import kept as engaged
from wbtest.audience.models import HourlyCount, MachineCount, Sighting, Signup, Visit
from wbtest.audience.recording import rows as kept
from wbtest.audience.recording import totals
from wbtest.audience.recording.cells import (
    COLUMNS,
    Cell,
    Facts,
    History,
    HistoryKey,
    Tally,
    cell_of,
    count,
    histories_of,
    is_served,
    suspects_of,
)
from wbtest.audience.recording.facts import load_facts
from wbtest.audience.recording.hours import QUARTER_US, hour_of
from wbtest.audience.recording.rows import Row, VisitRow
from wbtest.audience.recording.settle import Settled
from wbtest.audience.traffic import Machine
from wbtest.audience.waiting import WAITING

VISITS = cast(sa.Table, Visit.__table__)
SIGHTINGS = cast(sa.Table, Sighting.__table__)
SIGNUPS = cast(sa.Table, Signup.__table__)
HOURLY_COUNTS = cast(sa.Table, HourlyCount.__table__)
MACHINE_COUNTS = cast(sa.Table, MachineCount.__table__)
# Reason and family, beside those of machines.
LOST = ("lost", "could not be stored")
UNSTORED = ("crowd", "beyond what is stored")


def take_turn(connection: sa.Connection) -> None:
    """Wait until no other transaction writes events. On SQLite none can."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(store.GROUP_LOCK)))


class Ledger:
    """One transaction's changes to events; leaving the ``with`` block adds them to the roll-up.

    ``facts`` are those already known, by experiment; what is sealed never changes. Of a purged test
    only the waiting list is counted on: part of the rows behind the other totals may be gone.
    """

    def __init__(self, connection: sa.Connection, facts: dict[int, Facts] | None = None) -> None:
        self.connection = connection
        self._facts = {} if facts is None else facts
        self._tally: Tally = Counter()
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

    def facts_of(self, experiment_id: int) -> Facts:
        """Return the experiment's facts, read once. Raises LookupError."""
        if experiment_id not in self._facts:
            self._facts[experiment_id] = load_facts(self.connection, experiment_id)
        return self._facts[experiment_id]

    def count_machine(self, machine: Machine, experiment_id: int, variant: str, at_us: int) -> None:
        """Count one request of a machine."""
        hour = hour_of(at_us, self.facts_of(experiment_id).zone)
        self._machines[experiment_id, variant, hour, machine.reason, machine.family] += 1

    def count_lost(self, experiment_id: int, variant: str, at_us: int, number: int) -> None:
        """Count events of people that could not be stored."""
        hour = hour_of(at_us, self.facts_of(experiment_id).zone)
        self._machines[experiment_id, variant, hour, *LOST] += number

    def count_crowd(self, experiment_id: int, variant: str, at_us: int) -> None:
        """Count a page load or beacon of a visitor who is not admitted and leaves no row."""
        hour = hour_of(at_us, self.facts_of(experiment_id).zone)
        self._machines[experiment_id, variant, hour, *UNSTORED] += 1

    def keep_visits(self, rows: Sequence[VisitRow], stored: Sequence[VisitRow]) -> None:
        """Insert visits that are new, and count as served those of nobody who is suspected.

        ``stored`` are all rows that there are of these visitors.
        """
        chosen = kept.choose(rows, stored)
        kept.write(self.connection, VISITS, chosen)
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
        for place, number in _by_quarter(new):
            experiment_id, variant, quarter, source, device, language, reason = place
            hour = hour_of(quarter * QUARTER_US, self.facts_of(experiment_id).zone)
            cell = Cell(experiment_id, variant, hour, source, device, language, reason)
            self._tally[cell, "served"] += number

    def remove_visits(self, experiment_id: int, visitor: str) -> None:
        """Delete the visits of a visitor, and count them no more."""
        mine = (VISITS.c.experiment_id == experiment_id) & (VISITS.c.visitor == visitor)
        stored = self.connection.execute(sa.select(VISITS).where(mine)).all()
        suspects = suspects_of(stored)
        for row in stored:
            self._count_visit(row, -int(is_served(row, suspects)))
        self.connection.execute(sa.delete(VISITS).where(mine))

    @contextmanager
    def settling(self, keys: Collection[HistoryKey]) -> Iterator[None]:
        """Settle anew, and count, whatever the block changes in these histories."""
        before = self._histories(keys)
        yield
        settled = self.settle(before, self._histories(keys))
        settled.flags.write(self.connection)
        self.follow(settled)

    def settle(
        self, before: Mapping[HistoryKey, History], after: Mapping[HistoryKey, History]
    ) -> SettledPeople:
        """Count what becomes of these histories; what must be written of it is returned."""
        found = SettledPeople(Flags(), {}, set())
        for key, history in after.items():
            if history != before[key]:
                facts = self.facts_of(key.experiment_id)
                was, counted = count(before[key], facts)
                for place in counted:
                    self._tally[place] -= 1
                settled, counted = count(history, facts)
                for place in counted:
                    self._tally[place] += 1
                found.flags.compare(history, settled)
                is_same = _shown(history) == _shown(before[key])
                is_gone = was.is_counted and not (settled.is_counted and is_same)
                if is_gone and key.excluded_because == "":
                    found.gone.add(key[:2])
                has_converted = settled.conversion is not None
                if key.excluded_because == "" and has_converted != (was.conversion is not None):
                    found.converted[key[:2]] = has_converted
        return found

    def follow(self, settled: SettledPeople) -> None:
        """Let what people did on the page follow what was settled, once the marks are written."""
        converted = {k: v for k, v in settled.converted.items() if self._is_open(k[0])}
        engaged.mark(self.connection, converted)
        self.forget_acts(settled.gone)

    def forget_acts(self, visitors: Collection[tuple[int, str]]) -> None:
        """Delete what these visitors did on the page, and count it no more."""
        engaged.remove(self.connection, {key for key in visitors if self._is_open(key[0])})

    def _is_open(self, experiment_id: int) -> bool:
        return not self.facts_of(experiment_id).is_purged

    def _count_visit(self, visit: Any, number: int) -> None:
        self._tally[cell_of(visit, self.facts_of(visit.experiment_id)), "served"] += number

    def _histories(self, keys: Collection[HistoryKey]) -> dict[HistoryKey, History]:
        """The histories as they are now, also those in which nothing happened."""
        visitors = {key[:2] for key in keys if key.visitor}
        emails = {(key.experiment_id, key.email_key) for key in keys if key.email_key}
        sightings = kept.find(self.connection, SIGHTINGS, visitors)
        # Asked one after the other, each by its own index: for both at once SQLite would look at
        # every sign-up of the experiment.
        signups = kept.find(self.connection, SIGNUPS, visitors, by="visitor")
        signups += [row for row in kept.find(self.connection, SIGNUPS, emails) if not row.visitor]
        return histories_of(keys, sightings, signups)

    def _write(self) -> None:
        standing = {key for key, facts in self._facts.items() if facts.is_purged}
        if standing:
            self._tally = Counter(
                {
                    (cell, column): number
                    for (cell, column), number in self._tally.items()
                    if cell.experiment_id not in standing or cell.excluded_because == WAITING
                }
            )
        kept.add(self.connection, HOURLY_COUNTS, hourly_rows(self._tally))
        totals.add(self.connection, self._tally, self._facts)
        names = ("experiment_id", "variant", "hour", "reason", "family", "count")
        machines = [
            dict(zip(names, (*key, number), strict=True)) for key, number in self._machines.items()
        ]
        kept.add(self.connection, MACHINE_COUNTS, machines)


class SettledPeople(NamedTuple):
    """Marks to write, who converted or does so no more, and who does not count as seen any more."""

    flags: Flags
    converted: dict[tuple[int, str], bool]
    gone: set[tuple[int, str]]


class Flags:
    """Marks on rows that say what counts; those that are wrong are gathered and written at once."""

    def __init__(self) -> None:
        self.sightings: list[Row] = []
        self.signups: list[Row] = []

    def compare(self, history: History, settled: Settled) -> None:
        """Remember the rows whose mark is not what was settled."""
        sighting: Any = history.sighting
        if sighting is not None and sighting.is_counted != settled.is_counted:
            key = _key_of(SIGHTINGS, sighting)
            self.sightings.append(key | {"is_counted": settled.is_counted})
        for index, signup in enumerate[Any](history.signups):
            is_converted = index == settled.conversion
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


def _shown(history: History) -> str | None:
    """The variant of the sighting."""
    return None if history.sighting is None else history.sighting.variant


def hourly_rows(tally: Tally) -> list[Row]:
    """Return the tally as rows of the roll-up, leaving out what adds nothing."""
    cells: defaultdict[Cell, Row] = defaultdict(lambda: dict.fromkeys(COLUMNS, 0))
    for (cell, column), number in tally.items():
        if number:
            cells[cell][column] = number
    return [cell._asdict() | row for cell, row in cells.items()]


def _by_quarter(visits: Iterable[VisitRow]) -> Iterable[tuple[Any, int]]:
    """The fields of cells, with the quarter hour since 1970 for the hour, and their visits."""
    return Counter(
        [
            (experiment_id, variant, at_us // QUARTER_US, source, device, language, reason)
            for experiment_id, _, reason, variant, at_us, source, device, language, _ in visits
        ]
    ).items()


def _key_of(table: sa.Table, row: Any) -> Row:
    return {name: getattr(row, name) for name in _key_names(table)}


@cache
def _key_names(table: sa.Table) -> tuple[str, ...]:
    return tuple(column.name for column in table.primary_key)
