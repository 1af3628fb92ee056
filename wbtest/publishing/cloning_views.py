"""The button that makes another experiment out of one."""

from datetime import datetime

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from wbtest.http import day, percent
from wbtest.publishing import rule as rules
from wbtest.publishing.cloning import clone_experiment
from wbtest.publishing.corrections import in_force
from wbtest.publishing.experiments import count_started
from wbtest.publishing.models import Experiment
from wbtest.publishing.views import bp
from wbtest.team import access


@bp.app_template_filter()
def cost_of_next(experiment: Experiment) -> str:
    """What another test of the idea costs, in sentences; '' while none of its tests has started."""
    attempt = 1 + count_started(experiment.release)
    if attempt == 1:
        return ""
    risk = percent(rules.from_json(experiment.rule).alpha)
    sentences = [
        f"Attempt {attempt}: what that costs.",
        f"The chance of any false go is at most {attempt} × {risk}.",
        "People who saw an earlier test are left out as returning, so you need new visitors.",
        "End the earlier test before you start this one.",
        "Counts and the launch check aren’t copied, and somebody else signs off your words again.",
    ]
    if any(each.variant == "" for each in in_force(experiment.corrections)):
        sentences.append("Corrections to the release’s text aren’t copied: fix the release first.")
    return " ".join(sentences)


@bp.post("/experiments/<int:experiment_id>/clone")
@access.requires("edit")
def clone(experiment_id: int) -> ResponseReturnValue:
    """Begin another draft with the same rule, variants, look and options."""
    experiment = access.get(Experiment, experiment_id, "edit")
    made = clone_experiment(experiment, access.person())
    last = day(datetime.fromisoformat(made.rule["ends_on"]))
    flash(f"Duplicated, with the text of revision {made.revision.number}. The last day is {last}.")
    return redirect(url_for("ideas.experiment", experiment_id=made.id), 303)
