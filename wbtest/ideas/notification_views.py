"""Which emails a member gets, and the links in them that stop those about tests."""

from flask import abort, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import BooleanField, SelectField

from wbtest.extensions import csrf, runtime
from wbtest.forms import TypedForm, add_form_error
from wbtest.ideas.views import bp
from wbtest.store import Invalid
from wbtest.team import access
from wbtest.team import mail_preferences as choices


class TestMailsForm(TypedForm):
    """Whether a member wants emails about tests."""

    is_wanted = BooleanField("Email me about tests")


class DailyMailForm(TypedForm):
    """Whether a member wants the daily email, and in which time zone the day begins."""

    is_wanted = BooleanField("Email me what’s new each morning", id="daily")
    # What it may be the verb says, in a sentence.
    time_zone = SelectField("Your time zone", choices=choices.time_zones, validate_choice=False)


@bp.get("/notifications")
@access.requires("read")
def notifications() -> ResponseReturnValue:
    """Which emails the asking person gets."""
    return _notifications_page()


@bp.post("/notifications")
@access.requires("read")
def choose_test_mails() -> ResponseReturnValue:
    """Store whether the asking person wants emails about tests."""
    form = TestMailsForm()
    if form.validate_on_submit():
        person_id = access.membership().person_id
        choices.choose_test_mails(person_id, is_wanted=form.is_wanted.data)
        flash("Saved.")
        return redirect(url_for(".notifications"), 303)
    return _notifications_page(), 422


@bp.post("/notifications/daily")
@access.requires("read")
def choose_daily_mail() -> ResponseReturnValue:
    """Store whether the asking person wants the daily email, and when."""
    form = DailyMailForm()
    if form.validate_on_submit():
        try:
            choices.choose_daily_mail(
                access.person(),
                is_wanted=bool(form.is_wanted.data),
                time_zone=form.time_zone.data or "",
            )
        except Invalid as refused:
            add_form_error(form, refused)
        else:
            flash("Saved.")
            return redirect(url_for(".notifications"), 303)
    return _notifications_page(form), 422


def _notifications_page(daily_form: DailyMailForm | None = None) -> str:
    wants_tests = choices.wants_test_mails(access.membership())
    chosen = choices.find_daily_choice(access.person())
    daily = {
        "is_wanted": chosen is None or chosen.is_wanted,
        "time_zone": (chosen.time_zone if chosen else "") or choices.usual_zone(),
    }
    return render_template(
        "ideas/notifications.html",
        form=TestMailsForm(None, data={"is_wanted": wants_tests}),
        daily_form=daily_form or DailyMailForm(None, data=daily),
        has_mail_server=bool(runtime().settings.mail_url),
    )


@bp.route("/mails/stop/<token>", methods=["GET", "POST"])
@access.public
def stop_mails(token: str) -> ResponseReturnValue:
    """Stop emails about tests: by the button, or by the mail program's own (RFC 8058).

    The latter wants 200 and no redirect, also the second time.
    """
    membership = choices.read_test_mail_stop(token)
    if membership is None:
        abort(404)
    is_done = request.method == "POST"
    if is_done:
        choices.choose_test_mails(membership.person_id, is_wanted=False)
    response = make_response(render_template("ideas/stop_notifications.html", is_done=is_done))
    # The address acts for whoever has it; no other page shall learn it.
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


# A mail program has no page of ours to take a token from, and whoever posts holds the signed link.
csrf.exempt(stop_mails)
