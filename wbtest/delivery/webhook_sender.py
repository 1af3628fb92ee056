"""Events on their way to webhooks: claimed in one transaction, posted, settled in another.

At least once: a worker that dies between the two leaves its events to be posted again, under the
same webhook-id. A webhook that fails *rests*, so that a server that is down is asked now and then
by one event and not by each that waits; when it answers again, all that waits goes at once. One
that is slow rests as long as its turn may take.
"""

import time
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import NamedTuple

import sqlalchemy as sa
from standardwebhooks.webhooks import Webhook as Signer

from wbtest.delivery import chat_messages, http_client
from wbtest.delivery.models import OutboxEvent, Webhook
from wbtest.delivery.retry_schedule import GIVEN_UP_AFTER, rest_after, wait_after
from wbtest.extensions import clock, db, runtime
from wbtest.store import writing

# What is wrong with one event and not with the webhook.
ABOUT_THE_EVENT = (400, 409, 413, 415, 422)
MOST_WORDS = 200
# Longer than all events of a batch can keep us.
LEASE = timedelta(minutes=5)
MOST_AT_ONCE = 25
BATCH_SECONDS = 15.0


class Outcome(NamedTuple):
    """What the webhook's server said of an event; ``code`` is None when it did not answer."""

    code: int | None
    error: str
    retry_after: timedelta = timedelta()

    @property
    def is_sent(self) -> bool:
        return self.code is not None and 200 <= self.code < 300

    @property
    def is_gone(self) -> bool:
        """Whether the other side wants nothing more, ever."""
        return self.code == HTTPStatus.GONE

    @property
    def is_away(self) -> bool:
        """Whether the next event would fare no better."""
        return not self.is_sent and self.code not in ABOUT_THE_EVENT


def outcome_of(status: int, said: bytes, asked: str, now: datetime) -> Outcome:
    """Return what an answer means; ``asked`` is its Retry-After, '' for none."""
    if 200 <= status < 300:
        return Outcome(status, "")
    return Outcome(status, _words(status, said), retry_after(asked, now))


def retry_after(text: str, now: datetime) -> timedelta:
    """How long a server asks us to wait, in seconds or until a date; at most three days.

    >>> from datetime import UTC
    >>> retry_after("120", datetime(2027, 3, 1, tzinfo=UTC))
    datetime.timedelta(seconds=120)
    """
    if text.isascii() and text.isdigit():
        asked = timedelta(seconds=min(int(text[:9]), GIVEN_UP_AFTER.total_seconds()))
    else:
        try:
            asked = parsedate_to_datetime(text) - now
        except (ValueError, TypeError, OverflowError):
            return timedelta()
    return min(max(asked, timedelta()), GIVEN_UP_AFTER)


def _words(code: int, body: bytes) -> str:
    """Status and the first words of an answer."""
    try:
        status = f"{code} {HTTPStatus(code).phrase}"
    except ValueError:
        status = str(code)
    if 300 <= code < 400:
        return f"{status}: it redirects to another address, which we don’t follow."
    said = " ".join(body.decode("utf-8", "replace").replace("\0", " ").split())[:MOST_WORDS]
    return f"{status}: {said}" if said else f"{status}."


def settle_events(
    webhook_id: int,
    claimed: Sequence[int],
    outcomes: Mapping[int, Outcome],
    rest: timedelta = timedelta(),
) -> None:
    """Note what became of the claimed events of a webhook; those without an outcome wait on.

    It is sent nothing before ``rest`` is over.
    """
    with writing() as session:
        # Who writes new events for it need not wait for us.
        hook = session.get(Webhook, webhook_id, with_for_update={"key_share": True})
        if hook is None:
            # An owner deleted it meanwhile, and its events with it.
            return
        # Whom one is about may have been erased meanwhile, or a slower worker have sent it.
        rows = sa.select(OutboxEvent).where(
            OutboxEvent.id.in_(claimed), OutboxEvent.state != "sent"
        )
        for row in session.scalars(rows.order_by(OutboxEvent.id)).all():
            _settle_event(hook, row, outcomes.get(row.id))
        if rest:
            until = clock.now() + rest
            hook.rests_until = max(hook.rests_until or until, until)


def _settle_event(hook: Webhook, row: OutboxEvent, outcome: Outcome | None) -> None:
    row.due_at = now = clock.now()
    if outcome is None:
        row.attempts -= 1
        return
    row.code, row.error = outcome.code, outcome.error
    if outcome.is_sent:
        row.state, row.sent_at, row.body = "sent", now, ""
        _recover(hook, now)
    elif outcome.is_gone:
        row.state = "failed"
        _close(hook)
    else:
        if not outcome.is_away:
            _recover(hook, now)
        left = row.created_at + GIVEN_UP_AFTER - now
        # The last try is at the very end, so that nothing is given up before that.
        pause = rest_after(row.attempts) if outcome.is_away else wait_after(row.attempts)
        wait = max(min(pause, left), outcome.retry_after)
        row.state, row.due_at = ("waiting", now + wait) if left > timedelta() else ("failed", now)
        if outcome.is_away:
            _rest(hook, outcome, now)


def _recover(hook: Webhook, now: datetime) -> None:
    if not hook.failures:
        return
    hook.failures, hook.rests_until = 0, None
    _events_of(hook, {"due_at": now}, OutboxEvent.attempts > 0)


def _rest(hook: Webhook, outcome: Outcome, now: datetime) -> None:
    """Send nothing there for a while, and give up what has waited as long as one waits."""
    hook.failures += 1
    hook.rests_until = now + max(rest_after(hook.failures), outcome.retry_after)
    given_up = {"state": "failed", "error": outcome.error, "code": outcome.code, "due_at": now}
    _events_of(hook, given_up, OutboxEvent.created_at <= now - GIVEN_UP_AFTER)


def _close(hook: Webhook) -> None:
    """Turn a webhook off whose server wants no more of it, and tell the owners."""
    if hook.state == "disabled":
        return
    hook.state = "disabled"
    hook.reason = "Its server answered 410: it wants no more events."
    runtime().hooks.tell_owners(
        "A webhook was turned off",
        f"The server of this webhook wants no more events (410 Gone):\n\n{hook.url}\n\n"
        "Nothing is sent there any more. If that’s a mistake, turn it on again under\n"
        "Settings, Developers.\n",
    )


def _events_of(hook: Webhook, values: Mapping[str, object], which: sa.ColumnElement[bool]) -> None:
    session = sa.orm.object_session(hook)
    assert session is not None
    session.flush()
    is_waiting = (OutboxEvent.webhook_id == hook.id) & (OutboxEvent.state == "waiting")
    session.execute(sa.update(OutboxEvent).where(is_waiting, which).values(values))


class ClaimedEvent(NamedTuple):
    """An event that is ours until its lease runs out; ``event_id`` is the webhook-id."""

    id: int
    event_id: str
    body: str


class ClaimedBatch(NamedTuple):
    """Events for one webhook, in the order they came due."""

    webhook_id: int
    url: str
    secret: str
    events: tuple[ClaimedEvent, ...]


def post_events() -> bool:
    """Post what is due at the webhook that has waited longest; False when nothing is."""
    batch = claim_batch()
    if batch is None:
        return False
    outcomes: dict[int, Outcome] = {}
    ends = time.monotonic() + BATCH_SECONDS
    for event in batch.events:
        outcomes[event.id] = post_event(batch, event)
        if outcomes[event.id].is_away or time.monotonic() >= ends:
            break
    claimed = [event.id for event in batch.events]
    # One that takes its time leaves the next turns to others, or its backlog would hold them up.
    is_slow = time.monotonic() >= ends
    rest = timedelta(seconds=BATCH_SECONDS) if is_slow else timedelta()
    settle_events(batch.webhook_id, claimed, outcomes, rest)
    return True


def claim_batch() -> ClaimedBatch | None:
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
        events = tuple(ClaimedEvent(row.id, row.event_id, row.body) for row in rows)
        return ClaimedBatch(hook.id, hook.url, hook.secret, events)


def post_event(batch: ClaimedBatch, event: ClaimedEvent) -> Outcome:
    """Sign the event, as of now, and post it. Never raises for what the other side does.

    A chat app gets a message instead, which it takes from anybody who knows the address.
    """
    now = clock.now()
    headers, body = {"Content-Type": "application/json"}, event.body
    if service := chat_messages.service_of(batch.url):
        body = chat_messages.message_of(service, event.body, runtime().settings.base_url)
    else:
        headers |= {
            "webhook-id": event.event_id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": Signer(batch.secret).sign(event.event_id, now, event.body),
        }
    try:
        answer = http_client.post(batch.url, body.encode(), headers, runtime().outgoing)
    except (http_client.NotAllowed, http_client.NotReached) as error:
        return Outcome(None, str(error))
    asked = answer.headers.get("retry-after", "")
    return outcome_of(answer.status, answer.body, asked, now)
