"""The page that deletes everything, with all that it must say before and afterwards."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from wbtest.store import Gone, Refused
from wbtest.team import access
from wbtest.team.account.proving_views import proved
from wbtest.team.deleting import contents, delete_everything, find_open_pages, still_open
from wbtest.team.forms import DeletingForm, put_refusal
from wbtest.team.members import NotOwner
from wbtest.team.views import bp


@bp.route("/team/delete", methods=["GET", "POST"])
@access.requires("own")
@proved("POST")
def delete_team() -> ResponseReturnValue:
    """Say what would go, and delete it when the team's name and one's own password are typed."""
    form = DeletingForm()
    if form.validate_on_submit():
        typed = {"name": form.team_name.data or "", "password": form.password.data or ""}
        try:
            delete_everything(access.person(), **typed)
        except (Gone, NotOwner):
            # Another owner was faster, and nothing is left to show.
            raise
        except Refused as refused:
            put_refusal(form, refused)
        else:
            flash("Everything is deleted. Restart the server to set it up again.")
            return redirect(url_for("ideas.home"), 303)
    page = render_template(
        "team/deleting.html",
        form=form,
        contents=contents(),
        open_pages=still_open(find_open_pages()),
    )
    return page, 422 if form.errors else 200
