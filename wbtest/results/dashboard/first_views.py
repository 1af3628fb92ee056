"""The first screen of an experiment's results, with the ways to all that belongs to it."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from wbtest.audience.setting_aside import standing
from wbtest.extensions import clock
from wbtest.moments import of_one_moment
from wbtest.publishing.models import Experiment
from wbtest.results import charts, conclusions, traffic_charts
from wbtest.results.attempts import other_attempts
from wbtest.results.dashboard.shown import shown
from wbtest.results.dashboard.steps import funnel_steps
from wbtest.results.deciding.views import part_of
from wbtest.results.figures import results_of
from wbtest.results.sharing.views import share_part
from wbtest.results.spending.spends import spending_of
from wbtest.results.views import bp
from wbtest.team import access


@bp.get("/experiments/<int:experiment_id>/results")
@of_one_moment
@access.requires("read")
def results(experiment_id: int) -> ResponseReturnValue:
    """The verdict, why one may trust it, and the figures it rests on."""
    experiment = access.get(Experiment, experiment_id, "read")
    if experiment.started_at is None:
        return render_template("results/not_started.html", experiment=experiment)
    found = results_of(experiment, clock.now())
    return render_template(
        "results/results.html",
        tab="results",
        charts=charts,
        traffic_charts=traffic_charts,
        conclusions=conclusions,
        stages=funnel_steps(experiment, found),
        groups_aside=standing(experiment),
        spending=spending_of(experiment),
        attempts=other_attempts(experiment, found.life.now),
        **(part_of(experiment) | share_part(experiment) | shown(experiment, found)),
    )
