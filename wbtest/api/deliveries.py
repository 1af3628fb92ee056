"""Webhooks with their deliveries, and emails that did not arrive."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec

from wbtest.api.serialization import Answer, RequestBody, shown
from wbtest.api.team import check_held
from wbtest.delivery.models import OutboxMail, Webhook
from wbtest.delivery.outbox import mails_of
from wbtest.delivery.webhooks import ADDRESSES, KINDS
from wbtest.store import Invalid
from wbtest.team import access, delivery_settings


class NewWebhook(RequestBody, kw_only=True):
    """`addresses` includes the email of each sign-up."""

    url: str
    events: list[str]
    addresses: bool = False


class WebhookChange(RequestBody, kw_only=True):
    """Turn it off or on; what waited is sent when it is on again."""

    state: Literal["active", "disabled"]


class WebhookShown(msgspec.Struct, kw_only=True):
    """A webhook. Its `secret`, which signs deliveries, is shown once.

    `service` is `Slack`, `Discord` or `Teams` where it posts messages to a chat app, else empty.
    """

    id: int
    url: str
    service: str
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


class Again(RequestBody):
    """Ids of failed deliveries, as many as are listed; without any, all of them."""

    ids: Annotated[list[str], msgspec.Meta(max_length=delivery_settings.MOST_LISTED)] = (
        msgspec.field(default_factory=list)
    )


class Queued(msgspec.Struct):
    """How many are on the way again."""

    queued: int


def list_webhooks() -> Webhooks:
    """The webhooks and their status."""
    return Webhooks([shown(WebhookShown, each) for each in delivery_settings.list_webhooks()])


def add_webhook(body: NewWebhook) -> Answer[WebhookShown]:
    """Send these events to an address from now on. The secret is shown only in this answer.

    The token needs `read`, and `admin` for a webhook that gets emails of visitors.
    """
    check_held("read", *(["admin"] if body.addresses else ()))
    if unknown := [kind for kind in body.events if kind not in KINDS]:
        raise Invalid("events", f"There is no “{unknown[0][:40]}”. Choose from {', '.join(KINDS)}.")
    wanted = {*body.events, *({ADDRESSES} if body.addresses else ())}
    hook = delivery_settings.add_webhook(body.url, wanted)
    return Answer(shown(WebhookShown, hook, secret=hook.secret), again=shown(WebhookShown, hook))


def get_webhook(webhook_id: int) -> WebhookShown:
    """One webhook and its status."""
    return shown(WebhookShown, access.get(Webhook, webhook_id, "own"))


def change_webhook(webhook_id: int, body: WebhookChange) -> None:
    """Turn a webhook off or on. For another address or other events, make another one."""
    hook = access.get(Webhook, webhook_id, "own")
    change = (
        delivery_settings.enable_webhook
        if body.state == "active"
        else delivery_settings.disable_webhook
    )
    change(hook)


def delete_webhook(webhook_id: int) -> None:
    """Delete a webhook with its secret and all that was to be sent there."""
    delivery_settings.delete_webhook(access.get(Webhook, webhook_id, "own"))


def try_webhook(webhook_id: int) -> Queued:
    """Send a test event without data."""
    delivery_settings.send_test_event(access.get(Webhook, webhook_id, "own"))
    return Queued(1)


def list_deliveries(webhook_id: int) -> Deliveries:
    """What was sent lately or is to be sent, the newest first, 50 at most."""
    found = delivery_settings.list_events(access.get(Webhook, webhook_id, "own"))
    return Deliveries([shown(Delivery, each, id=each.event_id) for each in found])


def send_deliveries_again(webhook_id: int, body: Again) -> Queued:
    """Resend failed deliveries: these, or all."""
    return Queued(
        delivery_settings.send_events_again(access.get(Webhook, webhook_id, "own"), body.ids)
    )


class MailsWanted(msgspec.Struct, forbid_unknown_fields=True):
    """Of which state."""

    state: Literal["waiting", "failed", "bounced"] = "failed"


class MailShown(msgspec.Struct, kw_only=True):
    """An email without its text, since its links open something."""

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
    """Emails that failed, or those that are waiting or bounced; 50 at most."""
    found = mails_of(query.state)
    return Mails([shown(MailShown, each, to=each.recipient) for each in found])


def send_mails_again() -> Queued:
    """Resend every failed email."""
    return Queued(delivery_settings.send_mails_again())


def send_mail_again(mail_id: int) -> Queued:
    """Resend one failed email."""
    delivery_settings.send_mail_again(access.get(OutboxMail, mail_id, "own"))
    return Queued(1)


def dismiss_mail(mail_id: int) -> None:
    """Delete one email that did not arrive."""
    delivery_settings.dismiss_mail(access.get(OutboxMail, mail_id, "own"))
