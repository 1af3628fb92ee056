"""Events on their way to webhooks: claimed in one transaction, posted, settled in another.

At least once: a worker that dies between the two leaves its events to be posted again, under the
same webhook-id. A webhook that fails *rests*, so that a server that is down is asked now and then
by one event and not by each that waits; when it answers again, all that waits goes at once. One
that is slow rests as long as its turn may take.
"""

import time
from datetime import timedelta
from typing import NamedTuple

import sqlalchemy as sa
from standardwebhooks.webhooks import Webhook as Signer

from wbtest.delivery import outgoing, settling
from wbtest.delivery.addresses import NotAllowed
from wbtest.delivery.backoff import GIVEN_UP_AFTER
from wbtest.delivery.models import OutboxEvent, Webhook
from wbtest.delivery.outcome import Outcome, outcome_of
from wbtest.extensions import clock, db
from wbtest.runtime import runtime
from wbtest.store import writing

# Longer than all events of a batch can keep us.
LEASE = timedelta(minutes=5)
MOST_AT_ONCE = 25
BATCH_SECONDS = 15.0


class Event(NamedTuple):
    """An event that is ours until its lease runs out; ``event_id`` is the webhook-id."""

    id: int
    event_id: str
    body: str


class Batch(NamedTuple):
    """Events for one webhook, in the order they came due."""

    webhook_id: int
    url: str
    secret: str
    events: tuple[Event, ...]


def post_some() -> bool:
    """Post what is due at the webhook that has waited longest; False when nothing is."""
    batch = claim_batch()
    if batch is None:
        return False
    outcomes: dict[int, Outcome] = {}
    ends = time.monotonic() + BATCH_SECONDS
    for event in batch.events:
        outcomes[event.id] = post(batch, event)
        if outcomes[event.id].is_away or time.monotonic() >= ends:
            break
    claimed = [event.id for event in batch.events]
    # One that takes its time leaves the next turns to others, or its backlog would hold them up.
    is_slow = time.monotonic() >= ends
    rest = timedelta(seconds=BATCH_SECONDS) if is_slow else timedelta()
    settling.settle(batch.webhook_id, claimed, outcomes, rest)
    return True


def claim_batch() -> Batch | None:
    """Take the events of one webhook that are due, 25 at most; one where it failed before."""
    now = clock.now()
    # What is further away than the longest wait was noted by a clock that was ahead.
    never = now + GIVEN_UP_AFTER
    is_time = sa.or_(OutboxEvent.due_at <= now, OutboxEvent.due_at > never)
    is_due = (OutboxEvent.state == "waiting") & is_time
    rests_until = Webhook.rests_until
    next_due = (
        sa.select(Webhook)
        .join(OutboxEvent, OutboxEvent.webhook_id == Webhook.id)
        .where(
            is_due,
            Webhook.state == "active",
            sa.or_(rests_until.is_(None), rests_until <= now, rests_until > never),
        )
        .order_by(OutboxEvent.due_at, OutboxEvent.id)
        .limit(1)
    )
    # Asked every second, and mostly for nothing: that must not keep others from writing.
    if db.session.scalar(next_due.with_only_columns(Webhook.id)) is None:
        return None
    with writing() as session:
        due = next_due.with_for_update(skip_locked=True, of=Webhook, key_share=True)
        hook = session.scalars(due).first()
        if hook is None:
            return None
        rows = session.scalars(
            sa.select(OutboxEvent)
            .where(OutboxEvent.webhook_id == hook.id, is_due)
            .order_by(OutboxEvent.due_at, OutboxEvent.id)
            .limit(1 if hook.failures else MOST_AT_ONCE)
            .with_for_update()
        ).all()
        for row in rows:
            row.attempts += 1
            row.due_at = now + LEASE
        events = tuple(Event(row.id, row.event_id, row.body) for row in rows)
        return Batch(hook.id, hook.url, hook.secret, events)


def post(batch: Batch, event: Event) -> Outcome:
    """Sign the event, as of now, and post it. Never raises for what the other side does."""
    now = clock.now()
    headers = {
        "Content-Type": "application/json",
        "webhook-id": event.event_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Signer(batch.secret).sign(event.event_id, now, event.body),
    }
    try:
        answer = outgoing.post(batch.url, event.body.encode(), headers, runtime().outgoing)
    except (NotAllowed, outgoing.NotReached) as error:
        return Outcome(None, str(error))
    asked = answer.headers.get("retry-after", "")
    return outcome_of(answer.status, answer.body, asked, now)
