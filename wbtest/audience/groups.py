"""A group of events, as it is written: machines counted, people kept, sign-ups mailed.

Everything here happens in the one transaction of the group.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from wbtest.audience import rows as kept
from wbtest.audience.cells import Facts, HistoryKey, history_key
from wbtest.audience.events import Event, Outcome, Seen, SignedUp
from wbtest.audience.ledger import SIGHTINGS, SIGNUPS, Ledger
from wbtest.audience.rows import Row
from wbtest.audience.traffic import classify
from wbtest.delivery.models import OutboxMail

VISIT = ("experiment_id", "visitor", "phase", "variant", "at_us", "source", "device")
SIGNUP = (*VISIT, "email_key", "email", "name", "consent", "token_hash")
LONGEST_SUBJECT = 300


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
    visits: list[Row] = []
    sightings: list[Row] = []
    signups: list[tuple[int, SignedUp, Row]] = []
    with Ledger(connection, facts) as ledger:
        for index, event in enumerate(events):
            ledger.facts_of(event.experiment_id)
            if isinstance(event, SignedUp):
                signups.append((index, event, _signup(event)))
            elif machine := classify(event.user_agent, event.hints):
                ledger.count_machine(machine, event.experiment_id, event.variant, event.at_us)
            else:
                visit = _row(event, VISIT, event.excluded_because)
                visits.append(visit)
                if isinstance(event, Seen):
                    sightings.append(visit | {"is_counted": True})
        ledger.keep_visits(visits)
        new = _keep_people(ledger, sightings, [row for _, _, row in signups])
        mails = [_mail(event, now, mail_domain) for _, event, row in signups if id(row) in new]
        if mails := [mail for mail in mails if mail["subject"]]:
            connection.execute(sa.insert(OutboxMail), mails)
    outcomes: list[Outcome | None] = [None] * len(events)
    for index, _, row in signups:
        outcomes[index] = "new" if id(row) in new else "known"
    return outcomes


def _keep_people(ledger: Ledger, sightings: list[Row], signups: list[Row]) -> set[int]:
    """Keep the rows, settle everybody they touch, and return the ids of the new sign-ups."""
    if not sightings and not signups:
        return set()
    touched = {
        HistoryKey(
            row["experiment_id"],
            row["visitor"],
            row["excluded_because"],
            "" if row["visitor"] else row["email_key"],
        )
        for row in (*sightings, *signups)
    }
    with ledger.settling(touched | _histories_of(ledger.connection, signups)):
        kept.keep(ledger.connection, SIGHTINGS, sightings)
        changes = kept.keep(ledger.connection, SIGNUPS, signups)
    return {id(change.row) for change in changes if change.stored is None}


def _histories_of(connection: sa.Connection, signups: list[Row]) -> set[HistoryKey]:
    """The histories in which the addresses stand now; an earlier sign-up takes them elsewhere."""
    if not signups:
        return set()
    stored = connection.execute(
        sa.select(SIGNUPS).where(
            SIGNUPS.c.experiment_id.in_({row["experiment_id"] for row in signups}),
            SIGNUPS.c.email_key.in_({row["email_key"] for row in signups}),
        )
    )
    return {history_key(row) for row in stored}


def _signup(event: SignedUp) -> Row:
    """A machine's sign-up is kept, since a person may hide behind it, but does not count."""
    reason = event.excluded_because or ("suspected" if classify(event.user_agent) else "")
    return _row(event, SIGNUP, reason) | {"is_converted": False}


def _row(event: Event, names: tuple[str, ...], excluded_because: str) -> Row:
    row: dict[str, Any] = {name: getattr(event, name) for name in names}
    row["excluded_because"] = excluded_because
    return row


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
