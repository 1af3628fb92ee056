"""The Decision page: decide, approve or reject what somebody proposed, check what is built."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from wbtest.database import read_one_moment
from wbtest.decisions import decide as verbs
from wbtest.decisions.checklist import as_markdown, get_checklist, save_checklist
from wbtest.decisions.decision_page import SentForms, decision_page
from wbtest.decisions.forms import DecisionForm, checklist_form
from wbtest.decisions.models import Paper
from wbtest.decisions.pending_decisions import find_paper, papers_of
from wbtest.forms import add_form_error
from wbtest.publishing.lifecycle import file_stem
from wbtest.publishing.models import Experiment
from wbtest.store import Invalid, Refused
from wbtest.team import access
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


@bp.post("/experiments/<int:experiment_id>/checklist")
@access.requires("edit")
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
