"""The webhooks, and what became of the events sent there: for its owners."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from wbtest.delivery.models import Webhook
from wbtest.delivery.webhooks import ADDRESSES, KINDS, TEST
from wbtest.store import Refused
from wbtest.team import access, subscriptions
from wbtest.team.account.proving_views import proved
from wbtest.team.forms import put_refusal
from wbtest.team.views import bp
from wbtest.team.webhook_forms import WebhookForm


@bp.get("/team/webhooks")
@access.requires("own")
def webhooks() -> ResponseReturnValue:
    """All webhooks, and a form for one more."""
    return _webhooks_page(WebhookForm())


@bp.post("/team/webhooks")
@access.requires("own")
@proved("POST")
def add_webhook() -> ResponseReturnValue:
    """Add a webhook and show its secret."""
    form = WebhookForm()
    if form.validate_on_submit():
        wanted = {*(form.events.data or []), *({ADDRESSES} if form.addresses.data else ())}
        try:
            hook = subscriptions.add_webhook(form.url.data or "", wanted)
        except Refused as refused:
            put_refusal(form, refused)
        else:
            flash("Added. Give its secret to the other side, then send a test event.")
            return redirect(url_for(".webhook_secret", webhook_id=hook.id), 303)
    return _webhooks_page(form)


@bp.get("/team/webhooks/<int:webhook_id>")
@access.requires("own")
def webhook(webhook_id: int) -> ResponseReturnValue:
    """One webhook: its events, and what became of the last deliveries."""
    return _webhook_page(access.get(Webhook, webhook_id, "own"))


@bp.get("/team/webhooks/<int:webhook_id>/secret")
@access.requires("own")
@proved("GET")
def webhook_secret(webhook_id: int) -> ResponseReturnValue:
    """The same page with the secret on it: whoever has that sends events in our name."""
    return _webhook_page(access.get(Webhook, webhook_id, "own"), shows_secret=True)


@bp.post("/team/webhooks/<int:webhook_id>/test")
@access.requires("own")
def test_webhook(webhook_id: int) -> ResponseReturnValue:
    """Queue a test event."""
    subscriptions.send_test(access.get(Webhook, webhook_id, "own"))
    flash("The test event is on its way. Reload in a few seconds to see what the other side said.")
    return redirect(url_for(".webhook", webhook_id=webhook_id), 303)


@bp.post("/team/webhooks/<int:webhook_id>/again")
@access.requires("own")
def send_events_again(webhook_id: int) -> ResponseReturnValue:
    """Queue events that were given up: the one that is named, or all."""
    hook = access.get(Webhook, webhook_id, "own")
    number = subscriptions.send_again(hook, request.form.getlist("event_id"))
    flash(f"{number} {'event is' if number == 1 else 'events are'} on the way again.")
    return redirect(url_for(".webhook", webhook_id=webhook_id), 303)


@bp.post("/team/webhooks/<int:webhook_id>/enable")
@access.requires("own")
def enable_webhook(webhook_id: int) -> ResponseReturnValue:
    """Turn it on."""
    subscriptions.enable(access.get(Webhook, webhook_id, "own"))
    flash("The webhook is on. What waited is sent now.")
    return redirect(url_for(".webhook", webhook_id=webhook_id), 303)


@bp.post("/team/webhooks/<int:webhook_id>/disable")
@access.requires("own")
def disable_webhook(webhook_id: int) -> ResponseReturnValue:
    """Turn it off."""
    subscriptions.disable(access.get(Webhook, webhook_id, "own"))
    flash("The webhook is off. New events are not kept for it.")
    return redirect(url_for(".webhook", webhook_id=webhook_id), 303)


@bp.post("/team/webhooks/<int:webhook_id>/delete")
@access.requires("own")
def delete_webhook(webhook_id: int) -> ResponseReturnValue:
    """Delete it with all that was to be sent there."""
    subscriptions.delete(access.get(Webhook, webhook_id, "own"))
    flash("The webhook is deleted.")
    return redirect(url_for(".webhooks"), 303)


def _webhook_page(hook: Webhook, *, shows_secret: bool = False) -> str:
    counts = subscriptions.counts_of().get(hook.id)
    return render_template(
        "team/webhook.html",
        hook=hook,
        wanted=[said for kind, said in KINDS.items() if kind in hook.events],
        has_addresses=ADDRESSES in hook.events,
        events=subscriptions.events_of(hook),
        counts=counts or {"waiting": 0, "sent": 0, "failed": 0},
        names=KINDS | {TEST: "Test event"},
        shows_secret=shows_secret,
    )


def _webhooks_page(form: WebhookForm) -> ResponseReturnValue:
    page = render_template(
        "team/webhooks.html",
        form=form,
        hooks=subscriptions.webhooks_of(),
        counts=subscriptions.counts_of(),
    )
    return page, 422 if form.errors else 200
