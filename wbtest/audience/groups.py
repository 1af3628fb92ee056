"""A group of events, as it is written: machines counted, people kept, sign-ups mailed.

Everything here happens in the one transaction of the group.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime
from operator import attrgetter

import sqlalchemy as sa

from wbtest.audience import rows as kept
from wbtest.audience.cells import Facts, HistoryKey, history_key
from wbtest.audience.events import Event, Outcome, Seen, SignedUp
from wbtest.audience.ledger import SIGHTINGS, SIGNUPS, Ledger
from wbtest.audience.rows import Row, SightingRow, SignupRow, VisitRow
from wbtest.audience.traffic import classify
from wbtest.delivery.models import OutboxMail

LONGEST_SUBJECT = 300
_visit = attrgetter(*VisitRow._fields)
_signup = attrgetter(*(name for name in SignupRow._fields if name != "is_converted"))


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
    with Ledger(connection, facts) as ledger:
        for index, event in enumerate(events):
            ledger.facts_of(event.experiment_id)
            if isinstance(event, SignedUp):
                signups.append((index, event, _signup_of(event)))
            elif machine := classify(event.user_agent, event.hints):
                ledger.count_machine(machine, event.experiment_id, event.variant, event.at_us)
            else:
                visits.append(VisitRow._make(_visit(event)))
                if isinstance(event, Seen):
                    sightings.append(SightingRow(*visits[-1]))
        ledger.keep_visits(visits)
        new = _keep_people(ledger, sightings, [row for _, _, row in signups])
        mails = [_mail(event, now, mail_domain) for _, event, row in signups if id(row) in new]
        if mails := [mail for mail in mails if mail["subject"]]:
            connection.execute(sa.insert(OutboxMail), mails)
    outcomes: list[Outcome | None] = [None] * len(events)
    for index, _, row in signups:
        outcomes[index] = "new" if id(row) in new else "known"
    return outcomes


def _keep_people(
    ledger: Ledger, sightings: list[SightingRow], signups: list[SignupRow]
) -> set[int]:
    """Keep the rows, settle everybody they touch, and return the ids of the new sign-ups."""
    if not sightings and not signups:
        return set()
    touched = {
        HistoryKey(row.experiment_id, row.visitor, row.excluded_because) for row in sightings
    }
    touched |= {history_key(row) for row in signups}
    with ledger.settling(touched | _histories_of(ledger.connection, signups)):
        kept.keep(ledger.connection, SIGHTINGS, sightings)
        return {id(row) for row in kept.keep(ledger.connection, SIGNUPS, signups).new}


def _histories_of(connection: sa.Connection, signups: list[SignupRow]) -> set[HistoryKey]:
    """The histories in which the addresses stand now; an earlier sign-up takes them elsewhere."""
    if not signups:
        return set()
    stored = connection.execute(
        sa.select(SIGNUPS).where(
            SIGNUPS.c.experiment_id.in_({row.experiment_id for row in signups}),
            SIGNUPS.c.email_key.in_({row.email_key for row in signups}),
        )
    )
    return {history_key(row) for row in stored}


def _signup_of(event: SignedUp) -> SignupRow:
    """A machine's sign-up is kept, since a person may hide behind it, but does not count."""
    row = SignupRow(*_signup(event))
    is_suspected = not row.excluded_because and classify(event.user_agent)
    return row._replace(excluded_because="suspected") if is_suspected else row


def _mail(event: SignedUp, now: datetime, domain: str) -> Row:
    return {
        "message_id": f"<{secrets.token_hex(16)}@{domain}>",
        "recipient": event.email,
        # The subject holds what a team typed; a header has no line breaks.
        "subject": " ".join(event.subject.split())[:LONGEST_SUBJECT],
        "body": event.body,
        "leave_url": event.leave_url,
        "created_at": now,
        "due_at": now,
    }
