"""Which sign-ups of a group are written to, and when: one mail for each address, page and day."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import sqlalchemy as sa

from wbtest.audience.models import Erasure
from wbtest.audience.recording.cells import IMPORTED, SUSPECTED
from wbtest.audience.recording.events import SignedUp
from wbtest.audience.recording.ledger import SIGNUPS
from wbtest.audience.recording.rows import SignupRow
from wbtest.audience.signing.guard import HOUR_US
from wbtest.delivery.models import OutboxMail
from wbtest.delivery.outbox import mail_row

DAY_US = 86_400_000_000
MICROSECONDS = 1_000_000
Sent = Sequence[tuple[SignedUp, SignupRow]]


def write_to(
    connection: sa.Connection, sent: Sent, new: Collection[int], now: datetime, mail_domain: str
) -> None:
    """Queue the mails of a group of sign-ups; ``new`` are the ids of the rows that were kept.

    Nobody is written to because of a machine, which may want us to write to somebody else. Who
    erased an address and leaves it again by themselves is no longer kept out of imported lists.
    """
    trusted = [(event, row) for event, row in sent if row.excluded_because != SUSPECTED]
    fresh = [event for event, row in trusted if id(row) in new]
    known = [(event, row) for event, row in trusted if id(row) not in new]
    _lift_erasures(connection, fresh)
    written = [event for event in (*fresh, *_asked_again(connection, known)) if event.subject]
    mails = [
        _mail(event, now, mail_domain) | {"due_at": due_at}
        for event, due_at in _paced(connection, written, fresh, now)
    ]
    if mails:
        connection.execute(sa.insert(OutboxMail), mails)


def _paced(
    connection: sa.Connection,
    events: Iterable[SignedUp],
    fresh: Sequence[SignedUp],
    now: datetime,
) -> Iterator[tuple[SignedUp, datetime]]:
    """Each event with the moment at which its mail leaves: now, or after the last that waits.

    The sign-up remembers that moment as the one of its mail, and so the next one finds it. Those
    that are ``fresh`` are stored already.
    """
    now_us = int(now.timestamp() * MICROSECONDS)
    stored = {id(event) for event in fresh}
    last: dict[int, int] = {}
    came: dict[int, int] = {}
    for event in events:
        page = event.experiment_id
        if page not in came and event.most_an_hour:
            mine = sum(each.experiment_id == page for each in fresh)
            came[page] = _came(connection, page, now_us, event.most_an_hour + mine) - mine
        is_overrun = event.most_an_hour and came[page] >= event.most_an_hour
        if id(event) in stored and event.most_an_hour:
            came[page] += 1
        if not is_overrun:
            yield event, now
            continue
        if page not in last:
            last[page] = _last_due(connection, page, now_us)
        last[page] += HOUR_US // event.most_an_hour
        connection.execute(
            sa.update(SIGNUPS)
            .where(SIGNUPS.c.experiment_id == page, SIGNUPS.c.email_key == event.email_key)
            .values(mailed_us=last[page])
        )
        yield event, datetime.fromtimestamp(last[page] / MICROSECONDS, UTC)


def _came(connection: sa.Connection, experiment_id: int, now_us: int, most: int) -> int:
    """How many people signed up on a page in the last hour, ``most`` where there were more.

    Those suspected of being machines are not among them, or machines could slow our mails; nor are
    those that the team brought in from a list.
    """
    rows = (
        sa.select(sa.literal(1))
        .where(
            SIGNUPS.c.experiment_id == experiment_id,
            SIGNUPS.c.at_us > now_us - HOUR_US,
            SIGNUPS.c.excluded_because.not_in((SUSPECTED, IMPORTED)),
        )
        .limit(most)
    )
    return connection.scalar(sa.select(sa.func.count()).select_from(rows.subquery())) or 0


def _last_due(connection: sa.Connection, experiment_id: int, now_us: int) -> int:
    """When the last mail of an overrun page leaves.

    Mostly it is one of the last hour, which an index finds. All others are asked when none of those
    waits: the mails of an earlier crowd may wait for longer.
    """
    newest = sa.select(sa.func.max(SIGNUPS.c.mailed_us))
    for came in (SIGNUPS.c.at_us > now_us - HOUR_US, sa.true()):
        found = connection.scalar(newest.where(SIGNUPS.c.experiment_id == experiment_id, came)) or 0
        if found > now_us:
            return found
    return now_us


def _asked_again(connection: sa.Connection, known: Sent) -> list[SignedUp]:
    """Those whose address is there, unconfirmed, and had its last mail a day ago or earlier.

    Its token is the one of the mails before, unless the server's key is another since then. The new
    mail takes the place of one which still waits; all else stays as it was, since a stranger may
    have sent the form. So the mail goes to the spelling that is stored.
    """
    asked = {
        (row.experiment_id, row.email_key): event
        for event, row in known
        if event.mails_again and event.subject
    }
    if not asked:
        return []
    rows = connection.execute(
        sa.select(SIGNUPS).where(
            SIGNUPS.c.experiment_id.in_({key[0] for key in asked}),
            SIGNUPS.c.email_key.in_({key[1] for key in asked}),
            SIGNUPS.c.confirmed_us.is_(None),
            SIGNUPS.c.excluded_because != SUSPECTED,
        )
    ).all()
    again = []
    for row in rows:
        event = asked.get((row.experiment_id, row.email_key))
        last_us = row.at_us if row.mailed_us is None else row.mailed_us
        if event is not None and event.at_us - last_us >= DAY_US:
            connection.execute(
                sa.update(SIGNUPS)
                .where(
                    SIGNUPS.c.experiment_id == row.experiment_id,
                    SIGNUPS.c.email_key == row.email_key,
                )
                .values(token_hash=event.token_hash, mailed_us=event.at_us)
            )
            _take_back(connection, row)
            again.append(replace(event, email=row.email))
    return again


def _take_back(connection: sa.Connection, signup: Any) -> None:
    """Delete the mail with the sign-up's last token if it has not left yet."""
    waiting = connection.execute(
        sa.select(OutboxMail.id, OutboxMail.leave_url).where(
            OutboxMail.recipient == signup.email, OutboxMail.state == "waiting"
        )
    ).all()
    for mail in waiting:
        token = mail.leave_url.rpartition("/")[2]
        if sha256(token.encode()).hexdigest() == signup.token_hash:
            connection.execute(sa.delete(OutboxMail).where(OutboxMail.id == mail.id))


def _lift_erasures(connection: sa.Connection, events: Sequence[SignedUp]) -> None:
    hashes = {event.email_hash for event in events if event.email_hash}
    if hashes:
        connection.execute(
            sa.delete(Erasure).where(
                Erasure.experiment_id.in_({event.experiment_id for event in events}),
                Erasure.email_hash.in_(hashes),
            )
        )


def _mail(event: SignedUp, now: datetime, mail_domain: str) -> dict[str, Any]:
    return mail_row(
        event.email,
        event.subject,
        event.body,
        event.leave_url,
        now,
        mail_domain,
        event.workspace_id,
        event.html,
    )
