"""Where the address without a path leads, and hiding the first steps."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from wbtest.ideas import onboarding_status
from wbtest.ideas.views import bp
from wbtest.team import access, people


@bp.get("/")
@access.public
def home() -> ResponseReturnValue:
    """Home: the ideas, the log-in, or how to find the link for the owner."""
    if access.find_person() is not None:
        return redirect(url_for(".ideas"), 303)
    if people.has_owner():
        return redirect(url_for("team.login"), 303)
    return render_template("ideas/home.html")


@bp.post("/start/hide")
@access.requires("read")
def hide_start() -> ResponseReturnValue:
    """Show this member their ideas without the first steps from now on."""
    onboarding_status.hide_start(access.membership())
    flash("Removed. Help leads back to them.")
    return redirect(url_for(".ideas"), 303)
