"""A group of events, as it is written: machines counted, people kept, sign-ups mailed.

Everything here happens in the one transaction of the group.
"""

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from operator import attrgetter
from typing import NamedTuple

import sqlalchemy as sa

from wbtest.audience.engagement import kept as engaged
from wbtest.audience.recording import exposures, made_up
from wbtest.audience.recording import rows as kept
from wbtest.audience.recording.cells import SUSPECTED, Facts
from wbtest.audience.recording.events import (
    Did,
    Event,
    Outcome,
    Seen,
    Served,
    SignedUp,
    TurnedAway,
)
from wbtest.audience.recording.gate import UNKNOWN_MARK, Admissions, Arrived, Gate
from wbtest.audience.recording.hours import QUARTER_US
from wbtest.audience.recording.ledger import SIGNUPS, VISITS, Ledger
from wbtest.audience.recording.people import People
from wbtest.audience.recording.rows import SightingRow, SignupRow, VisitRow
from wbtest.audience.signing.announcing import announce_signups
from wbtest.audience.signing.mailing import Mails, Overrun
from wbtest.audience.traffic import classify
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


class Sorted(NamedTuple):
    """The events of people in a group; sign-ups with their places among all events."""

    arrivals: list[Arrived]
    signups: list[tuple[int, SignedUp]]
    deeds: list[Did]


def record(
    connection: sa.Connection,
    events: Sequence[Event],
    facts: dict[int, Facts],
    now: datetime,
    mail_domain: str,
    overrun: Overrun | None = None,
    gate: Gate | None = None,
) -> list[Outcome | None]:
    """Write the events with all that follows from them; what is there already changes nothing.

    Returns for each sign-up what became of it, None for the others. ``facts`` remembers what was
    read of the experiments. ``mail_domain`` ends the ids of the mails. ``overrun`` remembers from
    one group to the next on which pages mails wait, ``gate`` who came from which network. Raises
    LookupError for an experiment that is not there.
    """
    events = exposures.fill_in(connection, events)
    with Ledger(connection, facts) as ledger:
        for experiment_id in {event.experiment_id for event in events}:
            ledger.facts_of(experiment_id)
        events = made_up.fold(connection, events, ledger.facts_of)
        came = _sorted(ledger, events)
        stored = kept.find(connection, VISITS, _visitors_of(came))
        admissions = (gate or Gate()).decide(connection, came.arrivals, stored, ledger.facts_of)
        turned_away = _turned_away(connection, came.signups, admissions, now)
        arrivals = _apply(ledger, came.arrivals, admissions)
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
        rows = [row for _, _, row in signups]
        suspected = [_visit_of(row) for row in rows if _is_of_machine(row)]
        ledger.keep_visits([*visits, *suspected], stored)
        sightings += [SightingRow._make((*row[:-1], True)) for row in suspected]
        letters = [(event, row) for _, event, row in signups]
        people = People(ledger, sightings, rows)
        new = people.new
        remembered = {} if overrun is None else overrun
        mails = Mails(connection, letters, new, people.at_address, now, remembered)
        people.write(mails.later)
        engaged.keep(connection, came.deeds)
        mails.write(mail_domain)
        announce_signups(connection, rows, new, now)
    outcomes: list[Outcome | None] = [None] * len(events)
    for index, _, row in signups:
        outcomes[index] = "new" if id(row) in new else "known"
    for index, seconds in turned_away.items():
        outcomes[index] = TurnedAway(seconds)
    return outcomes


def _sorted(ledger: Ledger, events: Sequence[Event]) -> Sorted:
    """The events of people; machines are counted, but for their sign-ups, which are kept."""
    group = Sorted([], [], [])
    for index, event in enumerate(events):
        # Nearly all are visits, so these are asked for first.
        if isinstance(event, (Served, Seen)):
            if machine := classify(event.user_agent, event.hints):
                ledger.count_machine(machine, event.experiment_id, event.variant, event.at_us)
            else:
                group.arrivals.append(event)
        elif isinstance(event, SignedUp):
            group.signups.append((index, event))
        elif not classify(event.user_agent, event.hints):
            group.deeds.append(event)
    return group


def _visitors_of(came: Sorted) -> set[tuple[int, str]]:
    """Whose visits are asked for: of everybody who came, and of those who sign up."""
    found = {(event.experiment_id, event.visitor) for event in came.arrivals}
    found.update((event.experiment_id, event.visitor) for _, event in came.signups if event.visitor)
    return found


def _apply(
    ledger: Ledger, arrivals: Sequence[Arrived], admissions: Admissions
) -> Sequence[Arrived]:
    """The arrivals under the reason of their visitor; those that are kept as no row are counted."""
    if not admissions.is_crowded:
        return arrivals
    found = []
    for event in arrivals:
        if admissions.is_dropped(event):
            ledger.count_crowd(event.experiment_id, event.variant, event.at_us)
        else:
            found.append(admissions.with_reason(event))
    return found


def record_losses(
    connection: sa.Connection, losses: Counter[Loss], facts: dict[int, Facts]
) -> None:
    """Count events that were given up before; those of no experiment are nobody's."""
    with Ledger(connection, facts) as ledger:
        for (experiment_id, variant, quarter), number in losses.items():
            with suppress(LookupError):
                ledger.count_lost(experiment_id, variant, quarter * QUARTER_US, number)


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
        for row in kept.find(connection, SIGNUPS, free, by="visitor")
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
    is_suspected = row.excluded_because not in KNOWN_REASONS and classify(event.user_agent)
    reason = SUSPECTED if is_suspected else row.excluded_because
    return row._replace(
        excluded_because=reason,
        page_digest=event.page_digest,
        is_disposable=event.is_disposable,
        answer_hash=event.answer_hash,
        is_asked_to_confirm=event.asks_to_confirm,
        mailed_us=event.at_us if event.subject and reason != SUSPECTED else None,
    )


def _is_of_machine(row: SignupRow) -> bool:
    return row.excluded_because == SUSPECTED and row.visitor != ""


def _visit_of(row: SignupRow) -> VisitRow:
    """What marks the visitor of a suspected sign-up; the address may be known and leave no row."""
    return VisitRow._make((*_visit(row), UNKNOWN_MARK))
