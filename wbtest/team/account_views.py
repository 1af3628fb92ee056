"""One's own account: name, password, email, mails, devices and second factor."""

from flask import abort, flash, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from wbtest.extensions import csrf
from wbtest.store import Invalid
from wbtest.team import (
    access,
    account_recovery,
    mail_preferences,
    password_login,
    people,
    rate_limits,
    sessions,
    two_factor,
)
from wbtest.team.account_recovery import ask_to_change_email, change_email
from wbtest.team.forms import (
    DailyMailForm,
    EmailForm,
    NameForm,
    PasswordForm,
    TurnOffForm,
    TurnOnForm,
    put_refusal,
)
from wbtest.team.login_views import SECRET_ADDRESS, bp, has_mail_server, let_in, proved
from wbtest.team.models import Person
from wbtest.team.sessions import own_token
from wbtest.team.tokens import count_tokens
from wbtest.team.two_factor import has_second_factor

# Between turning it on and showing them once, the recovery codes wait in the session of who did.
FRESH_CODES = "recovery_codes"
ISSUER = "wbtest"


@bp.route("/account", methods=["GET", "POST"])
@access.own_log_in
def account() -> ResponseReturnValue:
    """Everything about one's own log-in, and the form for one's name."""
    person = access.person()
    form = NameForm(data={"name": person.name})
    if form.validate_on_submit():
        try:
            people.rename(person, form.name.data or "")
        except Invalid as refused:
            put_refusal(form, refused)
        else:
            flash("Saved. Others see this name from now on.")
            return redirect(url_for(".account"), 303)
    return account_page(form), 422 if form.errors else 200


def account_page(form: NameForm | None = None, daily_form: DailyMailForm | None = None) -> str:
    """The page of the asking person's account; a form that was refused shows what was typed."""
    person = access.person()
    listed = sessions.list_devices(person, own_token())
    return render_template(
        "team/account.html",
        form=form or NameForm(None, data={"name": person.name}),
        daily_form=daily_form or DailyMailForm(None, data=_daily_mail(person)),
        has_mail_server=has_mail_server(),
        devices=listed[: sessions.MOST_LISTED],
        number=len(listed),
        has_second_factor=has_second_factor(person),
    )


def _daily_mail(person: Person) -> dict[str, object]:
    chosen = mail_preferences.find_daily_choice(person)
    return {
        "is_wanted": chosen is None or chosen.is_wanted,
        "time_zone": (chosen.time_zone if chosen else "") or mail_preferences.usual_zone(),
    }


@bp.post("/account/devices/log-out")
@access.own_log_in
@proved("POST")
def log_out_device() -> ResponseReturnValue:
    """Log out one other device."""
    sessions.log_out_device(access.person(), request.form.get("device", ""))
    flash("The device is logged out.")
    return redirect(url_for(".account", _anchor="devices"), 303)


@bp.post("/account/devices/log-out-others")
@access.own_log_in
@proved("POST")
def log_out_others() -> ResponseReturnValue:
    """Log out everywhere but here."""
    number = sessions.log_out_others(access.person(), own_token())
    flash(
        "No other device was logged in."
        if number == 0
        else f"{number} other {'device is' if number == 1 else 'devices are'} logged out."
    )
    return redirect(url_for(".account", _anchor="devices"), 303)


@bp.route("/password", methods=["GET", "POST"])
@access.own_log_in
@access.proved_in_form
def password() -> ResponseReturnValue:
    """Change one's own password. Every other device is logged out, and this one's token is new."""
    form = PasswordForm()
    form.offer(count_tokens(access.person()))
    if form.validate_on_submit():
        typed = form.old_password.data or "", form.new_password.data or ""
        try:
            ends = form.is_wanted()
            token = password_login.change_password(access.person(), *typed, ends_tokens=ends)
        except Invalid as refused:
            put_refusal(form, refused)
        else:
            tokens = " Your API tokens are ended." if ends else ""
            flash(f"Your password is changed. All other devices are logged out.{tokens}")
            return let_in(token, url_for(".account"))
    return render_template("team/password.html", form=form), 422 if form.errors else 200


@bp.route("/account/email", methods=["GET", "POST"])
@access.own_log_in
@proved("POST")
@rate_limits.per_ip(30, rate_limits.HOUR)
def email() -> ResponseReturnValue:
    """Ask for another email. Nothing changes before it is confirmed from there."""
    form = EmailForm()
    asked = ""
    if has_mail_server() and form.validate_on_submit():
        typed = form.new_email.data or "", form.password.data or ""
        try:
            ask_to_change_email(access.person(), *typed)
        except Invalid as refused:
            put_refusal(form, refused)
        else:
            asked = typed[0]
    page = render_template(
        "team/email.html", form=form, asked=asked, has_mail_server=has_mail_server()
    )
    return page, 422 if form.errors else 200


@bp.route("/email/<token>", methods=["GET", "POST"])
@access.public
@rate_limits.per_ip(60, rate_limits.HOUR)
def confirm_email(token: str) -> ResponseReturnValue:
    """Show which address it is about, and use it once somebody says yes."""
    link = account_recovery.get_link(token, "email")
    if request.method == "POST":
        new_email = link.new_email
        asking, changed = access.find_person(), change_email(token, own_token())
        # A browser may be logged in as somebody else than who asked for the mail.
        who = "You log" if asking in (None, changed) else f"{changed.name} logs"
        flash(f"{who} in with {new_email} from now on. All other devices are logged out.")
        response = redirect(url_for(".account" if asking else ".login"), 303)
        sessions.remember_device(response, new_email)
        return response
    page = render_template("team/confirm_email.html", new_email=link.new_email)
    return make_response(page, 200, SECRET_ADDRESS)


@bp.get("/account/second-factor")
@access.own_log_in
def second_factor() -> ResponseReturnValue:
    """The code to scan while it is off; what there is while it is on."""
    return _second_factor_page(TurnOnForm(), TurnOffForm())


@bp.post("/account/second-factor/on")
@access.own_log_in
@access.proved_in_form
def turn_second_factor_on() -> ResponseReturnValue:
    """Turn it on with the password and a code, and show the recovery codes."""
    person, form = access.person(), TurnOnForm()
    form.offer(count_tokens(person))
    secret = two_factor.unwrap_secret(form.secret.data or "", person)
    if form.validate_on_submit():
        try:
            if secret is None:
                raise Invalid("code", "This page was open for too long. Scan the new code below.")
            typed = {"password": form.password.data or "", "code": form.code.data or ""}
            ends = form.is_wanted()
            session[FRESH_CODES] = two_factor.turn_on(person, secret, **typed, ends_tokens=ends)
        except Invalid as refused:
            put_refusal(form, refused)
        else:
            return redirect(url_for(".second_factor"), 303)
    return _second_factor_page(form, TurnOffForm(formdata=None))


@bp.post("/account/second-factor/off")
@access.own_log_in
@access.proved_in_form
def turn_second_factor_off() -> ResponseReturnValue:
    """Turn it off with the password and a code."""
    form = TurnOffForm()
    form.offer(count_tokens(access.person()))
    if form.validate_on_submit():
        typed = {"password": form.password.data or "", "code": form.code.data or ""}
        try:
            two_factor.turn_off(access.person(), **typed, ends_tokens=form.is_wanted())
        except Invalid as refused:
            put_refusal(form, refused)
        else:
            flash("Your second factor is off. The password alone logs you in.")
            return redirect(url_for(".account"), 303)
    if two_factor.find_factor(access.person()) is None:
        # Then the page has no form at which the sentence could stand.
        flash("Your second factor is off already.", "error")
    return _second_factor_page(TurnOnForm(formdata=None), form)


def _second_factor_page(on: TurnOnForm, off: TurnOffForm) -> ResponseReturnValue:
    person = access.person()
    factor = two_factor.find_factor(person)
    for form in (on, off):
        if "ends_tokens" in form:
            form.offer(count_tokens(person))
    secret, drawn = "", ""
    if factor is None:
        secret = two_factor.unwrap_secret(on.secret.data or "", person) or two_factor.make_secret()
        on.secret.data = two_factor.wrap_secret(secret, person)
        drawn = two_factor.draw_qr_code(two_factor.otpauth_address(secret, person.email, ISSUER))
    page = render_template(
        "team/second_factor.html",
        on=on,
        off=off,
        factor=factor,
        fresh=session.pop(FRESH_CODES, None) if factor else None,
        left=two_factor.recovery_codes_left(person) if factor else 0,
        secret=" ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        drawn=drawn,
    )
    return page, 422 if on.errors or off.errors else 200


@bp.post("/account/daily-mail")
@access.own_log_in
def choose_daily_mail() -> ResponseReturnValue:
    """Keep what the person wants."""
    form = DailyMailForm()
    if form.validate_on_submit():
        try:
            mail_preferences.choose_daily_mail(
                access.person(),
                is_wanted=bool(form.is_wanted.data),
                time_zone=form.time_zone.data or "",
            )
        except Invalid as refused:
            put_refusal(form, refused)
        else:
            flash("Saved. The next morning follows it.")
            return redirect(url_for(".account", _anchor="mail"), 303)
    return account_page(daily_form=form), 422


@bp.route("/account/daily-mail/stop/<token>", methods=["GET", "POST"])
@access.public
def stop_daily_mail(token: str) -> ResponseReturnValue:
    """Stop the mail of the day: by the button, or by the mail program's own (RFC 8058).

    The latter wants 200 and no redirect, also the second time.
    """
    person = mail_preferences.read_daily_stop(token)
    if person is None:
        abort(404)
    is_done = request.method == "POST"
    if is_done:
        mail_preferences.stop_daily_mail(person)
    response = make_response(render_template("team/stop_daily.html", is_done=is_done))
    # The address acts for whoever has it; no other page shall learn it.
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


# A mail program has no page of ours to take a token from, and whoever posts holds the signed link.
csrf.exempt(stop_daily_mail)
