"""The team's page about how a test page treats its visitors."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from wbtest.publishing.choices import words as options_words
from wbtest.publishing.choices.choosing import change_options
from wbtest.publishing.choices.confirming import first_mail
from wbtest.publishing.choices.form import OptionsForm, values_of
from wbtest.publishing.choices.options import from_json
from wbtest.publishing.conversions import ACTS, Act
from wbtest.publishing.experiments import Frozen
from wbtest.publishing.forms import put_at_field, read_of
from wbtest.publishing.models import Experiment
from wbtest.publishing.rule import Hypothesis
from wbtest.publishing.running.seals import sealed_options
from wbtest.publishing.views import bp
from wbtest.runtime import runtime
from wbtest.store import Invalid
from wbtest.team import access


@bp.route("/experiments/<int:experiment_id>/options", methods=["GET", "POST"])
@access.requires("edit")
def options(experiment_id: int) -> ResponseReturnValue:
    """Choose how a draft's page counts, asks and keeps."""
    experiment = access.get(Experiment, experiment_id, "edit")
    if experiment.state != "draft":
        raise Frozen("This experiment was started, and its options are sealed.")
    form = OptionsForm(data=values_of(from_json(experiment.options)))
    if form.validate_on_submit() and (chosen := form.options()):
        try:
            change_options(experiment, access.person(), chosen, request.form.get("read", ""))
        except Invalid as error:
            put_at_field(form, error)
        else:
            flash("The options are saved.")
            return redirect(
                url_for("ideas.experiment", experiment_id=experiment.id, _anchor="options"), 303
            )
    page = render_template(
        "publishing/options.html",
        form=form,
        experiment=experiment,
        trade_off=options_words.TRADE_OFF,
        weakness=options_words.WEAKNESS,
        first_mail=first_mail(from_json(experiment.options), runtime().settings.mail_url),
        usual_days=usual_days(),
        read=read_of(form, experiment.options),
    )
    return page, 422 if form.errors else 200


@bp.app_template_global()
def act_of(rule: Hypothesis) -> Act:
    """What a visitor must do to count by this rule, in words."""
    return ACTS[rule.conversion]


@bp.app_template_global()
def options_of(experiment: Experiment) -> tuple[options_words.Said, ...]:
    """The options of an experiment in words, for its page."""
    return options_words.in_words(sealed_options(experiment), usual_days())


def usual_days() -> int:
    """How many days this server keeps addresses where an experiment says nothing else."""
    return runtime().settings.retention_days
