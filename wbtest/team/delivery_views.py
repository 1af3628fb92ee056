"""Pages for owners: undelivered mail, and webhooks."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from wbtest.delivery import outbox
from wbtest.delivery.models import OutboxMail, Webhook
from wbtest.delivery.webhooks import ADDRESSES, KINDS, TEST
from wbtest.delivery.worker import list_failing_jobs
from wbtest.store import Refused
from wbtest.team import access, delivery_settings
from wbtest.team.forms import WebhookForm, put_refusal
from wbtest.team.login_views import bp, has_mail_server, proved


@bp.get("/team/deliveries")
@access.requires("own")
@proved("GET")
def deliveries() -> ResponseReturnValue:
    """The mails that wait, were given up or bounced, how the webhooks fare, and what failed."""
    return render_template(
        "team/deliveries.html",
        queue=outbox.queue_of(),
        mails={state: outbox.mails_of(state) for state in ("waiting", "failed", "bounced")},
        hooks=delivery_settings.list_webhooks(),
        counts=delivery_settings.count_events(),
        failing=list_failing_jobs(),
        has_mail_server=has_mail_server(),
    )


@bp.post("/team/deliveries/again")
@access.requires("own")
def send_mails_again() -> ResponseReturnValue:
    """Queue every mail that was given up."""
    number = delivery_settings.send_mails_again()
    flash(f"{number} {'mail is' if number == 1 else 'mails are'} on the way again.")
    return redirect(url_for(".deliveries"), 303)


@bp.post("/team/deliveries/<int:mail_id>/again")
@access.requires("own")
def send_mail_again(mail_id: int) -> ResponseReturnValue:
    """Queue one mail that was given up."""
    delivery_settings.send_mail_again(access.get(OutboxMail, mail_id, "own"))
    # To whom, only the page says that asks for the password again.
    flash("The mail is on the way again.")
    return redirect(url_for(".deliveries"), 303)


@bp.post("/team/deliveries/<int:mail_id>/dismiss")
@access.requires("own")
def dismiss_mail(mail_id: int) -> ResponseReturnValue:
    """Delete one mail that did not arrive."""
    delivery_settings.dismiss_mail(access.get(OutboxMail, mail_id, "own"))
    flash("The mail is deleted.")
    return redirect(url_for(".deliveries"), 303)


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
            hook = delivery_settings.add_webhook(form.url.data or "", wanted)
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
    delivery_settings.send_test_event(access.get(Webhook, webhook_id, "own"))
    flash("The test event is on its way. Reload in a few seconds to see what the other side said.")
    return redirect(url_for(".webhook", webhook_id=webhook_id), 303)


@bp.post("/team/webhooks/<int:webhook_id>/again")
@access.requires("own")
def send_events_again(webhook_id: int) -> ResponseReturnValue:
    """Queue events that were given up: the one that is named, or all."""
    hook = access.get(Webhook, webhook_id, "own")
    number = delivery_settings.send_events_again(hook, request.form.getlist("event_id"))
    flash(f"{number} {'event is' if number == 1 else 'events are'} on the way again.")
    return redirect(url_for(".webhook", webhook_id=webhook_id), 303)


@bp.post("/team/webhooks/<int:webhook_id>/enable")
@access.requires("own")
def enable_webhook(webhook_id: int) -> ResponseReturnValue:
    """Turn it on."""
    delivery_settings.enable_webhook(access.get(Webhook, webhook_id, "own"))
    flash("The webhook is on. What waited is sent now.")
    return redirect(url_for(".webhook", webhook_id=webhook_id), 303)


@bp.post("/team/webhooks/<int:webhook_id>/disable")
@access.requires("own")
def disable_webhook(webhook_id: int) -> ResponseReturnValue:
    """Turn it off."""
    delivery_settings.disable_webhook(access.get(Webhook, webhook_id, "own"))
    flash("The webhook is off. New events are not kept for it.")
    return redirect(url_for(".webhook", webhook_id=webhook_id), 303)


@bp.post("/team/webhooks/<int:webhook_id>/delete")
@access.requires("own")
def delete_webhook(webhook_id: int) -> ResponseReturnValue:
    """Delete it with all that was to be sent there."""
    delivery_settings.delete_webhook(access.get(Webhook, webhook_id, "own"))
    flash("The webhook is deleted.")
    return redirect(url_for(".webhooks"), 303)


def _webhook_page(hook: Webhook, *, shows_secret: bool = False) -> str:
    counts = delivery_settings.count_events().get(hook.id)
    return render_template(
        "team/webhook.html",
        hook=hook,
        wanted=[said for kind, said in KINDS.items() if kind in hook.events],
        has_addresses=ADDRESSES in hook.events,
        events=delivery_settings.list_events(hook),
        counts=counts or {"waiting": 0, "sent": 0, "failed": 0},
        names=KINDS | {TEST: "Test event"},
        shows_secret=shows_secret,
    )


def _webhooks_page(form: WebhookForm) -> ResponseReturnValue:
    page = render_template(
        "team/webhooks.html",
        form=form,
        hooks=delivery_settings.list_webhooks(),
        counts=delivery_settings.count_events(),
    )
    return page, 422 if form.errors else 200
