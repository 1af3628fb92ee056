"""The owner's page about what comes after the end."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from wbtest.publishing.forms import put_at_field
from wbtest.publishing.models import Experiment
from wbtest.publishing.running.after import choose, demand_choice
from wbtest.publishing.running.after_forms import AfterForm
from wbtest.publishing.views import bp
from wbtest.store import Invalid
from wbtest.team import access


@bp.route("/experiments/<int:experiment_id>/after", methods=["GET", "POST"])
@access.requires("own")
def after(experiment_id: int) -> ResponseReturnValue:
    """Closed with the outcome, or open as a waiting list; both can be changed later."""
    experiment = access.get(Experiment, experiment_id, "own")
    demand_choice(experiment)
    form = AfterForm(
        data={
            "afterwards": experiment.afterwards or "closed",
            "outcome": experiment.outcome,
            "waiting_variant": experiment.waiting_variant,
        }
    )
    form.waiting_variant.choices = [(found.key, found.name) for found in experiment.variants]
    if form.validate_on_submit():
        try:
            choose(
                experiment,
                access.person(),
                form.afterwards.data or "",
                outcome=form.outcome.data or "",
                waiting_variant=form.waiting_variant.data or "",
            )
        except Invalid as error:
            put_at_field(form, error)
        else:
            is_open = experiment.afterwards == "open"
            flash("The waiting list is open." if is_open else "The address says that it is over.")
            return redirect(url_for("ideas.experiment", experiment_id=experiment.id), 303)
    page = render_template("publishing/after.html", form=form, experiment=experiment)
    return page, 422 if form.errors else 200
