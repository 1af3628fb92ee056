"""One mail with the decision to those who signed up, and what is erased afterwards."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from wbtest.audience.leaving.closing import close_the_loop, count_hearers
from wbtest.audience.leaving.dates import COPY_DAYS, in_words
from wbtest.audience.leaving.letters import last_letter, proposed_text
from wbtest.audience.leaving.purging import (
    Progress,
    count_progress,
    find_objection,
    is_done,
    purge_now,
)
from wbtest.audience.leaving.terms import terms_of
from wbtest.decisions.decision_views import bp
from wbtest.decisions.forms import LetterForm, PurgeForm
from wbtest.publishing.corrections import page_of
from wbtest.publishing.lifecycle import AlreadyDone
from wbtest.publishing.models import Experiment
from wbtest.publishing.page_strings import strings_for, strings_of
from wbtest.publishing.stages import find_decision
from wbtest.runtime import runtime
from wbtest.store import Invalid, Refused, writing
from wbtest.team import access
from wbtest.team.login_views import proved
from wbtest.team.models import Person


def tell_signups(experiment: Experiment, person: Person, text: str) -> Experiment:
    """Tell everybody who may hear what was decided, once; see ``close_the_loop``.

    Raises Refused while nothing is decided.
    """
    with writing():
        if find_decision(experiment) is None:
            raise Refused("Decide first: go, iterate or stop. Then tell those who signed up.")
        return close_the_loop(experiment, person, text)


NOT_READ = "Read the mail below as it goes out, then tick this box."
# Stands for the part of the link that is everybody's own.
EVERYBODY = "…"


@bp.route("/experiments/<int:experiment_id>/closing", methods=["GET", "POST"])
@access.requires("approve")
def closing(experiment_id: int) -> ResponseReturnValue:
    """Write to everybody who may hear what was decided, look at the mail, and send it once."""
    experiment = access.get(Experiment, experiment_id, "approve")
    form = LetterForm()
    if request.method != "POST":
        decision = find_decision(experiment)
        if decision is not None and not experiment.last_letter:
            form.text.data = proposed_text(experiment, decision.choice)
        return _closing_page(experiment, form, PurgeForm())
    if "preview" in request.form:
        return _closing_page(experiment, form, PurgeForm())
    if not form.is_read.data and experiment.last_letter_at is None:
        form.is_read.errors = [NOT_READ]
        return _closing_page(experiment, form, PurgeForm()), 422
    try:
        tell_signups(experiment, access.person(), form.text.data or "")
        flash("The mails are being written. You see here how far it is.")
    except Invalid as error:
        form[error.field].errors = [str(error)]
        return _closing_page(experiment, form, PurgeForm()), 422
    except AlreadyDone as error:
        flash(str(error))
    return redirect(url_for(".closing", experiment_id=experiment_id), 303)


@bp.post("/experiments/<int:experiment_id>/purge")
@access.requires("own")
@proved("POST")
def purge(experiment_id: int) -> ResponseReturnValue:
    """Erase what is known of the visitors before the day that was promised."""
    experiment = access.get(Experiment, experiment_id, "own")
    form = PurgeForm()
    typed = (form.slug.data or "").strip().lower().removeprefix("/p/")
    if typed != experiment.slug:
        form.slug.errors = [f"Type {experiment.slug} to erase what is known of its visitors."]
        return _closing_page(experiment, LetterForm(formdata=None), form), 422
    try:
        purge_now(experiment, access.person())
        flash("It is being erased. You see here how far it is.")
    except Refused as error:
        flash(str(error), "error")
    return redirect(url_for(".closing", experiment_id=experiment_id), 303)


def _progress(experiment: Experiment) -> Progress | None:
    """How far the purge is; None when none was begun, or it is done."""
    if experiment.purged_at is None or is_done(experiment):
        return None
    return count_progress(experiment)


def _closing_page(experiment: Experiment, letter_form: LetterForm, purge_form: PurgeForm) -> str:
    details: dict[str, object] = {}
    if experiment.state == "ended":
        page = page_of(experiment)
        strings = strings_of(page)
        terms = terms_of(experiment)
        text = experiment.last_letter or (letter_form.text.data or "").strip()
        details = {
            "strings": strings,
            "letter": last_letter(experiment, text)(EVERYBODY) if text else None,
            "hearers": count_hearers(experiment),
            "last_day": in_words(terms.last_day, strings_for("en")),
            "is_list_kept": experiment.opened_at is not None
            and experiment.identity_key is not None,
            "objection": find_objection(experiment),
            "progress": _progress(experiment),
            "has_mail": bool(runtime().settings.mail_url),
            "copy_days": COPY_DAYS,
        }
    return render_template(
        "results/closing.html",
        experiment=experiment,
        decision=find_decision(experiment),
        form=letter_form,
        purge_form=purge_form,
        **details,
    )
