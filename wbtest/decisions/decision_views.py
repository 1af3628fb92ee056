"""The Decision page: decide, approve or reject, email the sign-ups, write learnings, delete."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from wbtest.audience.outcome_mail import tell_outcome
from wbtest.audience.retention import purge_now
from wbtest.database import read_one_moment
from wbtest.decisions import decide as verbs
from wbtest.decisions import learning_cards
from wbtest.decisions.checklist import as_markdown, get_checklist, save_checklist
from wbtest.decisions.decision_page import SentForms, decision_page
from wbtest.decisions.forms import (
    CardForm,
    DecisionForm,
    LetterForm,
    MarkForm,
    PurgeForm,
    checklist_form,
    number_in,
)
from wbtest.decisions.learning_cards import Overtaken, learned_of, tally
from wbtest.decisions.learning_cards import next_draft as find_next_draft
from wbtest.decisions.models import Paper
from wbtest.decisions.pending_decisions import find_paper, papers_of
from wbtest.forms import add_form_error, form_on
from wbtest.publishing.lifecycle import AlreadyDone, file_stem
from wbtest.publishing.models import Experiment
from wbtest.publishing.stages import find_decision
from wbtest.store import Invalid, Refused, writing
from wbtest.team import access
from wbtest.team.models import Person
from wbtest.team.reauthentication import proved
from wbtest.web import send_file

bp = Blueprint("decisions", __name__)


@bp.get("/experiments/<int:experiment_id>/decision")
@access.requires("read")
def decision(experiment_id: int) -> ResponseReturnValue:
    """What to do with a result: decide, email the sign-ups, write learnings, build, delete."""
    read_one_moment()
    return decision_page(access.get(Experiment, experiment_id, "read"))


@bp.post("/experiments/<int:experiment_id>/decision")
@access.requires("approve")
def decide(experiment_id: int) -> ResponseReturnValue:
    """Decide."""
    experiment = access.get(Experiment, experiment_id, "approve")
    form = DecisionForm()
    given = (form.choice.data or "", form.reason.data or "", form.read.data or "")
    try:
        paper = verbs.decide(experiment, access.person(), *given)
    except Invalid as error:
        add_form_error(form, error)
        return decision_page(experiment, SentForms(decision=form)), 422
    if paper.state == "stands":
        flash(f"Decided: {paper.choice}.")
    else:
        flash("Saved. It needs a second approver.")
    return to_part(experiment_id)


@bp.post("/experiments/<int:experiment_id>/decision/<int:number>/second")
@access.requires("approve")
def second(experiment_id: int, number: int) -> ResponseReturnValue:
    """Approve what another person proposed."""
    paper = _paper(experiment_id, number)
    try:
        verbs.second(paper, access.person())
    except Refused as error:
        flash(str(error), "error")
    else:
        flash(f"Approved. Decided: {paper.choice}.")
    return to_part(experiment_id)


@bp.post("/experiments/<int:experiment_id>/decision/<int:number>/turn-down")
@access.requires("approve")
def turn_down(experiment_id: int, number: int) -> ResponseReturnValue:
    """Reject what another person proposed."""
    paper = _paper(experiment_id, number)
    try:
        verbs.turn_down(paper, access.person(), request.form.get("why", ""))
        flash(f"Rejected. We’ve emailed {paper.person.name}.")
    except Refused as error:
        flash(str(error), "error")
    return to_part(experiment_id)


@bp.post("/experiments/<int:experiment_id>/decision/<int:number>/withdraw")
@access.requires("approve")
def withdraw(experiment_id: int, number: int) -> ResponseReturnValue:
    """Cancel one's own proposal, while it waits."""
    paper = _paper(experiment_id, number)
    try:
        verbs.withdraw(paper, access.person())
        flash("Proposal cancelled.")
    except Refused as error:
        flash(str(error), "error")
    return to_part(experiment_id)


@bp.route("/experiments/<int:experiment_id>/checklist", methods=["GET", "POST"])
@access.requires("edit")
@form_on(".decision")
def checklist(experiment_id: int) -> ResponseReturnValue:
    """Save which sentences of the release are served, and what else is built."""
    experiment = access.get(Experiment, experiment_id, "edit")
    found = get_checklist(experiment)
    form = checklist_form(found, is_sent=True)
    try:
        save_checklist(experiment, form.marks(found), form.items(), form.read.data or "")
    except Invalid as error:
        add_form_error(form, error)
        # Who was told of a newer version has a way to see it, and may replace it now.
        form.read.data = found.digest
        return decision_page(experiment, SentForms(checklist=form)), 422
    flash("Checklist saved.")
    return to_part(experiment_id, "build")


@bp.get("/experiments/<int:experiment_id>/checklist.md")
@access.requires("read")
def checklist_markdown(experiment_id: int) -> ResponseReturnValue:
    """The checklist as Markdown."""
    read_one_moment()
    experiment = access.get(Experiment, experiment_id, "read")
    lines = as_markdown(get_checklist(experiment), experiment.revision.document["product"])
    return send_file(lines, f"{file_stem(experiment)}-checklist.md", "text/markdown")


def decision_part(experiment: Experiment) -> dict[str, Any]:
    """Return what a test's results show of its decision: the proposals that wait."""
    return {"proposals": papers_of(experiment).waiting}


def to_part(experiment_id: int, part: str = "") -> ResponseReturnValue:
    """Redirect to a part of the Decision page, '' for its top."""
    address = url_for("decisions.decision", experiment_id=experiment_id, _anchor=part or None)
    return redirect(address, 303)


def _paper(experiment_id: int, number: int) -> Paper:
    experiment = access.get(Experiment, experiment_id, "approve")
    paper = find_paper(experiment, number)
    if paper is None:
        raise NotFound
    return paper


bp.add_app_template_global(learned_of)
bp.add_app_template_global(tally, "tally_of_marks")


@bp.route("/experiments/<int:experiment_id>/learning", methods=["GET", "POST"])
@access.requires("edit")
@form_on(".decision")
def save_learning(experiment_id: int) -> ResponseReturnValue:
    """Store what was typed on the card."""
    experiment = access.get(Experiment, experiment_id, "edit")
    form = CardForm()
    try:
        learning_cards.save_card(
            experiment,
            access.person(),
            form.surprise.data or "",
            form.next_step.data or "",
            number_in(form.read),
        )
    except Invalid as refused:
        add_form_error(form, refused)
        if isinstance(refused, Overtaken):
            card = learning_cards.find_card(experiment)
            form.read.data = str(card.version if card else 0)
        return decision_page(experiment, SentForms(card=form)), 422
    flash("Saved.")
    return to_part(experiment_id, "learnings")


@bp.route("/experiments/<int:experiment_id>/learning/<key>", methods=["GET", "POST"])
@access.requires("edit")
@form_on(".decision")
def mark_assumption(experiment_id: int, key: str) -> ResponseReturnValue:
    """Say what became of one assumption."""
    experiment = access.get(Experiment, experiment_id, "edit")
    assumption = learning_cards.get_assumption(experiment, key)
    form = MarkForm(prefix=key)
    try:
        learning_cards.mark(
            experiment,
            access.person(),
            key,
            form.state.data or "",
            form.why.data or "",
            number_in(form.read),
        )
    except Invalid as refused:
        add_form_error(form, refused)
        if isinstance(refused, Overtaken):
            newest = dict(learning_cards.standing_marks(experiment))[assumption]
            form.read.data = str(newest.number if newest else 0)
        return decision_page(experiment, SentForms(marks={key: form})), 422
    flash("Saved.")
    return to_part(experiment_id, f"a-{key}")


@bp.post("/experiments/<int:experiment_id>/next-draft")
@access.requires("edit")
def next_draft(experiment_id: int) -> ResponseReturnValue:
    """Go to the draft, with what was learned beside it."""
    experiment = access.get(Experiment, experiment_id, "edit")
    release = find_next_draft(experiment, access.person())
    if release.id != experiment.revision.release_id:
        flash("That idea was stopped, so this is a copy.")
    address = url_for("writing.release", release_id=release.id, learned=1, _anchor="learned")
    return redirect(address, 303)


NOT_READ = "Read the email below, then tick this box."


def tell_signups(experiment: Experiment, person: Person, text: str) -> Experiment:
    """Tell everybody who may hear what was decided, once; see ``close_the_loop``.

    Raises Refused while nothing is decided.
    """
    with writing():
        if find_decision(experiment) is None:
            raise Refused("Decide go, iterate or stop first. Then email your sign-ups.")
        return tell_outcome(experiment, person, text)


@bp.route("/experiments/<int:experiment_id>/closing", methods=["GET", "POST"])
@access.requires("approve")
@form_on(".decision")
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


@bp.route("/experiments/<int:experiment_id>/purge", methods=["GET", "POST"])
@access.requires("own")
@form_on(".decision")
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
