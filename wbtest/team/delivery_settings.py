"""What owners do about outgoing messages: webhooks, and emails that failed or bounced."""

import base64
import secrets
from collections.abc import Collection
from urllib.parse import urlsplit

import sqlalchemy as sa

from wbtest.delivery import chat_messages, http_client, outbox, webhooks
from wbtest.delivery.models import OutboxEvent, OutboxMail, Webhook
from wbtest.extensions import clock, db, runtime
from wbtest.store import Invalid, Refused, hold, writing
from wbtest.team.audit import record

MOST_WEBHOOKS = 20
MOST_LISTED = 50


def add_webhook(url: str, events: Collection[str]) -> Webhook:
    """Tell an address of these events from now on; its secret is made here.

    Raises Invalid at ``url`` for an address that we do not call, at ``events`` for none, at
    ``addresses`` for a chat app, where everybody in the channel would read them.
    """
    url = url.strip()
    _check_address(url)
    wanted = [kind for kind in webhooks.KINDS if kind in events]
    if not wanted:
        raise Invalid("events", "Choose at least one event.")
    if webhooks.ADDRESSES in events and (service := chat_messages.service_of(url)):
        raise Invalid("addresses", f"{service} messages hold no email addresses. Turn this off.")
    with writing() as session:
        if len(list_webhooks()) >= MOST_WEBHOOKS:
            raise Refused(f"A team has at most {MOST_WEBHOOKS} webhooks. Delete one first.")
        hook = Webhook(
            url=url,
            secret="whsec_" + base64.b64encode(secrets.token_bytes(32)).decode(),
            events=[*wanted, *({webhooks.ADDRESSES} & {*events})],
            created_at=clock.now(),
        )
        session.add(hook)
        session.flush()
        record("webhook.added", _called(hook))
    return hook


def send_test_event(hook: Webhook) -> None:
    """Queue an event that says nothing, so that one sees whether the other side gets it."""
    with writing() as session:
        hold(hook)
        if hook.state != "active":
            raise Refused("This webhook is paused. Resume it, then send a test event.")
        hook.rests_until = None
        now = clock.now()
        session.add(
            OutboxEvent(
                webhook_id=hook.id,
                event_id=webhooks.new_id(),
                kind=webhooks.TEST,
                body=webhooks.body_of(webhooks.TEST, {"hello": "from wbtest"}, now),
                created_at=now,
                due_at=now,
            )
        )
        record("webhook.tested", _called(hook))


def enable_webhook(hook: Webhook) -> None:
    """Send to this webhook again, at once what waited."""
    with writing() as session:
        hold(hook)
        _check_address(hook.url)
        hook.state, hook.reason = "active", ""
        hook.failures, hook.rests_until = 0, None
        waits = (OutboxEvent.webhook_id == hook.id) & (OutboxEvent.state == "waiting")
        session.execute(sa.update(OutboxEvent).where(waits).values(due_at=clock.now()))
        record("webhook.enabled", _called(hook))


def disable_webhook(hook: Webhook) -> None:
    """Send nothing there any more; what waits stays."""
    with writing():
        hold(hook)
        hook.state, hook.reason = "disabled", "Paused by an owner."
        record("webhook.disabled", _called(hook))


def delete_webhook(hook: Webhook) -> None:
    """Delete the webhook with its secret and everything that was to be sent there."""
    with writing() as session:
        hold(hook)
        session.execute(sa.delete(OutboxEvent).where(OutboxEvent.webhook_id == hook.id))
        record("webhook.deleted", _called(hook))
        session.delete(hook)


def send_events_again(hook: Webhook, event_ids: Collection[str] = ()) -> int:
    """Queue events that were given up once more, these or all of them; return how many."""
    is_ours = (OutboxEvent.webhook_id == hook.id) & (OutboxEvent.state == "failed")
    if event_ids:
        is_ours &= OutboxEvent.event_id.in_(event_ids)
    now = clock.now()
    reset = {"state": "waiting", "attempts": 0, "error": "", "created_at": now, "due_at": now}
    with writing() as session:
        hold(hook)
        hook.rests_until = None
        queued = session.execute(
            sa.update(OutboxEvent).where(is_ours).values(reset).returning(OutboxEvent.id)
        )
        number = len(queued.all())
        record("webhook.sent_again", f"{_called(hook)}: {number}")
    return number


def list_webhooks() -> list[Webhook]:
    """All webhooks, in the order they were added."""
    query = db.select(Webhook).order_by(Webhook.id)
    return list(db.session.scalars(query))


def list_events(hook: Webhook) -> list[OutboxEvent]:
    """What was sent there lately or is to be sent; the newest first, 50 at most."""
    query = (
        db.select(OutboxEvent)
        .where(OutboxEvent.webhook_id == hook.id)
        .order_by(OutboxEvent.id.desc())
        .limit(MOST_LISTED)
    )
    return list(db.session.scalars(query))


def count_events() -> dict[int, dict[str, int]]:
    """How many events wait, were sent and were given up, by webhook."""
    query = (
        db.select(Webhook.id, OutboxEvent.state, db.func.count().label("events"))
        .join(OutboxEvent, OutboxEvent.webhook_id == Webhook.id)
        .group_by(Webhook.id, OutboxEvent.state)
    )
    found: dict[int, dict[str, int]] = {}
    for row in db.session.execute(query):
        of_hook = found.setdefault(row.id, {"waiting": 0, "sent": 0, "failed": 0})
        of_hook[row.state] = row.events
    return found


def _called(hook: Webhook) -> str:
    """What the audit log calls a webhook; never the whole address, which may be a secret."""
    return f"{urlsplit(hook.url).hostname} (number {hook.id})"


def _check_address(url: str) -> None:
    try:
        http_client.check_url(url, runtime().outgoing)
    except http_client.NotAllowed as refused:
        raise Invalid("url", str(refused)) from refused


def send_test_mail(recipient: str) -> None:
    """Queue an email that says nothing but that emails arrive."""
    with writing():
        outbox.queue_mail(
            recipient=recipient,
            subject="Test email from wbtest",
            body="If you can read this, wbtest can send email.\n",
        )
        record("mail.tested")


def send_mail_again(mail: OutboxMail) -> None:
    """Queue a mail that was given up once more, for three more days. Raises Refused for others."""
    with writing():
        hold(mail)
        if mail.state != "failed":
            raise Refused(f"This mail is {mail.state}, so there is nothing to send again.")
        mail.state, mail.attempts, mail.error, mail.due_at = "waiting", 0, "", clock.now()
        record("mail.sent_again", "1 that failed")


def send_mails_again() -> int:
    """Queue every mail that was given up; return how many there were."""
    is_ours = OutboxMail.state == "failed"
    reset = {"state": "waiting", "attempts": 0, "error": "", "due_at": clock.now()}
    with writing() as session:
        sent = session.execute(
            db.update(OutboxMail).where(is_ours).values(reset).returning(OutboxMail.id)
        )
        number = len(sent.all())
        record("mail.sent_again", f"{number} that failed")
    return number


def dismiss_mail(mail: OutboxMail) -> None:
    """Delete a mail that will not arrive, with its text. Raises Refused while it may."""
    with writing() as session:
        hold(mail)
        if mail.state not in ("failed", "bounced"):
            raise Refused(f"This mail is {mail.state}, so it stays in the list.")
        record("mail.dismissed", "")
        session.delete(mail)
