"""Where one says whether one wants the mail of the day, and the link in it that stops it."""

from flask import abort, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from wbtest.extensions import csrf
from wbtest.store import Invalid
from wbtest.team import access
from wbtest.team.account import daily
from wbtest.team.account.forms import DailyMailForm
from wbtest.team.account.views import account_page
from wbtest.team.forms import put_refusal
from wbtest.team.views import bp


@bp.post("/account/daily-mail")
@access.own_log_in
def choose_daily_mail() -> ResponseReturnValue:
    """Keep what the person wants."""
    form = DailyMailForm()
    if form.validate_on_submit():
        try:
            daily.choose(
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
    person = daily.read_stop(token)
    if person is None:
        abort(404)
    is_done = request.method == "POST"
    if is_done:
        daily.stop(person)
    response = make_response(render_template("team/account/stop_daily.html", is_done=is_done))
    # The address acts for whoever has it; no other page shall learn it.
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


# A mail program has no page of ours to take a token from, and whoever posts holds the signed link.
csrf.exempt(stop_daily_mail)
