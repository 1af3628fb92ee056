"""Events for webhooks: rows in the transaction that caused them, one for each that wants them.

``team.delivery_settings`` says who wants what, ``webhook_sender`` how an event leaves.
"""

import json
import secrets
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from wbtest import driver
from wbtest.delivery.models import OutboxEvent, Webhook
from wbtest.extensions import clock
from wbtest.store import writing

KINDS = {
    "release.approved": "Revision approved",
    "experiment.started": "Test started",
    "experiment.paused": "Test paused",
    "experiment.resumed": "Test resumed",
    "experiment.ended": "Test ended",
    "signup.created": "Sign-up",
    "signup.confirmed": "Email confirmed",
    "verdict.reached": "Result reached",
    "decision.made": "Decision made",
}
# Sent by a button, to every webhook that is asked for it.
TEST = "test"
# Not a kind: in ``Webhook.events`` it says that events of people carry their email.
ADDRESSES = "addresses"
KEPT = timedelta(days=30)


def emit(kind: str, data: Mapping[str, Any], *, email: str = "") -> None:
    """Write an event for each webhook that wants it.

    Joins the open write transaction. ``data`` names no person; ``email`` goes to those webhooks
    alone that were set to get it.
    """
    with writing() as session:
        wanting = find_wanting(session.connection(), [kind])
        rows = event_rows(wanting, kind, data, clock.now(), email)
        if rows:
            session.execute(sa.insert(OutboxEvent), rows)


def find_wanting(connection: sa.Connection, kinds: Collection[str]) -> list[sa.Row[Any]]:
    """The active webhooks that want one of these kinds: id and events of each.

    None of them can be deleted until the transaction ends, so that its events find it.
    """
    # Asked for each group of sign-ups, and most servers have none.
    if not driver.ask(connection, "SELECT 1 FROM webhooks WHERE state = ? LIMIT 1", ("active",)):
        return []
    query = (
        sa.select(Webhook.id, Webhook.events)
        .where(Webhook.state == "active")
        .order_by(Webhook.id)
        .with_for_update(read=True, key_share=True)
    )
    hooks: list[sa.Row[Any]] = list(connection.execute(query))
    return [hook for hook in hooks if not {*kinds}.isdisjoint(hook.events)]


def new_id() -> str:
    """Return an id for an event, the same for everybody who is told of it."""
    return f"msg_{secrets.token_hex(16)}"


def event_rows(
    hooks: Sequence[sa.Row[Any]],
    kind: str,
    data: Mapping[str, Any],
    now: datetime,
    email: str = "",
) -> list[dict[str, Any]]:
    """Return one event as rows to insert, for those of ``hooks`` that want it, under one id."""
    event_id = new_id()
    return [
        {
            "webhook_id": hook.id,
            "event_id": event_id,
            "kind": kind,
            "body": body_of(
                kind, {**data, "email": email} if email and ADDRESSES in hook.events else data, now
            ),
            "created_at": now,
            "due_at": now,
        }
        for hook in hooks
        if kind in hook.events
    ]


def body_of(kind: str, data: Mapping[str, Any], now: datetime) -> str:
    """Return what is sent, as JSON."""
    said = {"type": kind, "timestamp": now.isoformat(), "data": dict(data)}
    return json.dumps(said, ensure_ascii=False)


def forget_events(connection: sa.Connection, email: str) -> None:
    """Delete the events that hold this email, in capitals or not."""
    if email:
        # As JSON writes it, so that ann@x.io is not found in joann@x.io.
        is_theirs = OutboxEvent.body.icontains(
            json.dumps(email, ensure_ascii=False), autoescape=True
        )
        connection.execute(sa.delete(OutboxEvent).where(is_theirs))


def forget_old_events(now: datetime) -> None:
    """Delete events 30 days after they were settled, 60 after they were queued; a job.

    None waits for so long but at a webhook that is off.
    """
    is_settled = (OutboxEvent.state != "waiting") & (OutboxEvent.due_at < now - KEPT)
    with writing() as session:
        session.execute(
            sa.delete(OutboxEvent).where(is_settled | (OutboxEvent.created_at < now - 2 * KEPT))
        )
