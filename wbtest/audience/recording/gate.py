"""The gate: how many visitors of one network count, decided when they come for the first time.

A visitor is admitted while fewer of the same mark than the sealed limits were admitted within the
last hour and the last day. All others are *crowd*: they get the same page, cookie and mail, and
stand in neither side of the rate. The gate knows no variant, no source and no sign-up, so who is
admitted depends on earlier arrivals alone, and the evidence stays valid.

A mark is 16 bits of a keyed hash of the network (``mark_of``); no IP is stored.
What was decided about a visitor stays, from whatever network they come later.
"""

from array import array
from bisect import bisect_left, insort
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from hashlib import blake2s
from operator import itemgetter
from typing import TypeVar

import sqlalchemy as sa
from msgspec.structs import replace

from wbtest import driver
from wbtest.audience.models import CROWD_NETWORKS, NEWCOMERS
from wbtest.audience.recording import event_rows
from wbtest.audience.recording.counting_rules import (
    QUARTER_SECONDS,
    QUARTER_US,
    AnnouncedCrowd,
    CountingRules,
    VisitRow,
)
from wbtest.audience.recording.events import Arrival, Seen, Served, VisitorId
from wbtest.networks import network_of
from wbtest.store import writing

# The reason under which those stand who are not admitted.
CROWD = "crowd"
# The mark of a visitor whose network is not known.
UNKNOWN_MARK = -1
# An hour and a day in whole quarters of an hour. The quarter in which somebody comes is counted
# with as many before it, so that a window is never shorter than it says.
HOUR, DAY = 4, 96
# Rows of those who are not admitted; beyond these they are only counted.
MOST_OF_A_MARK, MOST_OF_A_TEST = 200, 2_000
# A visitor whose number is so old came before. Clocks of machines differ by less.
LATE_US = 60_000_000
_COLUMNS = tuple(column.name for column in NEWCOMERS.columns)
_NEWER = (
    "SELECT number, quarter, admitted, kept FROM newcomers "
    "WHERE experiment_id = ? AND number > ? ORDER BY number"
)
_JOINED = "SELECT crowd, mark, admitted FROM crowd_networks WHERE experiment_id = ?"
_DROPPED = "SELECT 1 FROM machine_counts WHERE experiment_id = ? AND reason = ? LIMIT 1"
_KEPT = (
    "SELECT COALESCE(SUM(served), 0) FROM kind_totals "
    "WHERE experiment_id = ? AND excluded_because = ?"
)

# By mark, the quarters of an hour since 1970 in which its visitors came, in order.
Quarters = defaultdict[int, list[int]]
Arrived = Served | Seen
E = TypeVar("E", bound=Arrival)


class Admissions:
    """What was decided about the visitors of a group, before now or just now.

    ``reasons`` holds '' for who is admitted, CROWD, or None for who is to leave no row; ``marks``
    those of newcomers.
    """

    def __init__(
        self,
        reasons: Mapping[VisitorId, str | None],
        marks: Mapping[VisitorId, int],
        has_dropped: Callable[[int], bool],
    ) -> None:
        self._reasons = reasons
        self._marks = marks
        self._has_dropped = has_dropped
        self.is_crowded = any(reason != "" for reason in reasons.values())

    def is_admitted(self, event: Arrival) -> bool:
        """Whether the visitor was admitted, and the event is not left out for another reason."""
        reason = self._reasons.get((event.experiment_id, event.visitor))
        return event.excluded_because == "" and reason == ""

    def is_dropped(self, event: Arrival) -> bool:
        """Whether no row is kept of it."""
        reason = self._reasons.get((event.experiment_id, event.visitor), "")
        return event.excluded_because == "" and reason is None

    def with_reason(self, event: E) -> E:
        """Return the event under CROWD if its visitor is not admitted, else as it is.

        A visitor without a row, in a test in which some were left without one, is taken for one of
        those.
        """
        who = event.experiment_id, event.visitor
        if event.excluded_because or event.visitor == "" or self._reasons.get(who) == "":
            return event
        if who not in self._reasons and not self._has_dropped(event.experiment_id):
            return event
        return replace(event, excluded_because=CROWD)

    def marks_of(self, events: Iterable[Arrival]) -> list[int]:
        """Return the mark of each visitor's network when they came; UNKNOWN_MARK of a known one."""
        return [
            self._marks.get((event.experiment_id, event.visitor), UNKNOWN_MARK) for event in events
        ]


class NetworkGate:
    """Decides who is admitted; one for each recorder, used by its thread alone.

    Only one transaction at a time writes events. It begins by reading what others wrote since the
    last one, so all processes together admit as many as one would.
    """

    def __init__(self) -> None:
        self._remembered: dict[int, _Remembered] = {}
        self._day = 0

    def decide(
        self,
        connection: sa.Connection,
        arrivals: Sequence[Arrived],
        stored: Iterable[VisitRow],
        rules_of: Callable[[int], CountingRules],
    ) -> Admissions:
        """Return what holds of the visitors who arrive, of whom these visits are stored."""
        reasons: dict[VisitorId, str | None] = {
            row[:2]: row.excluded_because for row in stored if row.excluded_because in ("", CROWD)
        }
        marks: dict[VisitorId, int] = {}
        newcomers: list[tuple[int, VisitorId, int]] = []
        # How the numbers of visitors began who came then: see ``visitors.new_visitor``.
        before = f"{max(arrivals[0].at_us - LATE_US, 0) // 1000:012x}" if arrivals else ""

        @cache
        def has_dropped(experiment_id: int) -> bool:
            """Whether visitors of a test were left without a row before."""
            return bool(driver.ask(connection, _DROPPED, (experiment_id, CROWD)))

        keys = {each: rules_of(each).key for each in {event.experiment_id for event in arrivals}}
        # Done for each visit: to put more of it into functions would cost a tenth of writing one.
        for event in arrivals:
            who = event.experiment_id, event.visitor
            if event.excluded_because or who in reasons:
                continue
            marks[who] = mark = mark_of(keys[event.experiment_id], event.address)
            reasons[who] = ""
            if event.visitor < before and has_dropped(event.experiment_id):
                # To ask again who left no row would count those who come back, who said no.
                reasons[who] = None
            elif mark != UNKNOWN_MARK:
                newcomers.append((event.at_us, who, mark))
        if newcomers:
            newcomers.sort(key=itemgetter(0))
            newest_us = newcomers[-1][0]
            desks = {
                each: _ExperimentGate(
                    connection, each, rules_of(each), self._read(connection, each, key, newest_us)
                )
                for each, key in keys.items()
                if key is not None
            }
            for at_us, who, mark in newcomers:
                reasons[who] = desks[who[0]].decide(mark, at_us)
            for desk in desks.values():
                desk.write(newest_us)
        return Admissions(reasons, marks, has_dropped)

    def _read(
        self, connection: sa.Connection, experiment_id: int, key: bytes, now_us: int
    ) -> "_Remembered":
        """Return who came to a test of late; all is read again once a day, to forget the rest."""
        day = now_us // QUARTER_US // DAY
        if day != self._day:
            self._day, self._remembered = day, {}
        found = self._remembered.get(experiment_id)
        if found is None or found.key != key:
            found = self._remembered[experiment_id] = _Remembered(key)
        found.read(connection, experiment_id)
        return found


class _Remembered:
    """Who came to a test of late, as far as it is stored."""

    def __init__(self, key: bytes) -> None:
        # Whose marks these are: when everything is deleted, numbers of tests are free again.
        self.key = key
        self.admitted: Quarters = defaultdict(list)
        self.kept: Quarters = defaultdict(list)
        self.last = 0

    def read(self, connection: sa.Connection, experiment_id: int) -> None:
        """Add what was stored since the last time."""
        for number, quarter, admitted, kept_rows in driver.ask(
            connection, _NEWER, (experiment_id, self.last)
        ):
            for quarters, marks in ((self.admitted, admitted), (self.kept, kept_rows)):
                for mark in array("H", marks):
                    insort(quarters[mark], quarter)
            self.last = number


def mark_of(key: bytes | None, address: str) -> int:
    """Return 16 bits of a keyed BLAKE2s of the address's network; UNKNOWN_MARK where it has none.

    Some 256 networks of 256 addresses share each mark. So one says “perhaps the same network, in
    this test” and nothing else, even to somebody who holds the page's ``key``.
    """
    network = network_of(address)
    if network is None or key is None:
        return UNKNOWN_MARK
    # All keys are of one length, so to put it before the network keys the hash.
    return int.from_bytes(blake2s(key + network, digest_size=2).digest())


class _Copies(dict[int, list[int]]):
    """Of each mark that is asked for a list to add to."""

    def __init__(self, stored: Quarters) -> None:
        self._stored = stored

    def __missing__(self, mark: int) -> list[int]:
        found = self[mark] = [*self._stored.get(mark, ())]
        return found


class _ExperimentGate:
    """What is remembered of a test, and what a group adds to it."""

    def __init__(
        self,
        connection: sa.Connection,
        experiment_id: int,
        rules: CountingRules,
        before: _Remembered,
    ) -> None:
        self._connection = connection
        self._experiment_id = experiment_id
        self._rules = rules
        self._last = before.last
        # Copies, since what a group adds is true only once it is stored.
        self._admitted = _Copies(before.admitted)
        self._kept = _Copies(before.kept)
        self._added = defaultdict[int, tuple[list[int], list[int]]](lambda: ([], []))
        self._rows: int | None = None
        self._people: defaultdict[int, dict[int, int]] | None = None
        self._joined: Counter[tuple[int, int]] = Counter()

    def decide(self, mark: int, at_us: int) -> str | None:
        """Return the reason of a visitor whose network has this mark."""
        quarter, limits = at_us // QUARTER_US, self._rules.limits
        admitted = self._admitted[mark]
        in_hour, in_day = within(HOUR, quarter, admitted), within(DAY, quarter, admitted)
        is_admitted = in_hour < limits.hour and in_day < limits.day
        for place, crowd in enumerate(self._rules.crowds):
            if crowd.from_us <= at_us <= crowd.until_us:
                is_full = not is_admitted or in_hour + 1 >= min(limits.hour, crowd.people)
                joins = self._joins(mark, place, crowd, in_hour, is_full=is_full)
                is_admitted = is_admitted if joins is None else joins
        if is_admitted:
            insort(admitted, quarter)
            self._added[quarter][0].append(mark)
            return ""
        rows = self._kept[mark]
        if within(DAY, quarter, rows) >= MOST_OF_A_MARK or self._kept_rows() >= MOST_OF_A_TEST:
            return None
        self._rows = self._kept_rows() + 1
        insort(rows, quarter)
        self._added[quarter][1].append(mark)
        return CROWD

    def _kept_rows(self) -> int:
        """How many rows the test has of those who were not admitted."""
        if self._rows is None:
            [[number]] = driver.ask(self._connection, _KEPT, (self._experiment_id, CROWD))
            self._rows = int(number)
        return self._rows

    def _joins(
        self, mark: int, place: int, crowd: AnnouncedCrowd, in_hour: int, *, is_full: bool
    ) -> bool | None:
        """Whether a visitor of an announced crowd's network is among its people, who are counted.

        Its networks are the first that are full in its time; ``in_hour`` of one are then counted as
        its people. From then on nobody else of it is admitted in that time. None for a network
        that is none of the crowd's.
        """
        people = self._people_of(place)
        is_new = mark not in people
        coming = 1 + (in_hour if is_new else 0)
        has_room = sum(people.values()) + coming <= crowd.people
        if is_new and not (is_full and has_room and len(people) < crowd.networks):
            return None
        if has_room:
            people[mark] = people.get(mark, 0) + coming
            self._joined[place, mark] += coming
        return has_room

    def _people_of(self, place: int) -> dict[int, int]:
        """How many of each mark belong to the announced crowd at this place."""
        if self._people is None:
            self._people = defaultdict(dict)
            for each, mark, number in driver.ask(self._connection, _JOINED, (self._experiment_id,)):
                self._people[each][mark] = number
        return self._people[place]

    def write(self, now_us: int) -> None:
        """Store what was decided, for all processes."""
        # Above all before it, also where another machine's clock is ahead.
        first = max(self._last + 1, now_us)
        rows = [
            (self._experiment_id, number, quarter, *[array("H", marks).tobytes() for marks in both])
            for number, (quarter, both) in enumerate(self._added.items(), first)
        ]
        driver.insert(self._connection, NEWCOMERS, _COLUMNS, rows)
        people = [
            {"experiment_id": self._experiment_id, "crowd": place, "mark": mark, "admitted": number}
            for (place, mark), number in self._joined.items()
        ]
        event_rows.add_counts(self._connection, CROWD_NETWORKS, people)


def within(quarters: int, now: int, came: Sequence[int]) -> int:
    """Return how many came in this quarter of an hour and so many before it. Pure.

    ``came`` are the quarters in which they came, in order.
    """
    return len(came) - bisect_left(came, now - quarters)


def forget_old_newcomers(now: datetime) -> None:
    """Delete what no window reaches back to any more; a job of the worker."""
    today = int(now.timestamp()) // QUARTER_SECONDS - DAY
    with writing() as session:
        # A visit may wait in a queue for a moment.
        is_old = NEWCOMERS.c.quarter < today - HOUR
        session.execute(sa.delete(NEWCOMERS).where(is_old))
