"""A group of events, as it is written: machines counted, people kept, sign-ups mailed.

Everything here happens in the one transaction of the group.
"""

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from operator import attrgetter

import sqlalchemy as sa

from wbtest.audience.engagement import kept as engaged
from wbtest.audience.recording import exposures, made_up
from wbtest.audience.recording.cells import SUSPECTED, Facts
from wbtest.audience.recording.events import Did, Event, Outcome, Seen, Served, SignedUp
from wbtest.audience.recording.hours import QUARTER_US
from wbtest.audience.recording.ledger import Ledger
from wbtest.audience.recording.people import People
from wbtest.audience.recording.rows import SightingRow, SignupRow, VisitRow
from wbtest.audience.signing.announcing import announce_signups
from wbtest.audience.signing.mailing import Mails
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


def record(
    connection: sa.Connection,
    events: Sequence[Event],
    facts: dict[int, Facts],
    now: datetime,
    mail_domain: str,
) -> list[Outcome | None]:
    """Write the events with all that follows from them; what is there already changes nothing.

    Returns for each sign-up what became of it, None for the others. ``facts`` remembers what was
    read of the experiments. ``mail_domain`` ends the ids of the mails. Raises LookupError for an
    experiment that is not there.
    """
    visits: list[VisitRow] = []
    sightings: list[SightingRow] = []
    signups: list[tuple[int, SignedUp, SignupRow]] = []
    deeds: list[Did] = []
    events = exposures.fill_in(connection, events)
    with Ledger(connection, facts) as ledger:
        for experiment_id in {event.experiment_id for event in events}:
            ledger.facts_of(experiment_id)
        events = made_up.fold(connection, events, ledger.facts_of)
        for index, event in enumerate(events):
            # Nearly all are visits, so these are asked for first.
            if isinstance(event, (Served, Seen)):
                if machine := classify(event.user_agent, event.hints):
                    ledger.count_machine(machine, event.experiment_id, event.variant, event.at_us)
                    continue
                visits.append(VisitRow._make(_visit(event)))
                if isinstance(event, Seen):
                    sightings.append(SightingRow(*visits[-1]))
            elif isinstance(event, SignedUp):
                signups.append((index, event, row := _signup_of(event)))
                if row.excluded_because == SUSPECTED and row.visitor:
                    visits.append(_visit_of(row))
                    sightings.append(SightingRow(*visits[-1]))
            elif not classify(event.user_agent, event.hints):
                deeds.append(event)
        ledger.keep_visits(visits)
        letters = [(event, row) for _, event, row in signups]
        people = People(ledger, sightings, [row for _, row in letters])
        new = people.new
        mails = Mails(connection, letters, new, now)
        people.write(mails.later)
        engaged.keep(connection, deeds)
        mails.write(mail_domain)
        announce_signups(connection, [row for _, row in letters], new, now)
        names = Counter(event.counted_as for event, _ in letters if event.counted_as)
        limits.count_many(connection, names, COUNTED_FOR, now)
    outcomes: list[Outcome | None] = [None] * len(events)
    for index, _, row in signups:
        outcomes[index] = "new" if id(row) in new else "known"
    return outcomes


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
        other_variant=event.other_variant,
        answer_hash=event.answer_hash,
        mailed_us=event.at_us if event.subject and reason != SUSPECTED else None,
    )


def _visit_of(row: SignupRow) -> VisitRow:
    """What marks the visitor of a suspected sign-up; the address may be known and leave no row."""
    return VisitRow._make(getattr(row, name) for name in VisitRow._fields)
