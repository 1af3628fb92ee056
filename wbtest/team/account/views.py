"""One's own account: the name, what one logs in with, which mail comes, where one is logged in."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from wbtest.store import Invalid
from wbtest.team import access, people
from wbtest.team.account import daily, devices
from wbtest.team.account.asked import has_second_factor
from wbtest.team.account.forms import DailyMailForm, NameForm
from wbtest.team.account.proving_views import proved
from wbtest.team.forms import put_refusal
from wbtest.team.models import Person
from wbtest.team.views import bp, has_mail_server, own_token


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
    listed = devices.devices_of(person, own_token())
    return render_template(
        "team/account/account.html",
        form=form or NameForm(None, data={"name": person.name}),
        daily_form=daily_form or DailyMailForm(None, data=_daily_mail(person)),
        has_mail_server=has_mail_server(),
        devices=listed[: devices.MOST_LISTED],
        number=len(listed),
        has_second_factor=has_second_factor(person),
    )


def _daily_mail(person: Person) -> dict[str, object]:
    chosen = daily.find_choice(person)
    return {
        "is_wanted": chosen is None or chosen.is_wanted,
        "time_zone": (chosen.time_zone if chosen else "") or daily.usual_zone(),
    }


@bp.post("/account/devices/log-out")
@access.own_log_in
@proved("POST")
def log_out_device() -> ResponseReturnValue:
    """Log out one other device."""
    devices.log_out_device(access.person(), request.form.get("device", ""))
    flash("The device is logged out.")
    return redirect(url_for(".account", _anchor="devices"), 303)


@bp.post("/account/devices/log-out-others")
@access.own_log_in
@proved("POST")
def log_out_others() -> ResponseReturnValue:
    """Log out everywhere but here."""
    number = devices.log_out_others(access.person(), own_token())
    flash(
        "No other device was logged in."
        if number == 0
        else f"{number} other {'device is' if number == 1 else 'devices are'} logged out."
    )
    return redirect(url_for(".account", _anchor="devices"), 303)
