"""The settings for developers: API tokens, and webhooks with their deliveries."""

from flask import flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from wbtest.delivery.models import Webhook
from wbtest.delivery.webhooks import ADDRESSES, KINDS, TEST
from wbtest.forms import add_form_error
from wbtest.store import Refused
from wbtest.team import access, delivery_settings, tokens
from wbtest.team.forms import TokenForm, WebhookForm
from wbtest.team.login_views import bp, proved
from wbtest.team.models import ApiToken
from wbtest.web import LARGEST_ID

# Where a secret waits for the one page that shows it: id and text of a token, id of a webhook.
FRESH = "fresh_token"
OPEN = "open_secret"
NO_EVENTS = {"waiting": 0, "sent": 0, "failed": 0}


@bp.get("/settings/developers")
@access.requires("own")
def developers() -> ResponseReturnValue:
    """All tokens and webhooks; ``?webhook=`` shows the deliveries of one."""
    asked = request.args.get("webhook", "")
    number = int(asked) if asked.isascii() and asked.isdigit() else 0
    hook = access.get(Webhook, min(number, LARGEST_ID), "own") if asked else None
    return _developers_page(hook=hook)


def _developers_page(
    token_form: TokenForm | None = None,
    webhook_form: WebhookForm | None = None,
    hook: Webhook | None = None,
) -> str:
    """The page; a form that was refused shows what was typed."""
    found, hooks = tokens.list_tokens(), delivery_settings.list_webhooks()
    counts = delivery_settings.count_events()
    secret_of = session.pop(OPEN, None)
    return render_template(
        "team/developers.html",
        tokens=[(token, tokens.why_dead(token)) for token in found],
        fresh=_take_fresh_token(found),
        token_form=token_form or TokenForm(formdata=None, data={"scopes": ["read"]}),
        webhook_form=webhook_form or WebhookForm(formdata=None),
        hooks=[(each, counts.get(each.id, NO_EVENTS)) for each in hooks],
        shown=hook,
        events=delivery_settings.list_events(hook) if hook else [],
        has_secret=hook is not None and secret_of == hook.id,
        kinds=KINDS,
        names=KINDS | {TEST: "Test event"},
        addresses=ADDRESSES,
    )


def _take_fresh_token(found: list[ApiToken]) -> tuple[ApiToken, str] | None:
    """The token that was just created, and its text; asked once more, there is none."""
    token_id, text = session.pop(FRESH, (0, ""))
    token = next((token for token in found if token.id == token_id), None)
    return (token, text) if token else None


@bp.post("/settings/tokens")
@access.requires("own")
@proved("POST")
def make_token() -> ResponseReturnValue:
    """Create a token, and show its text once."""
    form = TokenForm()
    if form.validate_on_submit():
        try:
            token, text = tokens.make_with_password(
                access.person(),
                form.password.data or "",
                name=form.name.data or "",
                scopes=form.scopes.data or (),
                days=form.days.data,
            )
        except Refused as refused:
            add_form_error(form, refused)
        else:
            session[FRESH] = [token.id, text]
            return redirect(url_for(".developers"), 303)
    return _developers_page(token_form=form), 422


@bp.post("/settings/tokens/<int:token_id>/revoke")
@access.requires("own")
def revoke_token(token_id: int) -> ResponseReturnValue:
    """End a token."""
    token = access.get(ApiToken, token_id, "own")
    name = token.name
    tokens.revoke_token(token)
    flash(f"Token “{name}” ended.")
    return redirect(url_for(".developers"), 303)


@bp.post("/settings/webhooks")
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
            add_form_error(form, refused)
        else:
            session[OPEN] = hook.id
            flash("Webhook added. Copy its secret, then send a test event.")
            return redirect(_address(hook.id), 303)
    return _developers_page(webhook_form=form), 422


@bp.post("/settings/webhooks/<int:webhook_id>/secret")
@access.requires("own")
@proved("POST")
def show_secret(webhook_id: int) -> ResponseReturnValue:
    """Show the secret once: whoever has it can send events in our name."""
    session[OPEN] = access.get(Webhook, webhook_id, "own").id
    return redirect(_address(webhook_id), 303)


@bp.post("/settings/webhooks/<int:webhook_id>/test")
@access.requires("own")
def test_webhook(webhook_id: int) -> ResponseReturnValue:
    """Queue a test event."""
    delivery_settings.send_test_event(access.get(Webhook, webhook_id, "own"))
    flash("Test event sent. Reload in a few seconds to see the response.")
    return redirect(_address(webhook_id), 303)


@bp.post("/settings/webhooks/<int:webhook_id>/again")
@access.requires("own")
def send_events_again(webhook_id: int) -> ResponseReturnValue:
    """Queue events that failed: the one that is named, or all."""
    hook = access.get(Webhook, webhook_id, "own")
    number = delivery_settings.send_events_again(hook, request.form.getlist("event_id"))
    flash(f"{number} {'event' if number == 1 else 'events'} queued again.")
    return redirect(_address(webhook_id), 303)


@bp.post("/settings/webhooks/<int:webhook_id>/enable")
@access.requires("own")
def enable_webhook(webhook_id: int) -> ResponseReturnValue:
    """Turn it on."""
    delivery_settings.enable_webhook(access.get(Webhook, webhook_id, "own"))
    flash("Webhook resumed. Queued events are being sent.")
    return redirect(_address(webhook_id), 303)


@bp.post("/settings/webhooks/<int:webhook_id>/disable")
@access.requires("own")
def disable_webhook(webhook_id: int) -> ResponseReturnValue:
    """Turn it off."""
    delivery_settings.disable_webhook(access.get(Webhook, webhook_id, "own"))
    flash("Webhook paused. New events aren’t kept for it.")
    return redirect(_address(webhook_id), 303)


@bp.post("/settings/webhooks/<int:webhook_id>/delete")
@access.requires("own")
def delete_webhook(webhook_id: int) -> ResponseReturnValue:
    """Delete it with all that was to be sent there."""
    delivery_settings.delete_webhook(access.get(Webhook, webhook_id, "own"))
    flash("Webhook deleted.")
    return redirect(url_for(".developers", _anchor="webhooks"), 303)


def _address(webhook_id: int) -> str:
    """The page that shows this webhook."""
    return url_for(".developers", webhook=webhook_id, _anchor=f"webhook-{webhook_id}")
