"""The page on which somebody turns their second factor on or off."""

from flask import flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue

from wbtest.store import Invalid
from wbtest.team import access
from wbtest.team.account import codes, drawing, factors, notes
from wbtest.team.account.forms import TurnOffForm, TurnOnForm
from wbtest.team.ending import count_tokens
from wbtest.team.forms import put_refusal
from wbtest.team.views import bp

# Between turning it on and showing them once, the recovery codes wait in the session of who did.
FRESH = "recovery_codes"
ISSUER = "wbtest"


@bp.get("/account/second-factor")
@access.own_log_in
def second_factor() -> ResponseReturnValue:
    """The code to scan while it is off; what there is while it is on."""
    return _page(TurnOnForm(), TurnOffForm())


@bp.post("/account/second-factor/on")
@access.own_log_in
@access.proved_in_form
def turn_second_factor_on() -> ResponseReturnValue:
    """Turn it on with the password and a code, and show the recovery codes."""
    person, form = access.person(), TurnOnForm()
    form.offer(count_tokens(person))
    secret = notes.unwrap_secret(form.secret.data or "", person)
    if form.validate_on_submit():
        try:
            if secret is None:
                raise Invalid("code", "This page was open for too long. Scan the new code below.")
            typed = {"password": form.password.data or "", "code": form.code.data or ""}
            ends = form.is_wanted()
            session[FRESH] = factors.turn_on(person, secret, **typed, ends_tokens=ends)
        except Invalid as refused:
            put_refusal(form, refused)
        else:
            return redirect(url_for(".second_factor"), 303)
    return _page(form, TurnOffForm(formdata=None))


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
            factors.turn_off(access.person(), **typed, ends_tokens=form.is_wanted())
        except Invalid as refused:
            put_refusal(form, refused)
        else:
            flash("Your second factor is off. The password alone logs you in.")
            return redirect(url_for(".account"), 303)
    if factors.find_factor(access.person()) is None:
        # Then the page has no form at which the sentence could stand.
        flash("Your second factor is off already.", "error")
    return _page(TurnOnForm(formdata=None), form)


def _page(on: TurnOnForm, off: TurnOffForm) -> ResponseReturnValue:
    person = access.person()
    factor = factors.find_factor(person)
    for form in (on, off):
        if "ends_tokens" in form:
            form.offer(count_tokens(person))
    secret, drawn = "", ""
    if factor is None:
        secret = notes.unwrap_secret(on.secret.data or "", person) or codes.make_secret()
        on.secret.data = notes.wrap_secret(secret, person)
        drawn = drawing.inline(codes.address_of(secret, person.email, ISSUER))
    page = render_template(
        "team/account/second_factor.html",
        on=on,
        off=off,
        factor=factor,
        fresh=session.pop(FRESH, None) if factor else None,
        left=factors.recovery_codes_left(person) if factor else 0,
        secret=" ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        drawn=drawn,
    )
    return page, 422 if on.errors or off.errors else 200
