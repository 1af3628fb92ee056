"""A group of events, as it is written: machines counted, people kept, sign-ups mailed.

Everything here happens in the one transaction of the group.
"""

from collections import Counter
from collections.abc import Container, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from operator import attrgetter
from typing import NamedTuple

import sqlalchemy as sa

from wbtest.audience.engagement import kept as engaged
from wbtest.audience.recording import exposures, made_up
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
from wbtest.audience.recording.hours import QUARTER_US
from wbtest.audience.recording.ledger import Ledger
from wbtest.audience.recording.people import People
from wbtest.audience.recording.rows import SightingRow, SignupRow, VisitRow
from wbtest.audience.signing.announcing import announce_signups
from wbtest.audience.signing.mailing import Mails, Overrun
from wbtest.audience.traffic import classify
from wbtest.team import limits

# A reason of these stays, whatever the browser calls itself.
KNOWN_REASONS = (SUSPECTED, "team")
# What a network may send is counted for so long.
COUNTED_FOR = timedelta(hours=1)
# Experiment, variant, and quarter of an hour since 1970.
Loss = tuple[int, str, int]
_visit = attrgetter(*VisitRow._fields)
# The rest of a sign-up is settled after it came.
_signup = attrgetter(*(name for name in SignupRow._fields if name not in SignupRow._field_defaults))


class Sorted(NamedTuple):
    """The events of people in a group; sign-ups with their places among all events."""

    visits: list[VisitRow]
    sightings: list[SightingRow]
    signups: list[tuple[int, SignedUp, SignupRow]]
    deeds: list[Did]


def record(
    connection: sa.Connection,
    events: Sequence[Event],
    facts: dict[int, Facts],
    now: datetime,
    mail_domain: str,
    overrun: Overrun | None = None,
) -> list[Outcome | None]:
    """Write the events with all that follows from them; what is there already changes nothing.

    Returns for each sign-up what became of it, None for the others. ``facts`` remembers what was
    read of the experiments. ``mail_domain`` ends the ids of the mails. ``overrun`` remembers from
    one group to the next on which pages mails wait. Raises LookupError for an experiment that is
    not there.
    """
    turned_away = _turned_away(connection, events, now)
    events = exposures.fill_in(connection, events)
    with Ledger(connection, facts) as ledger:
        for experiment_id in {event.experiment_id for event in events}:
            ledger.facts_of(experiment_id)
        events = made_up.fold(connection, events, ledger.facts_of)
        group = _sorted(ledger, events, turned_away)
        ledger.keep_visits(group.visits)
        letters = [(event, row) for _, event, row in group.signups]
        people = People(ledger, group.sightings, [row for _, row in letters])
        new = people.new
        remembered = {} if overrun is None else overrun
        mails = Mails(connection, letters, new, people.at_address, now, remembered)
        people.write(mails.later)
        engaged.keep(connection, group.deeds)
        mails.write(mail_domain)
        announce_signups(connection, [row for _, row in letters], new, now)
        names = Counter(event.counted_as for event, _ in letters if event.counted_as)
        limits.count_many(connection, names, COUNTED_FOR, now)
    outcomes: list[Outcome | None] = [None] * len(events)
    for index, _, row in group.signups:
        outcomes[index] = "new" if id(row) in new else "known"
    for index, seconds in turned_away.items():
        outcomes[index] = TurnedAway(seconds)
    return outcomes


def _sorted(ledger: Ledger, events: Sequence[Event], left_out: Container[int]) -> Sorted:
    """The events as rows, without those at the places ``left_out``; machines are counted."""
    group = Sorted([], [], [], [])
    for index, event in enumerate(events):
        # Nearly all are visits, so these are asked for first.
        if isinstance(event, (Served, Seen)):
            if machine := classify(event.user_agent, event.hints):
                ledger.count_machine(machine, event.experiment_id, event.variant, event.at_us)
                continue
            group.visits.append(VisitRow._make(_visit(event)))
            if isinstance(event, Seen):
                group.sightings.append(SightingRow(*group.visits[-1]))
        elif isinstance(event, SignedUp):
            if index not in left_out:
                group.signups.append((index, event, row := _signup_of(event)))
                if row.excluded_because == SUSPECTED and row.visitor:
                    group.visits.append(_visit_of(row))
                    group.sightings.append(SightingRow(*group.visits[-1]))
        elif not classify(event.user_agent, event.hints):
            group.deeds.append(event)
    return group


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
    connection: sa.Connection, events: Sequence[Event], now: datetime
) -> dict[int, int]:
    """Which sign-ups come from a network that has sent what it may, and how long it must wait.

    Looked at where they are counted, so that of those that come at once none is too many.
    """
    limited = [
        (index, event)
        for index, event in enumerate(events)
        if isinstance(event, SignedUp) and event.counted_as and event.most_counted
    ]
    hits = Counter(limits.hits_of(connection, {event.counted_as for _, event in limited}, now))
    found = {}
    for index, event in limited:
        if hits[event.counted_as] >= event.most_counted:
            found[index] = limits.seconds_until_free(connection, event.counted_as, now)
        else:
            hits[event.counted_as] += 1
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


def _visit_of(row: SignupRow) -> VisitRow:
    """What marks the visitor of a suspected sign-up; the address may be known and leave no row."""
    return VisitRow._make(getattr(row, name) for name in VisitRow._fields)
