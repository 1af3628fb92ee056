"""Where a member says which mails they want, and the link in the mails that stops them."""

from flask import abort, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from wbtest.extensions import csrf
from wbtest.results.telling import choices
from wbtest.results.telling.forms import MailsForm
from wbtest.results.views import bp
from wbtest.team import access
from wbtest.team.models import Membership


@bp.route("/team/mails", methods=["GET", "POST"])
@access.requires("read")
def mails() -> ResponseReturnValue:
    """Which mails the asking person wants."""
    membership = _membership()
    form = MailsForm(obj=choices.choice_of(membership))
    owns = membership.role in choices.OWNS
    if form.validate_on_submit():
        choices.choose(
            membership.workspace_id,
            membership.person_id,
            weekly=form.weekly.data,
            events=form.events.data,
            alarms=form.alarms.data or not owns,
        )
        flash("Saved. The next mail follows it.")
        return redirect(url_for(".mails"), 303)
    return render_template("results/telling/mails.html", form=form, owns=owns)


@bp.route("/mails/stop/<token>", methods=["GET", "POST"])
@access.public
def stop_mails(token: str) -> ResponseReturnValue:
    """Stop mails of one kind: by the button, or by the mail program's own (RFC 8058).

    The latter wants 200 and no redirect, also the second time.
    """
    found = choices.read_stop(token)
    if found is None:
        abort(404)
    membership, kind = found
    if request.method == "POST":
        choices.stop(membership, kind)
    page = render_template("results/telling/stop.html", kind=kind, is_done=request.method == "POST")
    response = make_response(page)
    # The address acts for whoever has it; no other page shall learn it.
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


# A mail program has no page of ours to take a token from, and whoever posts holds the signed link.
csrf.exempt(stop_mails)


def _membership() -> Membership:
    found = access.find_membership()
    assert found is not None, "the view has declared that somebody must be a member"
    return found
