"""The page on which an owner deletes the whole workspace, and what stands there afterwards."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from wbtest.store import Gone, Refused
from wbtest.team import access
from wbtest.team.deleting import contents_of, delete_workspace, find_open_pages, still_open
from wbtest.team.forms import DeletingForm, put_refusal
from wbtest.team.members import NotOwner
from wbtest.team.views import bp


@bp.route("/team/delete", methods=["GET", "POST"])
@access.requires("own")
@access.proved("POST")
def delete_team() -> ResponseReturnValue:
    """Say what would go, and delete it when its name and one's own password are typed."""
    workspace = access.workspace("own")
    form = DeletingForm()
    if form.validate_on_submit():
        name, typed = workspace.name, (form.workspace_name.data or "", form.password.data or "")
        try:
            delete_workspace(workspace, access.person(), name=typed[0], password=typed[1])
        except (Gone, NotOwner):
            # Another owner was faster, and nothing is left to show.
            raise
        except Refused as refused:
            put_refusal(form, refused)
        else:
            flash(f"{name} is deleted. Nothing of it is left but one line in the server’s log.")
            return redirect(url_for(".home"), 303)
    page = render_template(
        "team/deleting.html",
        form=form,
        contents=contents_of(workspace),
        open_pages=still_open(find_open_pages(workspace.id)),
    )
    return page, 422 if form.errors else 200
