"""The outbox: mail is a row in the transaction that caused it, and leaves later."""

import secrets
from datetime import datetime
from email.utils import parseaddr
from typing import Any

from flask import current_app

from wbtest.config import Settings
from wbtest.delivery.models import OutboxMail
from wbtest.extensions import clock, db
from wbtest.store import writing

STATES = ("waiting", "sent", "failed", "bounced")
LONGEST_SUBJECT = 300


def queue_mail(*, recipient: str, subject: str, body: str, leave_url: str = "") -> OutboxMail:
    """Put a mail into the outbox, in the open write transaction or one of its own.

    ``leave_url`` is the address that takes the recipient off the list (RFC 8058), for mail to
    visitors. Its Message-ID is made here, so that a mail sent twice is seen to be the same.
    """
    settings: Settings = current_app.extensions["wbtest.settings"]
    domain = parseaddr(settings.mail_from)[1].rpartition("@")[2]
    mail = OutboxMail(**mail_row(recipient, subject, body, leave_url, clock.now(), domain))
    with writing() as session:
        session.add(mail)
    return mail


def mail_row(
    recipient: str, subject: str, body: str, leave_url: str, now: datetime, domain: str
) -> dict[str, Any]:
    """Return the same as a row to insert, due at ``now``; ``domain`` ends its Message-ID."""
    return {
        "message_id": f"<{secrets.token_hex(16)}@{domain}>",
        "recipient": _one_line(recipient),
        # What people typed may hold line breaks; a header has none.
        "subject": _one_line(subject)[:LONGEST_SUBJECT],
        "body": body,
        "leave_url": leave_url,
        "created_at": now,
        "due_at": now,
    }


def counts_by_state() -> dict[str, int]:
    """How many mails are waiting, sent, failed (given up) and bounced."""
    rows = db.session.execute(
        db.select(OutboxMail.state, db.func.count().label("mails")).group_by(OutboxMail.state)
    )
    return dict.fromkeys(STATES, 0) | {row.state: row.mails for row in rows}


def _one_line(text: str) -> str:
    return " ".join(text.split())
