"""Mails that wait to leave, queued in the transaction of what causes them."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from email.utils import parseaddr
from typing import Any, NamedTuple, cast

import sqlalchemy as sa

from wbtest import driver
from wbtest.delivery.models import OutboxEvent, OutboxMail, Webhook
from wbtest.extensions import clock, db, runtime
from wbtest.store import writing

MAILS = cast(sa.Table, OutboxMail.__table__)
STATES = ("waiting", "sent", "failed", "bounced")
LONGEST_SUBJECT = 300
KEPT = timedelta(days=30)
MOST_LISTED = 50


class Letter(NamedTuple):
    """A mail in plain text."""

    subject: str
    body: str


class Queue(NamedTuple):
    """The mails that wait, and those that were given up.

    ``tried`` are those of the waiting that failed before.
    """

    waiting: int
    tried: int
    failed: int
    oldest_at: datetime | None
    next_at: datetime | None


def queue_mail(
    *,
    recipient: str,
    subject: str,
    body: str,
    leave_url: str = "",
    experiment_id: int | None = None,
) -> OutboxMail:
    """Put a mail into the outbox, in the open write transaction or one of its own.

    ``leave_url`` is the address that takes the recipient off the list (RFC 8058), for mail to
    visitors; ``experiment_id`` is the test whose page such mail looks like. Owners see what becomes
    of it. Its Message-ID is made here, so that a mail sent twice is seen to be the same.
    """
    row = mail_row(recipient, subject, body, leave_url, clock.now(), mail_domain(), experiment_id)
    mail = OutboxMail(**row)
    with writing() as session:
        session.add(mail)
    return mail


def mail_domain() -> str:
    """What the Message-IDs of this instance end with."""
    settings = runtime().settings
    return parseaddr(settings.mail_from)[1].rpartition("@")[2]


def mail_row(
    recipient: str,
    subject: str,
    body: str,
    leave_url: str,
    now: datetime,
    domain: str,
    experiment_id: int | None = None,
) -> dict[str, Any]:
    """Return the same as a row to insert, due at ``now``; ``domain`` ends its Message-ID."""
    return {
        "message_id": f"<{secrets.token_hex(16)}@{domain}>",
        "recipient": _one_line(recipient),
        # What people typed may hold line breaks; a header has none.
        "subject": _one_line(subject)[:LONGEST_SUBJECT],
        "body": body,
        "experiment_id": experiment_id,
        "leave_url": leave_url,
        "created_at": now,
        "due_at": now,
    }


def insert_mails(connection: sa.Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows of ``mail_row`` into the outbox, in the open transaction."""
    if rows:
        names = (*rows[0], "state", "attempts", "error")
        values = [(*row.values(), "waiting", 0, "") for row in rows]
        driver.insert(connection, MAILS, names, values)


def forget_old_mails(now: datetime) -> None:
    """Delete what was sent, bounced or given up 30 days ago; a job of the worker."""
    is_old = (OutboxMail.state != "waiting") & (OutboxMail.due_at < now - KEPT)
    with writing() as session:
        session.execute(sa.delete(OutboxMail).where(is_old))


def counts_by_state() -> dict[str, int]:
    """How many mails are waiting, sent, failed (given up) and bounced."""
    query = db.select(OutboxMail.state, db.func.count().label("mails")).group_by(OutboxMail.state)
    return dict.fromkeys(STATES, 0) | {row.state: row.mails for row in db.session.execute(query)}


def queue_of() -> Queue:
    """What of the mail waits, since when, and what was given up."""
    is_waiting = OutboxMail.state == "waiting"
    found = db.session.execute(
        db.select(
            db.func.count().filter(is_waiting),
            db.func.count().filter(is_waiting, OutboxMail.error != ""),
            db.func.count().filter(OutboxMail.state == "failed"),
            db.func.min(OutboxMail.created_at).filter(is_waiting),
            db.func.min(OutboxMail.due_at).filter(is_waiting),
        )
    ).one()
    return Queue(*found)


def mails_of(state: str) -> list[OutboxMail]:
    """The mails in this state, those settled last or due next first; 50 at most."""
    order = OutboxMail.due_at if state == "waiting" else OutboxMail.due_at.desc()
    query = (
        db.select(OutboxMail)
        .where(OutboxMail.state == state)
        .order_by(order, OutboxMail.id)
        .limit(MOST_LISTED)
    )
    return list(db.session.scalars(query))


def _one_line(text: str) -> str:
    return " ".join(text.split())


class FailedDeliveries(NamedTuple):
    """How many were given up, and when the first and the last of them were."""

    number: int
    oldest_at: datetime
    newest_at: datetime


def find_failed_mails() -> FailedDeliveries | None:
    """The mails that were given up, or None for none."""
    return _find_failed(
        sa.select(
            sa.func.count(), sa.func.min(OutboxMail.due_at), sa.func.max(OutboxMail.due_at)
        ).where(OutboxMail.state == "failed")
    )


def find_failed_events() -> FailedDeliveries | None:
    """The events for webhooks that were given up, or None for none."""
    return _find_failed(
        sa.select(sa.func.count(), sa.func.min(OutboxEvent.due_at), sa.func.max(OutboxEvent.due_at))
        .join(Webhook, Webhook.id == OutboxEvent.webhook_id)
        .where(OutboxEvent.state == "failed")
    )


def _find_failed(query: sa.Select[int, datetime, datetime]) -> FailedDeliveries | None:
    number, oldest_at, newest_at = db.session.execute(query).one()
    return FailedDeliveries(number, oldest_at, newest_at) if number else None
