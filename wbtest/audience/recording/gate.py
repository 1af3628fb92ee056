"""The gate: how many visitors of one network count, decided when they come for the first time.

A visitor is admitted while fewer of the same mark than the sealed limits were admitted within the
last hour and the last day. All others are *crowd*: they get the same page, cookie and mail, and
stand in neither side of the rate. The gate knows no variant, no source and no sign-up, so who is
admitted depends on earlier arrivals alone, and the evidence stays valid.

A mark is 16 bits of a keyed hash of the network (``mark_of``); no IP is stored.
What was decided about a visitor stays, from whatever network they come later.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from hashlib import blake2s
from operator import attrgetter
from typing import TypeVar, cast

import sqlalchemy as sa
from msgspec.structs import replace

from wbtest import driver
from wbtest.audience.models import CrowdNetwork, NetworkCount
from wbtest.audience.recording import rows as kept
from wbtest.audience.recording.cells import AnnouncedCrowd, Facts
from wbtest.audience.recording.events import Arrival, Seen, Served
from wbtest.audience.recording.hours import QUARTER_SECONDS, QUARTER_US
from wbtest.audience.recording.rows import VisitRow
from wbtest.networks import network_of
from wbtest.store import writing

# The reason under which those stand who are not admitted.
CROWD = "crowd"
# The mark of a visitor whose network is not known.
UNKNOWN_MARK = -1
# An hour and a day in whole quarters of an hour. The quarter in which somebody comes is counted
# with as many before it, so that a window is never shorter than it says.
HOUR, DAY = 4, 96
DAY_US = DAY * QUARTER_US
# The first of a mark are counted by each process for itself, which saves nearly all visits a row.
FIRST = 2
# Rows of those who are not admitted; beyond these they are only counted.
MOST_OF_A_MARK, MOST_OF_A_TEST = 200, 2_000
# A visitor whose number is so old came before. Clocks of machines differ by less.
LATE_US = 60_000_000
# So many marks are remembered before those of yesterday are forgotten.
MOST_REMEMBERED = 100_000
CROWD_NETWORKS = cast(sa.Table, CrowdNetwork.__table__)
NETWORK_COUNTS = cast(sa.Table, NetworkCount.__table__)
_COUNTS = (
    "SELECT experiment_id, mark, quarter, admitted, kept FROM network_counts "  # noqa: S608 - marks
    f"WHERE experiment_id = ? AND mark IN ({driver.MANY})"
)
_JOINED = "SELECT crowd, mark, admitted FROM crowd_networks WHERE experiment_id = ?"
_DROPPED = "SELECT 1 FROM machine_counts WHERE experiment_id = ? AND reason = ? LIMIT 1"
_KEPT = (
    "SELECT COALESCE(SUM(served), 0) FROM kind_totals "
    "WHERE experiment_id = ? AND excluded_because = ?"
)

# Experiment and mark; experiment and visitor.
Network = tuple[int, int]
Who = tuple[int, str]
Arrived = Served | Seen
E = TypeVar("E", bound=Arrival)


class Admissions:
    """What was decided about the visitors of a group, before now or just now.

    ``reasons`` holds '' for who is admitted, CROWD, or None for who is to leave no row; ``marks``
    those of newcomers.
    """

    def __init__(
        self,
        reasons: Mapping[Who, str | None],
        marks: Mapping[Who, int],
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


class Gate:
    """Decides who is admitted; one for each recorder, used by its thread alone.

    Only one transaction at a time writes events, so what is counted in the database is exact. What
    this process remembers of a mark's first visitors is known to no other: of each mark up to
    ``FIRST`` more are admitted for each further process, or start of one.
    """

    def __init__(self) -> None:
        # When the first of each mark came.
        self._first: dict[Network, tuple[int, ...]] = {}

    def decide(
        self,
        connection: sa.Connection,
        arrivals: Sequence[Arrived],
        stored: Iterable[VisitRow],
        facts_of: Callable[[int], Facts],
    ) -> Admissions:
        """Return what holds of the visitors who arrive, of whom these visits are stored.

        A group that is tried again counts its visitors twice, which admits fewer and never more.
        """
        reasons: dict[Who, str | None] = {
            row[:2]: row.excluded_because for row in stored if row.excluded_because in ("", CROWD)
        }
        marks: dict[Who, int] = {}
        later: list[Arrived] = []
        before = _as_number(arrivals[0].at_us - LATE_US) if arrivals else ""
        has_dropped = _Dropped(connection)
        keys = {each: facts_of(each).key for each in {event.experiment_id for event in arrivals}}
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
            elif mark != UNKNOWN_MARK and not self._is_first(event, mark):
                later.append(event)
        if later:
            later.sort(key=attrgetter("at_us"))
            self._decide_later(connection, later, reasons, marks, facts_of)
        return Admissions(reasons, marks, has_dropped)

    def _is_first(self, event: Arrived, mark: int) -> bool:
        """Whether this is one of the first of its mark within a day, and remember it."""
        network = event.experiment_id, mark
        times = self._first.get(network)
        if times is None:
            self._first[network] = (event.at_us,)
            return True
        if len(times) == FIRST and times[0] <= event.at_us - DAY_US:
            times = times[1:]
        if len(times) == FIRST:
            return False
        self._first[network] = (*times, event.at_us)
        return True

    def _decide_later(
        self,
        connection: sa.Connection,
        later: Sequence[Arrived],
        reasons: dict[Who, str | None],
        marks: Mapping[Who, int],
        facts_of: Callable[[int], Facts],
    ) -> None:
        """Decide about all others of a mark, who are counted in the database."""
        whos = [(event.experiment_id, event.visitor) for event in later]
        networks = [(who[0], marks[who]) for who in whos]
        desk = _Desk(connection, set(networks), facts_of)
        for event, who, network in zip(later, whos, networks, strict=True):
            reasons[who] = desk.decide(network, event.at_us, self._first[network])
        desk.write()
        if len(self._first) > MOST_REMEMBERED:
            before_us = later[-1].at_us - DAY_US
            self._first = {key: at for key, at in self._first.items() if at[-1] > before_us}


class _Dropped:
    """Whether visitors of a test were left without a row before, asked once each."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._known: dict[int, bool] = {}

    def __call__(self, experiment_id: int) -> bool:
        if experiment_id not in self._known:
            found = driver.ask(self._connection, _DROPPED, (experiment_id, CROWD))
            self._known[experiment_id] = bool(found)
        return self._known[experiment_id]


def _as_number(at_us: int) -> str:
    """How the numbers of visitors begin who came at this moment: see ``visitors.new_visitor``."""
    return f"{max(at_us, 0) // 1000:012x}"


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


class _Desk:
    """What is counted of some networks, and what a group adds to it."""

    def __init__(
        self,
        connection: sa.Connection,
        networks: Collection[Network],
        facts_of: Callable[[int], Facts],
    ) -> None:
        self._connection = connection
        self._facts_of = facts_of
        # By network and quarter of an hour since 1970: admitted, and rows kept of others.
        self._counts: defaultdict[Network, dict[int, list[int]]] = defaultdict(dict)
        for experiment_id, mark, quarter, admitted, rows in driver.ask_pairs(
            connection, _COUNTS, networks
        ):
            self._counts[experiment_id, mark][quarter] = [admitted, rows]
        self._added: defaultdict[tuple[int, int, int], list[int]] = defaultdict(lambda: [0, 0])
        self._kept: dict[int, int] = {}
        self._people: dict[int, defaultdict[int, dict[int, int]]] = {}
        self._joined: Counter[tuple[int, int, int]] = Counter()

    def decide(self, network: Network, at_us: int, first: Sequence[int]) -> str | None:
        """Return the reason of a visitor of this network, of whom the ``first`` are not counted."""
        facts, quarter = self._facts_of(network[0]), at_us // QUARTER_US
        counts = self._counts[network]
        own = [each // QUARTER_US for each in first]
        in_hour = within(HOUR, quarter, own, counts)
        in_day = within(DAY, quarter, own, counts)
        is_admitted = in_hour < facts.limits.hour and in_day < facts.limits.day
        for place, crowd in enumerate(facts.crowds):
            if crowd.from_us <= at_us <= crowd.until_us:
                is_full = not is_admitted or in_hour + 1 >= min(facts.limits.hour, crowd.people)
                joins = self._joins(network, place, crowd, in_hour, is_full=is_full)
                is_admitted = is_admitted if joins is None else joins
        if is_admitted:
            self._add(network, quarter, 0)
            return ""
        rows = sum(kept for at, (_, kept) in counts.items() if quarter - DAY <= at)
        if rows >= MOST_OF_A_MARK or self._kept_of(network[0]) >= MOST_OF_A_TEST:
            return None
        self._kept[network[0]] += 1
        self._add(network, quarter, 1)
        return CROWD

    def _add(self, network: Network, quarter: int, column: int) -> None:
        self._added[*network, quarter][column] += 1
        self._counts[network].setdefault(quarter, [0, 0])[column] += 1

    def _kept_of(self, experiment_id: int) -> int:
        """How many rows the test has of those who were not admitted."""
        if experiment_id not in self._kept:
            [[number]] = driver.ask(self._connection, _KEPT, (experiment_id, CROWD))
            self._kept[experiment_id] = int(number)
        return self._kept[experiment_id]

    def _joins(
        self, network: Network, place: int, crowd: AnnouncedCrowd, in_hour: int, *, is_full: bool
    ) -> bool | None:
        """Whether a visitor of an announced crowd's network is among its people, who are counted.

        Its networks are the first that are full in its time; ``in_hour`` of one are then counted as
        its people. From then on nobody else of it is admitted in that time. None for a network
        that is none of the crowd's.
        """
        experiment_id, mark = network
        people = self._people_of(experiment_id)[place]
        is_new = mark not in people
        coming = 1 + (in_hour if is_new else 0)
        has_room = sum(people.values()) + coming <= crowd.people
        if is_new and not (is_full and has_room and len(people) < crowd.networks):
            return None
        if has_room:
            people[mark] = people.get(mark, 0) + coming
            self._joined[experiment_id, place, mark] += coming
        return has_room

    def _people_of(self, experiment_id: int) -> defaultdict[int, dict[int, int]]:
        """How many of each mark belong to the announced crowds, by the crowd's place."""
        if experiment_id not in self._people:
            found = self._people[experiment_id] = defaultdict[int, dict[int, int]](dict)
            for place, mark, number in driver.ask(self._connection, _JOINED, (experiment_id,)):
                found[place][mark] = number
        return self._people[experiment_id]

    def write(self) -> None:
        """Add what was decided to the tables that all processes share."""
        counts = [(*key, *numbers) for key, numbers in self._added.items()]
        people = [(*key, number) for key, number in self._joined.items()]
        for table, added in ((NETWORK_COUNTS, counts), (CROWD_NETWORKS, people)):
            names = [column.name for column in table.columns]
            kept.add(self._connection, table, [dict(zip(names, row, strict=True)) for row in added])


def within(quarters: int, now: int, own: Iterable[int], counts: Mapping[int, Sequence[int]]) -> int:
    """Return how many were admitted in this quarter of an hour and so many before it. Pure.

    ``own`` are quarters of single visitors, ``counts`` hold by quarter how many others there were.
    """
    since = now - quarters
    others = sum(numbers[0] for quarter, numbers in counts.items() if quarter >= since)
    return others + sum(quarter >= since for quarter in own)


def forget_old_counts(now: datetime) -> None:
    """Delete what no window reaches back to any more; a job of the worker."""
    today = int(now.timestamp()) // QUARTER_SECONDS - DAY
    with writing() as session:
        # A visit may wait in a queue for a moment.
        is_old = NETWORK_COUNTS.c.quarter < today - HOUR
        session.execute(sa.delete(NETWORK_COUNTS).where(is_old))
