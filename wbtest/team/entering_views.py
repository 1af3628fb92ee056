"""Going from one workspace to another, and making one more."""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import StringField
from wtforms.validators import DataRequired, Length

from wbtest.store import Invalid
from wbtest.team import access, here, workspaces
from wbtest.team.entering import enter
from wbtest.team.forms import one_line, put_refusal
from wbtest.team.views import bp
from wbtest.typed import TypedForm


class WorkspaceNameForm(TypedForm):
    name = StringField(
        "What is it called?",
        [
            DataRequired("Name the workspace."),
            Length(max=workspaces.LONGEST_NAME, message="Use at most 120 characters."),
        ],
        [one_line],
    )


@bp.post("/workspaces/<int:workspace_id>/enter")
@access.requires("read")
def enter_workspace(workspace_id: int) -> ResponseReturnValue:
    """Go to another workspace of one's own."""
    if not access.is_member(workspace_id):
        abort(404)
    enter(here.token_hash(), workspace_id)
    return redirect("/", 303)


# Only an owner: what is published there stands under this server's name.
@bp.route("/workspaces/new", methods=["GET", "POST"])
@access.requires("own")
def new_workspace() -> ResponseReturnValue:
    """Make another workspace and go there."""
    form = WorkspaceNameForm()
    if form.validate_on_submit():
        try:
            made = workspaces.make_another(
                access.workspace("own"), access.person(), form.name.data or ""
            )
        except Invalid as refused:
            put_refusal(form, refused)
        else:
            enter(here.token_hash(), made.id)
            flash(f"This is {made.name}. Check who is responsible for its pages.")
            return redirect(url_for(".team"), 303)
    page = render_template("team/new_workspace.html", form=form)
    return page, 422 if form.errors else 200


def say_no_team(error: here.NoTeam) -> ResponseReturnValue:
    """A page for somebody who may log in and is in no team, whatever they asked for."""
    page = render_template("team/no_team.html", title=error.title, sentence=str(error))
    return page, error.status
