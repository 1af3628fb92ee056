"""Who was left out and why, for everybody on the team; owners may readmit people, and say why."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from wbtest.audience import readmissions
from wbtest.extensions import clock
from wbtest.publishing.models import Experiment
from wbtest.publishing.rule import EXCLUDED
from wbtest.results.figures import results_of
from wbtest.results.forms import ReadmissionForm
from wbtest.results.people import reason_name
from wbtest.results.readmitted import beside, meaning_of
from wbtest.results.views import bp
from wbtest.store import Invalid
from wbtest.team import access


@bp.get("/experiments/<int:experiment_id>/excluded")
@access.requires("read")
def excluded(experiment_id: int) -> ResponseReturnValue:
    """Every reason with its counts, what was readmitted, and the log of it."""
    experiment = access.get(Experiment, experiment_id, "read")
    return _page(experiment, ReadmissionForm())


@bp.post("/experiments/<int:experiment_id>/readmit")
@access.requires("own")
def readmit(experiment_id: int) -> ResponseReturnValue:
    """Show people of a reason beside the sealed figures."""
    experiment = access.get(Experiment, experiment_id, "own")
    form = ReadmissionForm()
    try:
        readmissions.readmit(
            experiment, access.person(), form.reason.data or "", form.why.data or ""
        )
    except Invalid as error:
        form[error.field].errors = [str(error)]
        return _page(experiment, form), 422
    return redirect(url_for(".excluded", experiment_id=experiment_id), 303)


@bp.post("/experiments/<int:experiment_id>/readmissions/<int:number>/withdraw")
@access.requires("own")
def withdraw_readmission(experiment_id: int, number: int) -> ResponseReturnValue:
    """Take a readmission back."""
    experiment = access.get(Experiment, experiment_id, "own")
    readmissions.withdraw(experiment, access.person(), number)
    return redirect(url_for(".excluded", experiment_id=experiment_id), 303)


def _page(experiment: Experiment, form: ReadmissionForm) -> str:
    results = results_of(experiment, clock.now())
    standing = readmissions.standing_readmissions(experiment)
    possible = [
        reason
        for reason in readmissions.REASONS
        if reason in results.left_out and reason not in standing
    ]
    if not possible:
        # Then there is no form beside which it could stand.
        for sentences in form.errors.values():
            flash(" ".join(sentences), "error")
    form.reason.choices = [(reason, f"People {reason_name(reason)}") for reason in possible]
    return render_template(
        "results/excluded.html",
        experiment=experiment,
        results=results,
        rule=results.rule,
        what_is_excluded=EXCLUDED,
        meaning_of=meaning_of,
        possible=possible,
        standing=standing,
        beside=beside(experiment, standing) if standing else [],
        log=readmissions.readmissions(experiment),
        form=form,
    )
