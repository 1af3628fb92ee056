"""One's own account: the name, what one logs in with, and where one is logged in."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from wbtest.store import Invalid
from wbtest.team import access, people
from wbtest.team.account import devices
from wbtest.team.account.asked import has_second_factor
from wbtest.team.account.forms import NameForm
from wbtest.team.forms import put_refusal
from wbtest.team.views import bp, own_token


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
    listed = devices.devices_of(person, own_token())
    page = render_template(
        "team/account/account.html",
        form=form,
        devices=listed[: devices.MOST_LISTED],
        number=len(listed),
        has_second_factor=has_second_factor(person),
    )
    return page, 422 if form.errors else 200


@bp.post("/account/devices/log-out")
@access.own_log_in
@access.proved("POST")
def log_out_device() -> ResponseReturnValue:
    """Log out one other device."""
    devices.log_out_device(access.person(), request.form.get("device", ""))
    flash("The device is logged out.")
    return redirect(url_for(".account", _anchor="devices"), 303)


@bp.post("/account/devices/log-out-others")
@access.own_log_in
@access.proved("POST")
def log_out_others() -> ResponseReturnValue:
    """Log out everywhere but here."""
    number = devices.log_out_others(access.person(), own_token())
    flash(
        "No other device was logged in."
        if number == 0
        else f"{number} other {'device is' if number == 1 else 'devices are'} logged out."
    )
    return redirect(url_for(".account", _anchor="devices"), 303)
