"""The list of experiments, and the page of one, with what the verdict asks of whoever looks."""

from collections.abc import Sequence

from flask import render_template, request
from flask.typing import ResponseReturnValue

from wbtest.publishing.models import Experiment
from wbtest.publishing.views import experiment_page
from wbtest.results.listed import Listed, experiments_of, list_experiments
from wbtest.results.views import bp
from wbtest.team import access


@bp.get("/experiments")
@access.requires("read")
def experiments() -> ResponseReturnValue:
    """The experiments, a page at a time."""
    found, shown = experiments_of(request.args.get("page", 1, type=int))
    return render_template("results/experiments.html", listed=_listed(found), shown=shown)


@bp.get("/experiments/<int:experiment_id>")
@access.requires("read")
def experiment(experiment_id: int) -> ResponseReturnValue:
    """What is tested, by which rule, and where it stands."""
    found = access.get(Experiment, experiment_id, "read")
    if found.state == "draft":
        return experiment_page(found)
    [(_, [row])] = _listed([found]).groups
    return experiment_page(found, row=row)


def _listed(experiments: Sequence[Experiment]) -> Listed:
    """The experiments as the list shows them to this person."""
    return list_experiments(
        experiments,
        access.person(),
        may_edit=access.has_permission("edit"),
        may_approve=access.has_permission("approve"),
        may_own=access.has_permission("own"),
    )
