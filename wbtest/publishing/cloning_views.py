"""The button that makes another experiment out of one."""

from datetime import datetime

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from wbtest.http import day
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
        f"This is a copy of /p/{experiment.slug}, for /p/{made.slug} and with the text of revision "
        f"{number}. Its last day is {day(datetime.fromisoformat(made.rule['ends_on']))}."
    )
    return redirect(url_for(".experiment", experiment_id=made.id), 303)
