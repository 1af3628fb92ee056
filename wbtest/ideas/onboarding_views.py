"""Where the way home leads, the start page, and hiding it."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from wbtest.ideas import onboarding_status
from wbtest.ideas.onboarding import next_step, steps_of
from wbtest.ideas.onboarding_status import is_visited, onboarding_facts
from wbtest.ideas.views import bp
from wbtest.team import access, people


@bp.get("/")
@access.public
def home() -> ResponseReturnValue:
    """Home: the start page or the releases, the log-in, or how to find the link for the owner."""
    if access.find_person() is not None:
        # Whoever hid the start page costs no query.
        is_new = access.membership().sees_start and not is_visited()
        return redirect(url_for(".start" if is_new else ".ideas"), 303)
    if people.has_owner():
        return redirect(url_for("team.login"), 303)
    return render_template("ideas/home.html")


@bp.get("/start", endpoint="start")
@access.requires("read")
def show_start() -> ResponseReturnValue:
    """What this is, and every step from an idea to its first visitor."""
    steps = steps_of(onboarding_facts())
    return render_template(
        "ideas/start.html",
        steps=steps,
        done=[step for step in steps if step.done],
        ahead=[step for step in steps if not step.done][1:],
        next=next_step(steps),
        minutes=sum(step.minutes for step in steps if not step.done),
        is_new=not steps[0].done,
        is_shown=access.membership().sees_start,
    )


@bp.post("/start/hide")
@access.requires("read")
def hide_start() -> ResponseReturnValue:
    """Go to the releases instead from now on."""
    onboarding_status.show_start(access.membership(), is_shown=False)
    flash("The start page is hidden. Help leads back to it.")
    return redirect(url_for(".ideas"), 303)


@bp.post("/start/show")
@access.requires("read")
def bring_back_start() -> ResponseReturnValue:
    """Go there first again, until the first visitor came."""
    onboarding_status.show_start(access.membership(), is_shown=True)
    return redirect(url_for(".start"), 303)
