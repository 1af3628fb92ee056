"""The mail that waits, was given up or came back."""

from datetime import datetime
from typing import Literal

import msgspec

from wbtest.api.webhooks import Queued
from wbtest.delivery.models import OutboxMail
from wbtest.delivery.outbox import mails_of
from wbtest.team import access
from wbtest.team import dead_letters as verbs


class MailsWanted(msgspec.Struct, forbid_unknown_fields=True):
    """Of which state."""

    state: Literal["waiting", "failed", "bounced"] = "failed"


class MailShown(msgspec.Struct, kw_only=True):
    """A mail without its text, whose links open something."""

    id: int
    to: str
    subject: str
    state: str
    attempts: int
    error: str
    created_at: datetime
    due_at: datetime


class Mails(msgspec.Struct):
    mails: list[MailShown]


def list_mails(query: MailsWanted) -> Mails:
    """The mails that were given up, or those that wait or came back; 50 at most."""
    found = mails_of(query.state)
    return Mails([_shown(each) for each in found])


def send_mails_again() -> Queued:
    """Send every mail once more that was given up."""
    return Queued(verbs.send_all_again())


def send_mail_again(mail_id: int) -> Queued:
    """Send one mail once more that was given up."""
    verbs.send_again(access.get(OutboxMail, mail_id, "own"))
    return Queued(1)


def dismiss_mail(mail_id: int) -> None:
    """Delete one mail that did not arrive."""
    verbs.dismiss(access.get(OutboxMail, mail_id, "own"))


def _shown(mail: OutboxMail) -> MailShown:
    return MailShown(
        id=mail.id,
        to=mail.recipient,
        subject=mail.subject,
        state=mail.state,
        attempts=mail.attempts,
        error=mail.error,
        created_at=mail.created_at,
        due_at=mail.due_at,
    )
