"""The button that makes another experiment out of one."""

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from wbtest.publishing.cloning import clone_experiment
from wbtest.publishing.models import Experiment
from wbtest.publishing.views import bp
from wbtest.team import access


@bp.post("/experiments/<int:experiment_id>/clone")
@access.requires("edit")
def clone(experiment_id: int) -> ResponseReturnValue:
    """Begin another draft with the same rule, variants, look and options."""
    experiment = access.get(Experiment, experiment_id, "edit")
    made = clone_experiment(experiment, access.person())
    number = made.revision.number
    flash(
        f"This is a draft like /p/{experiment.slug}, at /p/{made.slug}, of revision {number}. "
        f"It would end on {made.rule['ends_on']}."
    )
    return redirect(url_for(".experiment", experiment_id=made.id), 303)
