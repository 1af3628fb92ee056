"""The settings: public identity, email, API tokens and webhooks, audit log, and the danger zone."""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby
from typing import Any

from flask import (
    flash,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue

from wbtest.delivery import outbox, worker
from wbtest.delivery.models import OutboxMail, Webhook
from wbtest.delivery.webhooks import ADDRESSES, KINDS, TEST
from wbtest.extensions import clock
from wbtest.forms import add_form_error, form_on, submitted
from wbtest.store import Gone, Refused
from wbtest.team import access, delivery_settings, settings, tokens
from wbtest.team.audit import (
    AUDIT_KINDS,
    AuditFilter,
    describe_action,
    list_actors,
    list_lines,
    record_download,
)
from wbtest.team.forms import (
    DeletingForm,
    TeamForm,
    TokenForm,
    WebhookForm,
)
from wbtest.team.login_views import bp, has_mail_server
from wbtest.team.models import ApiToken, AuditLine
from wbtest.team.people import NotOwner
from wbtest.team.reauthentication import proved
from wbtest.web import LARGEST_ID, as_csv, send_file

# Where a secret waits for the one page that shows it: id and text of a token, id of a webhook.
FRESH = "fresh_token"
OPEN = "open_secret"
NO_EVENTS = {"waiting": 0, "sent": 0, "failed": 0}
ON_A_PAGE = 15
COLUMNS = ("at", "who", "action", "about", "from", "said", "token")


@bp.get("/settings/identity")
@access.requires("read")
def identity() -> ResponseReturnValue:
    """Who answers for the public pages."""
    return render_template("team/identity.html", form=TeamForm(None, data=_identity()))


@bp.post("/settings/identity")
@access.requires("own")
def change_identity() -> ResponseReturnValue:
    """Change the team's name and who answers for its pages."""
    form = TeamForm()
    typed = {
        "name": form.team_name.data or "",
        "controller": form.controller.data or "",
        "contact_email": form.contact_email.data or "",
    }
    if submitted(form, lambda: settings.change_team(**typed)):
        flash("Saved.")
        return redirect(url_for(".identity"), 303)
    return render_template("team/identity.html", form=form), 422


def _identity() -> dict[str, str]:
    team = access.get_team()
    return {
        "team_name": team.name,
        "controller": team.controller,
        "contact_email": team.contact_email,
    }


@bp.get("/settings/email", endpoint="email")
@access.requires("own")
@proved("GET")
def email_settings() -> ResponseReturnValue:
    """The emails that wait, failed or bounced, and the background jobs that failed."""
    return render_template(
        "team/email.html",
        queue=outbox.queue_of(),
        counts=outbox.counts_by_state(),
        mails={state: outbox.mails_of(state) for state in ("waiting", "failed", "bounced")},
        failing=worker.list_failing_jobs(),
        has_mail_server=has_mail_server(),
    )


@bp.post("/settings/email/test")
@access.requires("own")
def send_test_mail() -> ResponseReturnValue:
    """Queue an email to the asking owner, who sees whether it arrives."""
    person = access.person()
    delivery_settings.send_test_mail(person.email)
    flash(f"Test email sent to {person.email}.")
    return redirect(url_for(".email"), 303)


@bp.post("/settings/email/again")
@access.requires("own")
def send_mails_again() -> ResponseReturnValue:
    """Queue every email that failed."""
    number = delivery_settings.send_mails_again()
    flash(f"{number} {'email' if number == 1 else 'emails'} queued again.")
    return redirect(url_for(".email"), 303)


@bp.post("/settings/email/<int:mail_id>/again")
@access.requires("own")
def send_mail_again(mail_id: int) -> ResponseReturnValue:
    """Queue one email that failed."""
    delivery_settings.send_mail_again(access.get(OutboxMail, mail_id, "own"))
    # To whom, only the page says that asks for the password again.
    flash("Email queued again.")
    return redirect(url_for(".email"), 303)


@bp.post("/settings/email/<int:mail_id>/dismiss")
@access.requires("own")
def dismiss_mail(mail_id: int) -> ResponseReturnValue:
    """Delete one email that did not arrive."""
    delivery_settings.dismiss_mail(access.get(OutboxMail, mail_id, "own"))
    flash("Email deleted.")
    return redirect(url_for(".email"), 303)


@bp.get("/settings/danger")
@access.requires("own")
def danger() -> ResponseReturnValue:
    """How to export everything, and what deleting everything would delete."""
    return _danger_page(DeletingForm(None))


@bp.post("/settings/danger")
@access.requires("own")
@proved("POST")
def delete_team() -> ResponseReturnValue:
    """Delete everything when the team's name and one's own password are typed."""
    form = DeletingForm()
    if form.validate_on_submit():
        typed = {"name": form.team_name.data or "", "password": form.password.data or ""}
        try:
            settings.delete_everything(access.person(), **typed)
        except (Gone, NotOwner):
            # Another owner was faster, and nothing is left to show.
            raise
        except Refused as refused:
            add_form_error(form, refused)
        else:
            flash("Everything deleted. Restart the server to set it up again.")
            return redirect(url_for("ideas.home"), 303)
    return _danger_page(form), 422


def _danger_page(form: DeletingForm) -> str:
    return render_template(
        "team/danger.html",
        form=form,
        contents=settings.count_contents(),
        open_pages=settings.open_pages_sentence(settings.find_open_pages()),
    )


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


@bp.route("/settings/tokens", methods=["GET", "POST"])
@access.requires("own")
@form_on(".developers")
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
    flash(f"Token “{name}” deleted.")
    return redirect(url_for(".developers"), 303)


@bp.route("/settings/webhooks", methods=["GET", "POST"])
@access.requires("own")
@form_on(".developers")
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
            if hook.service:
                flash(f"{hook.service} webhook added. Send a test event to see a message there.")
            else:
                session[OPEN] = hook.id
                flash("Webhook added. Copy its secret, then send a test event.")
            return redirect(_address(hook.id), 303)
    return _developers_page(webhook_form=form), 422


@bp.post("/settings/webhooks/<int:webhook_id>/secret")
@access.requires("own")
@proved("POST")
def show_secret(webhook_id: int) -> ResponseReturnValue:
    """Show the secret once: anybody with it can send events in our name."""
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


bp.add_app_template_global(describe_action, "audit_in_words")


@bp.get("/settings/audit")
@access.requires("own")
def audit() -> ResponseReturnValue:
    """Who did what, the newest first; ``?person= &kind= &first= &last=`` narrow it down."""
    wanted = _wanted()
    before = request.args.get("before", type=_row_number)
    found = list(list_lines(wanted, before, ON_A_PAGE + 1))
    lines = found[:ON_A_PAGE]
    return render_template(
        "team/audit.html",
        lines=lines,
        days=[(day, list(of_day)) for day, of_day in groupby(lines, lambda line: line.at.date())],
        has_older=len(found) > ON_A_PAGE,
        is_newest=before is None,
        wanted=wanted,
        asked=_as_query(wanted),
        people=list_actors(),
        kinds=AUDIT_KINDS,
    )


@bp.get("/settings/audit.csv")
@access.requires("own")
def audit_csv() -> ResponseReturnValue:
    """The same lines, all of them, for a spreadsheet. The download is a line too."""
    record_download("audit.exported")
    name = f"audit-{clock.now():%Y%m%dT%H%M%SZ}.csv"
    return send_file(as_csv(_rows(list_lines(_wanted()))), name)


def _rows(lines: Iterator[AuditLine]) -> Iterator[Sequence[Any]]:
    yield COLUMNS
    for line in lines:
        at = line.at.isoformat(timespec="seconds")
        said = describe_action(line.action, line.about)
        yield at, line.who, line.action, line.about, line.network, said, line.token


def _wanted() -> AuditFilter:
    """What the address asks for; what cannot be read asks for nothing."""
    kind = request.args.get("kind", "")
    return AuditFilter(
        person_id=request.args.get("person", type=_row_number),
        kind=kind if kind in AUDIT_KINDS else "",
        first=request.args.get("first", type=date.fromisoformat),
        last=request.args.get("last", type=date.fromisoformat),
    )


def _row_number(text: str) -> int:
    """The number of a row; ValueError for what is none, which asks for nothing."""
    number = int(text)
    if not 0 < number <= LARGEST_ID:
        raise ValueError(text)
    return number


def _as_query(wanted: AuditFilter) -> dict[str, str]:
    asked = {
        "person": wanted.person_id,
        "kind": wanted.kind,
        "first": wanted.first,
        "last": wanted.last,
    }
    return {name: str(value) for name, value in asked.items() if value}
