"""Where a member says whether they want mails about tests, and the link in them that stops them."""

from flask import abort, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import BooleanField

from wbtest.extensions import csrf
from wbtest.ideas.views import bp
from wbtest.team import access
from wbtest.team import mail_preferences as choices
from wbtest.typed import TypedForm


class MailsForm(TypedForm):
    """Whether a member wants mails about tests."""

    is_wanted = BooleanField("Email me about tests")


@bp.route("/team/mails", methods=["GET", "POST"])
@access.requires("read")
def mails() -> ResponseReturnValue:
    """Whether the asking person wants mails about tests."""
    membership = access.membership()
    form = MailsForm(data={"is_wanted": choices.wants_test_mails(membership)})
    if form.validate_on_submit():
        choices.choose_test_mails(membership.person_id, is_wanted=form.is_wanted.data)
        flash("Saved.")
        return redirect(url_for(".mails"), 303)
    return render_template("ideas/notifications.html", form=form)


@bp.route("/mails/stop/<token>", methods=["GET", "POST"])
@access.public
def stop_mails(token: str) -> ResponseReturnValue:
    """Stop mails about tests: by the button, or by the mail program's own (RFC 8058).

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
