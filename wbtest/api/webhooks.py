"""The webhooks, and what became of the events that were sent there."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec

from wbtest.api.answers import Answer
from wbtest.api.release_shapes import Given
from wbtest.api.scopes import check_held
from wbtest.delivery.models import OutboxEvent, Webhook
from wbtest.delivery.webhooks import ADDRESSES, KINDS
from wbtest.store import Invalid
from wbtest.team import access
from wbtest.team import subscriptions as verbs


class NewWebhook(Given, kw_only=True):
    """`addresses` sends the e-mail of whoever signs up along."""

    url: str
    events: list[str]
    addresses: bool = False


class WebhookChange(Given, kw_only=True):
    """Turn it off or on; what waited is sent when it is on again."""

    state: Literal["active", "disabled"]


class WebhookShown(msgspec.Struct, kw_only=True):
    """A webhook. Its `secret`, with which deliveries are signed, is told once."""

    id: int
    url: str
    events: list[str]
    state: str
    reason: str
    failures: int
    created_at: datetime
    secret: str | None = None


class Webhooks(msgspec.Struct):
    webhooks: list[WebhookShown]


class Delivery(msgspec.Struct, kw_only=True):
    """An event for a webhook; `id` is the `webhook-id` that the other side sees."""

    id: str
    kind: str
    state: Literal["waiting", "sent", "failed"]
    attempts: int
    code: int | None
    error: str
    created_at: datetime
    due_at: datetime
    sent_at: datetime | None


class Deliveries(msgspec.Struct):
    deliveries: list[Delivery]


class Again(Given):
    """Ids of deliveries that were given up, as many as are listed; without any, all of them."""

    ids: Annotated[list[str], msgspec.Meta(max_length=verbs.MOST_LISTED)] = msgspec.field(
        default_factory=list
    )


class Queued(msgspec.Struct):
    """How many are on the way again."""

    queued: int


def list_webhooks() -> Webhooks:
    """The webhooks, and how they fare."""
    return Webhooks([_shown(each) for each in verbs.webhooks_of()])


def add_webhook(body: NewWebhook) -> Answer[WebhookShown]:
    """Tell an address of these events from now on. The answer holds its secret, this once.

    The token needs `read`, and `admin` for a webhook that gets e-mails of visitors.
    """
    check_held("read", *(["admin"] if body.addresses else ()))
    if unknown := [kind for kind in body.events if kind not in KINDS]:
        raise Invalid("events", f"There is no “{unknown[0][:40]}”. Choose of {', '.join(KINDS)}.")
    wanted = {*body.events, *({ADDRESSES} if body.addresses else ())}
    hook = verbs.add_webhook(body.url, wanted)
    shown = _shown(hook)
    return Answer(msgspec.structs.replace(shown, secret=hook.secret), again=shown)


def get_webhook(webhook_id: int) -> WebhookShown:
    """One webhook, and how it fares."""
    return _shown(_get(webhook_id))


def change_webhook(webhook_id: int, body: WebhookChange) -> None:
    """Turn a webhook off or on. For another address or other events, make another one."""
    hook = _get(webhook_id)
    change = verbs.enable if body.state == "active" else verbs.disable
    change(hook)


def delete_webhook(webhook_id: int) -> None:
    """Delete a webhook with its secret and all that was to be sent there."""
    verbs.delete(_get(webhook_id))


def try_webhook(webhook_id: int) -> Queued:
    """Send a test event, which says nothing."""
    verbs.send_test(_get(webhook_id))
    return Queued(1)


def list_deliveries(webhook_id: int) -> Deliveries:
    """What was sent lately or is to be sent, the newest first, 50 at most."""
    found = verbs.events_of(_get(webhook_id))
    return Deliveries([_delivery(each) for each in found])


def send_deliveries_again(webhook_id: int, body: Again) -> Queued:
    """Send once more what was given up: these, or all."""
    return Queued(verbs.send_again(_get(webhook_id), body.ids))


def _get(webhook_id: int) -> Webhook:
    return access.get(Webhook, webhook_id, "own")


def _delivery(event: OutboxEvent) -> Delivery:
    return Delivery(
        id=event.event_id,
        kind=event.kind,
        state=event.state,  # type: ignore[arg-type]  # the table allows no other
        attempts=event.attempts,
        code=event.code,
        error=event.error,
        created_at=event.created_at,
        due_at=event.due_at,
        sent_at=event.sent_at,
    )


def _shown(hook: Webhook) -> WebhookShown:
    return WebhookShown(
        id=hook.id,
        url=hook.url,
        events=hook.events,
        state=hook.state,
        reason=hook.reason,
        failures=hook.failures,
        created_at=hook.created_at,
    )
