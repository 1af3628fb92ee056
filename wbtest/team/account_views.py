"""One's profile: name, email, password, second factor, and where one is logged in."""

from typing import NamedTuple

from flask import abort, flash, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from wbtest.extensions import csrf
from wbtest.forms import TypedForm, form_on, submitted
from wbtest.store import Invalid
from wbtest.team import (
    access,
    accounts,
    mail_preferences,
    people,
    rate_limits,
    reauthentication,
    sessions,
    two_factor,
)
from wbtest.team.forms import EmailForm, NameForm, PasswordForm, TurnOffForm, TurnOnForm
from wbtest.team.login_views import SECRET_ADDRESS, bp, has_mail_server, let_in
from wbtest.team.models import Person
from wbtest.team.tokens import count_tokens

# Between turning it on and showing them once, the recovery codes wait in the session of who did.
FRESH_CODES = "recovery_codes"
ISSUER = "wbtest"


class Forms(NamedTuple):
    """The forms of the profile; one that was refused shows what was typed."""

    name: NameForm
    email: EmailForm
    password: PasswordForm
    turn_on: TurnOnForm
    turn_off: TurnOffForm


@bp.get("/account")
@access.own_log_in
def account() -> ResponseReturnValue:
    """One's name, how one logs in, and where."""
    return _account_page()


@bp.post("/account")
@access.own_log_in
def change_name() -> ResponseReturnValue:
    """Change how others see one."""
    form = NameForm()
    if submitted(form, lambda: people.rename(access.person(), form.name.data or "")):
        flash("Name saved.")
        return redirect(url_for(".account"), 303)
    return _account_page(name=form), 422


def _account_page(**refused: TypedForm) -> str:
    """The profile of the asking person, with a form that was ``refused`` as it was typed."""
    person = access.person()
    shown = Forms(
        name=NameForm(None, data={"name": person.name}),
        email=EmailForm(None),
        password=PasswordForm(None),
        turn_on=TurnOnForm(None),
        turn_off=TurnOffForm(None),
    )._replace(**refused)
    number_of_tokens = count_tokens(person)
    for form in (shown.password, shown.turn_on, shown.turn_off):
        if "ends_tokens" in form:
            form.offer(number_of_tokens)
    factor = two_factor.find_factor(person)
    secret, drawn = _secret_to_scan(shown.turn_on, person) if factor is None else ("", "")
    devices = sessions.list_devices(person, sessions.own_token())
    return render_template(
        "team/account.html",
        shown=shown,
        has_mail_server=has_mail_server(),
        devices=devices[: sessions.MOST_LISTED],
        number=len(devices),
        factor=factor,
        fresh=session.pop(FRESH_CODES, None) if factor else None,
        left=two_factor.recovery_codes_left(person) if factor else 0,
        secret=secret,
        drawn=drawn,
    )


def _secret_to_scan(form: TurnOnForm, person: Person) -> tuple[str, str]:
    """What an app reads, in letters and as a QR code; a form that was refused keeps its secret."""
    secret = two_factor.unwrap_secret(form.secret.data or "", person) or two_factor.make_secret()
    form.secret.data = two_factor.wrap_secret(secret, person)
    drawn = two_factor.draw_qr_code(two_factor.otpauth_address(secret, person.email, ISSUER))
    return " ".join(secret[at : at + 4] for at in range(0, len(secret), 4)), drawn


@bp.post("/account/devices/log-out")
@access.own_log_in
@reauthentication.proved("POST")
def log_out_device() -> ResponseReturnValue:
    """Log out one other device."""
    sessions.log_out_device(access.person(), request.form.get("device", ""))
    flash("Device logged out.")
    return redirect(url_for(".account", _anchor="devices"), 303)


@bp.post("/account/devices/log-out-others")
@access.own_log_in
@reauthentication.proved("POST")
def log_out_others() -> ResponseReturnValue:
    """Log out everywhere but here."""
    number = sessions.log_out_others(access.person(), sessions.own_token())
    flash(
        "No other device was logged in."
        if number == 0
        else f"{number} other {'device' if number == 1 else 'devices'} logged out."
    )
    return redirect(url_for(".account", _anchor="devices"), 303)


@bp.route("/account/password", methods=["GET", "POST"])
@access.own_log_in
@form_on(".account")
@access.proved_in_form
def change_password() -> ResponseReturnValue:
    """Change one's own password. Every other device is logged out, and this one's token is new."""
    form = PasswordForm()
    form.offer(count_tokens(access.person()))
    typed, ends = (form.old_password.data or "", form.new_password.data or ""), form.is_wanted()
    token = submitted(
        form, lambda: accounts.change_password(access.person(), *typed, ends_tokens=ends)
    )
    if token:
        tokens = " Your API tokens are deleted." if ends else ""
        flash(f"Password changed. All other devices are logged out.{tokens}")
        return let_in(token, url_for(".account"))
    return _account_page(password=form), 422


@bp.route("/account/email", methods=["GET", "POST"])
@access.own_log_in
@form_on(".account")
@reauthentication.proved("POST")
@rate_limits.per_ip(30, rate_limits.HOUR)
def change_email() -> ResponseReturnValue:
    """Ask for another email. Nothing changes before it is confirmed from there."""
    form = EmailForm()
    typed = form.new_email.data or "", form.password.data or ""
    if not has_mail_server():
        form.form_errors.append("Email isn’t set up, so a new address can’t be confirmed.")
    elif submitted(form, lambda: accounts.ask_to_change_email(access.person(), *typed)):
        flash(f"Email sent to {typed[0]}. Open its link within an hour to confirm.")
        return redirect(url_for(".account"), 303)
    return _account_page(email=form), 422


@bp.route("/email/<token>", methods=["GET", "POST"])
@access.public
@rate_limits.per_ip(60, rate_limits.HOUR)
def confirm_email(token: str) -> ResponseReturnValue:
    """Show which address it is about, and use it once somebody confirms."""
    link = accounts.get_link(token, "email")
    if request.method == "POST":
        new_email = link.new_email
        asking = access.find_person()
        changed = accounts.change_email(token, sessions.own_token())
        # A browser may be logged in as somebody else than who asked for the mail.
        who = "You" if asking in (None, changed) else changed.name
        flash(f"{who} can now log in with {new_email}. All other devices are logged out.")
        response = redirect(url_for(".account" if asking else ".login"), 303)
        sessions.remember_device(response, new_email)
        return response
    page = render_template("team/confirm_email.html", new_email=link.new_email)
    return make_response(page, 200, SECRET_ADDRESS)


@bp.route("/account/second-factor/on", methods=["GET", "POST"])
@access.own_log_in
@form_on(".account")
@access.proved_in_form
def turn_second_factor_on() -> ResponseReturnValue:
    """Turn it on with the password and a code, and show the recovery codes."""
    person, form = access.person(), TurnOnForm()
    form.offer(count_tokens(person))
    secret = two_factor.unwrap_secret(form.secret.data or "", person)
    typed = {"password": form.password.data or "", "code": form.code.data or ""}

    def turn_on() -> list[str]:
        if secret is None:
            raise Invalid("code", "This page was open too long. Scan the new code.")
        return two_factor.turn_on(person, secret, **typed, ends_tokens=form.is_wanted())

    if codes := submitted(form, turn_on):
        session[FRESH_CODES] = codes
        return redirect(url_for(".account"), 303)
    return _account_page(turn_on=form), 422


@bp.route("/account/second-factor/off", methods=["GET", "POST"])
@access.own_log_in
@form_on(".account")
@access.proved_in_form
def turn_second_factor_off() -> ResponseReturnValue:
    """Turn it off with the password and a code."""
    person, form = access.person(), TurnOffForm()
    form.offer(count_tokens(person))
    typed = {"password": form.password.data or "", "code": form.code.data or ""}
    if submitted(form, lambda: two_factor.turn_off(person, **typed, ends_tokens=form.is_wanted())):
        flash("Two-step verification turned off.")
        return redirect(url_for(".account"), 303)
    if two_factor.find_factor(person) is None:
        # Then the page has no form at which the sentence could stand.
        flash("Two-step verification is already off.", "error")
    return _account_page(turn_off=form), 422


@bp.route("/account/daily-mail/stop/<token>", methods=["GET", "POST"])
@access.public
def stop_daily_mail(token: str) -> ResponseReturnValue:
    """Stop the daily email: by the button, or by the mail program's own (RFC 8058).

    The latter wants 200 and no redirect, also the second time.
    """
    person = mail_preferences.read_daily_stop(token)
    if person is None:
        abort(404)
    is_done = request.method == "POST"
    if is_done:
        mail_preferences.stop_daily_mail(person)
    page = render_template("team/unsubscribe.html", mails="the daily email", is_done=is_done)
    response = make_response(page)
    # Anybody with this address can use it, so no other page may learn it.
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


# A mail program has no page of ours to take a token from, and its request has the signed link.
csrf.exempt(stop_daily_mail)
