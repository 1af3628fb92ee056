"""What did not arrive: how many, and since when."""

from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa

from wbtest.delivery.models import OutboxEvent, OutboxMail, Webhook
from wbtest.extensions import db


class GivenUp(NamedTuple):
    """How many were given up, and when the first and the last of them were."""

    number: int
    oldest_at: datetime
    newest_at: datetime


def mails_in() -> GivenUp | None:
    """The mails that were given up, or None for none."""
    return _found(
        sa.select(
            sa.func.count(), sa.func.min(OutboxMail.due_at), sa.func.max(OutboxMail.due_at)
        ).where(OutboxMail.state == "failed")
    )


def events_in() -> GivenUp | None:
    """The events for webhooks that were given up, or None for none."""
    return _found(
        sa.select(sa.func.count(), sa.func.min(OutboxEvent.due_at), sa.func.max(OutboxEvent.due_at))
        .join(Webhook, Webhook.id == OutboxEvent.webhook_id)
        .where(OutboxEvent.state == "failed")
    )


def _found(query: sa.Select[int, datetime, datetime]) -> GivenUp | None:
    number, oldest_at, newest_at = db.session.execute(query).one()
    return GivenUp(number, oldest_at, newest_at) if number else None
