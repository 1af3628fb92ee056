"""From the outbox to the mail server: claimed in one transaction, settled in another.

Delivery is at least once: a worker that dies between the two leaves the mail to be sent again,
under the same Message-ID.
"""

import time
from datetime import timedelta
from typing import NamedTuple

import sqlalchemy as sa

from wbtest.delivery.backoff import LONGEST_WAIT, MOST_ATTEMPTS, wait_after
from wbtest.delivery.models import OutboxMail
from wbtest.delivery.smtp import Bounced, Mail, NotSent, compose, send
from wbtest.extensions import clock, db
from wbtest.runtime import runtime
from wbtest.store import writing

# Longer than a slow server can keep us, so that no other worker sends the same mail meanwhile.
LEASE = timedelta(minutes=5)
# A webhook may take half a minute for its turn, so one mail a turn would be too few.
MOST_AT_ONCE = 25
TURN_SECONDS = 5.0


class Claim(NamedTuple):
    """A mail that is ours until its lease runs out."""

    id: int
    mail: Mail


def claim_mail() -> Claim | None:
    """Take the mail that has been due longest, or None. One transaction.

    One that must not be sent any more, as a later area says, is deleted instead.
    """
    settings = runtime().settings
    may_leave = runtime().hooks.may_leave
    now = clock.now()
    # What is further away than the longest wait was noted by a clock that was ahead.
    is_due = sa.or_(OutboxMail.due_at <= now, OutboxMail.due_at > now + LONGEST_WAIT)
    next_due = (
        sa.select(OutboxMail)
        .where(OutboxMail.state == "waiting", is_due)
        .order_by(OutboxMail.due_at, OutboxMail.id)
        .limit(1)
    )
    # Asked every second, and mostly for nothing: that must not keep others from writing.
    if db.session.scalar(next_due.with_only_columns(OutboxMail.id)) is None:
        return None
    with writing() as session:
        due = next_due.with_for_update(skip_locked=True)
        while (row := session.scalars(due).first()) is not None and not may_leave(row):
            session.delete(row)
            session.flush()
        if row is None:
            return None
        row.attempts += 1
        row.due_at = now + LEASE
        mail = Mail(
            message_id=row.message_id,
            sender=settings.mail_from,
            recipient=row.recipient,
            subject=row.subject,
            body=row.body,
            html=row.html,
            leave_url=row.leave_url,
            written_at=row.created_at,
        )
        return Claim(row.id, mail)


def settle(claim: Claim, error: Bounced | NotSent | None) -> None:
    """Note what became of a claimed mail: sent, bounced, to be tried again, or given up.

    What will not be sent again loses its text: the links in it open something, and of those we
    keep nothing but hashes. What was given up keeps it, since an owner may send it again.
    """
    with writing() as session:
        row = session.get(OutboxMail, claim.id)
        # Whoever it was for may have left meanwhile, or a slower worker have sent it.
        if row is None or row.state == "sent":
            return
        row.error = str(error or "")[:500]
        row.due_at = now = clock.now()
        if error is None:
            row.state, row.sent_at = "sent", now
        elif isinstance(error, Bounced):
            row.state = "bounced"
        elif row.attempts >= MOST_ATTEMPTS:
            row.state = "failed"
        else:
            row.due_at = now + wait_after(row.attempts)
        if row.state in ("sent", "bounced"):
            row.body = row.html = row.leave_url = ""


def send_one() -> bool:
    """Try the next mail that is due; False when there is none, or no mail server is set."""
    settings = runtime().settings
    claim = claim_mail() if settings.mail_url else None
    if claim is None:
        return False
    error: Bounced | NotSent | None = None
    try:
        send(compose(claim.mail), settings.mail_url)
    except (Bounced, NotSent) as refused:
        error = refused
    settle(claim, error)
    return True


def send_some() -> bool:
    """Try mails that are due until the turn is over; False when there is none."""
    ends = time.monotonic() + TURN_SECONDS
    for number in range(MOST_AT_ONCE):
        if not send_one():
            return number > 0
        if time.monotonic() >= ends:
            break
    return True
