"""Short words for tests about webhooks."""

from wbtest.delivery.models import OutboxEvent
from wbtest.delivery.webhook_sender import post_events
from wbtest.delivery.webhooks import emit
from wbtest.extensions import db


def say(kind: str = "experiment.started", **parts: str) -> None:
    """Let something happen."""
    emit(kind, {"id": 7}, **parts)


def events() -> list[OutboxEvent]:
    """All events as they are stored now."""
    db.session.expire_all()
    return list(db.session.scalars(db.select(OutboxEvent).order_by(OutboxEvent.id)))


def post_all() -> None:
    """Post until nothing is due."""
    while post_events():
        pass
