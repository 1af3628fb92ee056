"""What becomes of an event after it was posted, and of the webhook it was for."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

from wbtest.delivery.backoff import GIVEN_UP_AFTER, wait_after
from wbtest.delivery.models import OutboxEvent, Webhook
from wbtest.delivery.outcome import Outcome
from wbtest.extensions import clock
from wbtest.runtime import runtime
from wbtest.store import writing

LONGEST_REST = timedelta(hours=1)


def settle(
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
            _settle_one(hook, row, outcomes.get(row.id))
        if rest:
            until = clock.now() + rest
            hook.rests_until = max(hook.rests_until or until, until)


def _settle_one(hook: Webhook, row: OutboxEvent, outcome: Outcome | None) -> None:
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
        wait = max(min(wait_after(row.attempts), left), outcome.retry_after)
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
    rest = min(wait_after(hook.failures), LONGEST_REST)
    hook.rests_until = now + max(rest, outcome.retry_after)
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
        "Nothing is sent there any more. If that is a mistake, turn it on again under\n"
        "Team, Webhooks.\n",
    )


def _events_of(hook: Webhook, values: Mapping[str, object], which: sa.ColumnElement[bool]) -> None:
    session = sa.orm.object_session(hook)
    assert session is not None
    session.flush()
    is_waiting = (OutboxEvent.webhook_id == hook.id) & (OutboxEvent.state == "waiting")
    session.execute(sa.update(OutboxEvent).where(is_waiting, which).values(values))
