"""A batch of events as it is written: machines counted, people stored, sign-ups mailed.

Everything here happens in the one transaction of the batch. What is stored of the same people is
read once, before anything is written. What will be stored afterwards is worked out from that, so
nothing is read again and a row is inserted with its final marks.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any, NamedTuple, TypeVar

import sqlalchemy as sa

from wbtest.audience import signup_mail, traffic
from wbtest.audience.models import SIGHTINGS, SIGNUPS, VISITS
from wbtest.audience.recording import engagement, event_rows
from wbtest.audience.recording.counting_rules import (
    QUARTER_US,
    SUSPECTED,
    CountingRules,
    HistoryKey,
    SightingRow,
    SignupRow,
    VisitRow,
    histories_of,
    history_key,
)
from wbtest.audience.recording.events import Did, Event, Outcome, Seen, Served, SignedUp, TurnedAway
from wbtest.audience.recording.gate import UNKNOWN_MARK, Admissions, Arrived, NetworkGate
from wbtest.audience.recording.ledger import LOST, UNSTORED, Ledger
from wbtest.team import rate_limits

# A reason of these stays, whatever the browser calls itself.
KNOWN_REASONS = (SUSPECTED, "team")
# What a network may send is counted for so long.
COUNTED_FOR = timedelta(hours=1)
# Experiment, variant, and quarter of an hour since 1970.
Loss = tuple[int, str, int]
_visit = attrgetter(*(name for name in VisitRow._fields if name not in VisitRow._field_defaults))
# The rest of a sign-up is settled after it came.
_signup = attrgetter(*(name for name in SignupRow._fields if name not in SignupRow._field_defaults))
T = TypeVar("T")


class BatchEvents(NamedTuple):
    """The events of people in a group; sign-ups with their places among all events.

    ``visitors`` are those whose visits are asked for: of everybody who came, or signs up.
    """

    arrivals: list[Arrived]
    signups: list[tuple[int, SignedUp]]
    deeds: list[Did]
    visitors: set[tuple[int, str]]


def record_events(
    connection: sa.Connection,
    events: Sequence[Event],
    rules: dict[int, CountingRules],
    now: datetime,
    mail_domain: str,
    gate: NetworkGate | None = None,
) -> list[Outcome | None]:
    """Write the events with all that follows from them; what is there already changes nothing.

    Returns for each sign-up what became of it, None for the others. ``rules`` remembers what was
    read of the experiments. ``mail_domain`` ends the ids of the mails. ``gate`` remembers from one
    group to the next who came from which network. Raises LookupError for an experiment that is not
    there.
    """
    events = event_rows.fill_in_sources(connection, events)
    with Ledger(connection, rules) as ledger:
        for experiment_id in {event.experiment_id for event in events}:
            ledger.rules_of(experiment_id)
        events = event_rows.cap_sources(connection, events, ledger.rules_of)
        came = _split(ledger, events)
        stored = event_rows.find_rows(connection, VISITS, came.visitors)
        admissions = (gate or NetworkGate()).decide(
            connection, came.arrivals, stored, ledger.rules_of
        )
        arrivals = _apply(ledger, came.arrivals, admissions)
        turned_away: dict[int, int] = {}
        if came.signups:
            turned_away = _turned_away(connection, came.signups, admissions, now)
        signups = [
            (index, event, _signup_of(admissions.with_reason(event)))
            for index, event in came.signups
            if index not in turned_away
        ]
        visits = [
            VisitRow._make(_visit(event) + (mark,))  # noqa: RUF005 - half the time, for each visit
            for event, mark in zip(arrivals, admissions.marks_of(arrivals), strict=True)
        ]
        sightings = [
            SightingRow._make((*row[:-1], True))
            for event, row in zip(arrivals, visits, strict=True)
            if isinstance(event, Seen)
        ]
        # They mark the visitor of a suspected sign-up; its address may be known and leave no row.
        suspected = [
            VisitRow._make((*_visit(row), UNKNOWN_MARK))
            for _, _, row in signups
            if row.excluded_because == SUSPECTED and row.visitor != ""
        ]
        ledger.keep_visits([*visits, *suspected], stored)
        sightings += [SightingRow._make((*row[:-1], True)) for row in suspected]
        new: Collection[int] = ()
        if signups:
            letters = [(event, row) for _, event, row in signups]
            new = _keep_signups(ledger, sightings, letters, now, mail_domain)
        elif sightings:
            BatchPeople(ledger, sightings, []).write({})
        if came.deeds:
            engagement.keep_acts(connection, came.deeds)
    outcomes: list[Outcome | None] = [None] * len(events)
    for index, _, row in signups:
        outcomes[index] = "new" if id(row) in new else "known"
    for index, seconds in turned_away.items():
        outcomes[index] = TurnedAway(seconds)
    return outcomes


def _keep_signups(
    ledger: Ledger,
    sightings: Sequence[SightingRow],
    letters: signup_mail.SentSignups,
    now: datetime,
    mail_domain: str,
) -> Collection[int]:
    """Store the sign-ups, queue their mails, tell webhooks; return the ids of rows that are new."""
    rows = [row for _, row in letters]
    people = BatchPeople(ledger, sightings, rows)
    mails = signup_mail.BatchMails(ledger.connection, letters, people.new, people.at_address, now)
    people.write(mails.later)
    mails.write(mail_domain)
    signup_mail.announce_signups(ledger.connection, rows, people.new, now)
    return people.new


def _split(ledger: Ledger, events: Sequence[Event]) -> BatchEvents:
    """The events of people; machines are counted, but for their sign-ups, which are kept."""
    group = BatchEvents([], [], [], set())
    for index, event in enumerate(events):
        # Nearly all are visits, so these are asked for first.
        if isinstance(event, (Served, Seen)):
            if machine := traffic.classify(event.user_agent, event.hints):
                ledger.count_unstored(machine, event.experiment_id, event.variant, event.at_us)
            else:
                group.arrivals.append(event)
                group.visitors.add((event.experiment_id, event.visitor))
        elif isinstance(event, SignedUp):
            group.signups.append((index, event))
            if event.visitor:
                group.visitors.add((event.experiment_id, event.visitor))
        elif not traffic.classify(event.user_agent, event.hints):
            group.deeds.append(event)
    return group


def _apply(
    ledger: Ledger, arrivals: Sequence[Arrived], admissions: Admissions
) -> Sequence[Arrived]:
    """The arrivals under the reason of their visitor; those that are kept as no row are counted."""
    if not admissions.is_crowded:
        return arrivals
    found = []
    for event in arrivals:
        if admissions.is_dropped(event):
            ledger.count_unstored(UNSTORED, event.experiment_id, event.variant, event.at_us)
        else:
            found.append(admissions.with_reason(event))
    return found


def record_losses(
    connection: sa.Connection, losses: Counter[Loss], rules: dict[int, CountingRules]
) -> None:
    """Count events that were given up before; those of no experiment are nobody's."""
    with Ledger(connection, rules) as ledger:
        for (experiment_id, variant, quarter), number in losses.items():
            with suppress(LookupError):
                at_us = quarter * QUARTER_US
                ledger.count_unstored(LOST, experiment_id, variant, at_us, number)


def loss_of(event: Event) -> Loss:
    """Return where an event is counted that could not be stored."""
    return event.experiment_id, event.variant, event.at_us // QUARTER_US


def _turned_away(
    connection: sa.Connection,
    signups: Sequence[tuple[int, SignedUp]],
    admissions: Admissions,
    now: datetime,
) -> dict[int, int]:
    """Which sign-ups come from a network that has sent what it may, and how long it must wait.

    The others are counted, so that of those that come at once none is too many. The first form of a
    visitor who was admitted is never refused for what others of their network sent, nor counted
    beyond the limit.
    """
    limited = [(index, event) for index, event in signups if event.counted_as]
    names = {name for _, event in limited for name in event.counted_as}
    hits = Counter(rate_limits.hits_of(connection, names, now))
    counted: Counter[str] = Counter()
    refused = []
    for index, event in limited:
        name = event.counted_as[0]
        if 0 < event.most_counted <= sum(map(hits.__getitem__, event.counted_as)):
            refused.append((index, event))
        else:
            hits[name] += 1
            counted[name] += 1
    rate_limits.count_many(connection, counted, COUNTED_FOR, now)
    free = {(e.experiment_id, e.visitor) for _, e in refused if admissions.is_admitted(e)}
    free -= {
        (row.experiment_id, row.visitor)
        for row in event_rows.find_rows(connection, SIGNUPS, free, by="visitor")
    }
    found = {}
    for index, event in refused:
        who = event.experiment_id, event.visitor
        if who in free:
            free.remove(who)
        else:
            found[index] = rate_limits.seconds_until_free(connection, event.counted_as, now)
    return found


def _signup_of(event: SignedUp) -> SignupRow:
    """A machine's sign-up is kept, since a person may hide behind it, but does not count.

    Nor are we made to write to somebody by one that objects to being counted, or joins a waiting
    list. Told is it only by what it says of itself: which headers come along is up to proxies, too,
    and must cost nobody our mail. Who sends such a form was not seen, and so is in no rate.
    """
    row = SignupRow(*_signup(event))
    is_suspected = row.excluded_because not in KNOWN_REASONS and traffic.classify(event.user_agent)
    reason = SUSPECTED if is_suspected else row.excluded_because
    return row._replace(
        excluded_because=reason,
        page_digest=event.page_digest,
        is_disposable=event.is_disposable,
        answer_hash=event.answer_hash,
        is_asked_to_confirm=event.asks_to_confirm,
        mailed_us=event.at_us if event.subject and reason != SUSPECTED else None,
    )


class BatchPeople:
    """The sightings and sign-ups of a group, beside what is stored of the same people.

    ``new`` are the ids of the sign-ups that are new. For its owner an address is new, too, that
    only a machine has left before. ``at_address`` are the rows that stood under the addresses.
    """

    def __init__(
        self, ledger: Ledger, sightings: Sequence[SightingRow], signups: Sequence[SignupRow]
    ) -> None:
        self._ledger = ledger
        self._came = signups
        touched = {
            HistoryKey(row.experiment_id, row.visitor, row.excluded_because) for row in sightings
        }
        # Suspicion reaches over into what would count.
        touched |= {key._replace(excluded_because="") for key in touched if key[2] == SUSPECTED}
        # Those in which the addresses stand now; an earlier sign-up takes them elsewhere.
        addresses = {row[:2] for row in signups}
        self.at_address = event_rows.find_rows(ledger.connection, SIGNUPS, addresses)
        touched |= {history_key(row) for row in (*signups, *self.at_address)}
        self._touched = touched
        visitors = {key[:2] for key in touched if key.visitor}
        self._seen = event_rows.find_rows(ledger.connection, SIGHTINGS, visitors)
        theirs = event_rows.find_rows(ledger.connection, SIGNUPS, visitors, by="visitor")
        # Of a row that was found twice the one that may move.
        self._signed = {event_rows.key_of(row): row for row in (*theirs, *self.at_address)}.values()
        self._sightings = event_rows.plan_upsert(sightings, self._seen)
        self._signups = event_rows.plan_upsert(signups, self.at_address)
        freed = [row for row, stored in self._signups.moved if event_rows.reclaims(row, stored)]
        self.new = {id(row) for row in (*self._signups.new, *freed)}

    def write(self, mailed: Mapping[int, int]) -> None:
        """Settle everybody, and write what changes.

        ``mailed`` says when our mail to a new sign-up leaves, in microseconds since 1970, where
        that is not at once; by the id of its row.
        """
        signups = _mailed(self._signups, mailed) if mailed else self._signups
        before = histories_of(self._touched, self._seen, self._signed)
        after = histories_of(
            self._touched, _after(self._seen, self._sightings), _after(self._signed, signups)
        )
        changes = self._ledger.attribute(before, after)
        marks, connection = changes.marks, self._ledger.connection
        new_sightings, marks.sightings = _marked(self._sightings.new, marks.sightings)
        new_signups, marks.signups = _marked(signups.new, marks.signups)
        event_rows.apply_plan(
            connection, SIGHTINGS, event_rows.UpsertPlan(new_sightings, self._sightings.moved)
        )
        event_rows.apply_plan(
            connection, SIGNUPS, event_rows.UpsertPlan(new_signups, signups.moved)
        )
        marks.write(connection)
        self._ledger.follow(changes)
        if self._came:
            _mark_repeats(connection, self._came, self.at_address)


def _mailed(signups: event_rows.UpsertPlan, mailed: Mapping[int, int]) -> event_rows.UpsertPlan:
    """The same, with the moment at which each mail leaves."""

    def told(row: SignupRow) -> SignupRow:
        return row._replace(mailed_us=mailed.get(id(row), row.mailed_us))

    moved = [(told(row), stored) for row, stored in signups.moved]
    return event_rows.UpsertPlan([told(row) for row in signups.new], moved)


def _after(stored: Iterable[Any], chosen: event_rows.UpsertPlan) -> list[Any]:
    """What is stored once these rows are written."""
    moved = {id(old): event_rows.moved_row(row, old) for row, old in chosen.moved}
    return [*(moved.get(id(row), row) for row in stored), *chosen.new]


def _marked(
    new: Sequence[Any], marks: Sequence[event_rows.RowValues]
) -> tuple[list[Any], list[event_rows.RowValues]]:
    """New rows with their marks, and the marks that are those of rows which are there already."""
    wanted = {tuple(mark.values())[:-1]: mark for mark in marks}
    found = []
    for row in new:
        mark = wanted.pop(event_rows.key_of(row), None)
        found.append(row if mark is None else row._replace(**mark))
    return found, [*wanted.values()]


def _mark_repeats(
    connection: sa.Connection, came: Iterable[SignupRow], stored: Iterable[Any]
) -> None:
    """Note the other variant on a sign-up whose address ``came`` or was ``stored`` under two.

    A cookie was lost there: the first sign-up stands. Rows that don't count say nothing about what
    a person saw. Most people who lose a cookie leave no address, so this is a share among sign-ups.
    """
    shown: defaultdict[tuple[int, str], set[str]] = defaultdict(set)
    for row in (*stored, *came):
        if row.excluded_because == "":
            shown[row.experiment_id, row.email_key].add(row.variant)
    for (experiment_id, email_key), variants in shown.items():
        if len(variants) < 2:
            continue
        is_it = (SIGNUPS.c.experiment_id == experiment_id) & (SIGNUPS.c.email_key == email_key)
        there = connection.execute(
            sa.select(SIGNUPS.c.variant).where(is_it, SIGNUPS.c.other_variant == "")
        ).first()
        if there is not None:
            other = min(variants - {there.variant})
            connection.execute(sa.update(SIGNUPS).where(is_it).values(other_variant=other))
