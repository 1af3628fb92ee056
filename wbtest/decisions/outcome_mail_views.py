"""Emailing the sign-ups what was decided, and deleting what is known of them."""

from flask import flash, request
from flask.typing import ResponseReturnValue

from wbtest.audience.outcome_mail import tell_outcome
from wbtest.audience.retention import purge_now
from wbtest.decisions.decision_page import SentForms, decision_page
from wbtest.decisions.decision_views import bp, to_part
from wbtest.decisions.forms import LetterForm, PurgeForm
from wbtest.forms import add_form_error
from wbtest.publishing.lifecycle import AlreadyDone
from wbtest.publishing.models import Experiment
from wbtest.publishing.stages import find_decision
from wbtest.store import Invalid, Refused, writing
from wbtest.team import access
from wbtest.team.login_views import proved
from wbtest.team.models import Person

NOT_READ = "Read the email below, then tick this box."


def tell_signups(experiment: Experiment, person: Person, text: str) -> Experiment:
    """Tell everybody who may hear what was decided, once; see ``close_the_loop``.

    Raises Refused while nothing is decided.
    """
    with writing():
        if find_decision(experiment) is None:
            raise Refused("Decide go, iterate or stop first. Then email your sign-ups.")
        return tell_outcome(experiment, person, text)


@bp.post("/experiments/<int:experiment_id>/closing")
@access.requires("approve")
def closing(experiment_id: int) -> ResponseReturnValue:
    """Preview the email to everybody who may hear what was decided, or send it once."""
    experiment = access.get(Experiment, experiment_id, "approve")
    form = LetterForm()
    if "preview" in request.form:
        return decision_page(experiment, SentForms(letter=form))
    if not form.is_read.data and experiment.last_letter_at is None:
        form.is_read.errors = [NOT_READ]
        return decision_page(experiment, SentForms(letter=form)), 422
    try:
        tell_signups(experiment, access.person(), form.text.data or "")
        flash("Emails queued.")
    except Invalid as error:
        add_form_error(form, error)
        return decision_page(experiment, SentForms(letter=form)), 422
    except AlreadyDone as error:
        flash(str(error))
    return to_part(experiment_id, "email")


@bp.post("/experiments/<int:experiment_id>/purge")
@access.requires("own")
@proved("POST")
def purge(experiment_id: int) -> ResponseReturnValue:
    """Delete what is known of the visitors before the day that was promised."""
    experiment = access.get(Experiment, experiment_id, "own")
    form = PurgeForm()
    typed = (form.slug.data or "").strip().lower().removeprefix("/p/")
    if typed != experiment.slug:
        form.slug.errors = [f"Type {experiment.slug} to delete its visitors’ data."]
        return decision_page(experiment, SentForms(purge=form)), 422
    try:
        purge_now(experiment, access.person())
        flash("Deleting.")
    except Refused as error:
        flash(str(error), "error")
    return to_part(experiment_id, "delete")
