"""The page on which a team decides: rule, figures, trust, guesses and what is still open."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from msgspec import Struct
from werkzeug.exceptions import NotFound

from wbtest.decisions import decide as verbs
from wbtest.decisions.checklist import (
    STATES,
    as_markdown,
    find_checklist,
    get_checklist,
    save_checklist,
)
from wbtest.decisions.decide import find_change, mark_of, should_end
from wbtest.decisions.forms import ChecklistForm, DecisionForm, checklist_form
from wbtest.decisions.memo_content import guesses_of, open_ends_of, unsaid_numbers
from wbtest.decisions.models import Paper
from wbtest.decisions.pending_decisions import (
    Papers,
    against_of,
    find_objection,
    find_paper,
    names_of,
    papers_of,
    rests_beside,
    rule_of_second,
    seconds_for,
)
from wbtest.downloads import send_file
from wbtest.extensions import clock
from wbtest.moments import read_one_moment
from wbtest.publishing import rule_text as rule_in_words
from wbtest.publishing.lifecycle import file_stem
from wbtest.publishing.models import Experiment
from wbtest.publishing.stages import contradiction, decisions
from wbtest.results import verdict_text
from wbtest.results.figures import Results
from wbtest.results.set_aside import Aside, results_and_aside
from wbtest.results.trust import panel_of
from wbtest.review.approvers import is_alone
from wbtest.store import Invalid, Refused
from wbtest.team import access
from wbtest.team.models import Person
from wbtest.writing import document as documents

MOST_ENDED = 3


class ShownPaper(Struct, frozen=True):
    """A paper that waits, as one person reads it; ``seconds`` says who may second it.

    ``aside`` is what stands beside the figures by now, where the paper rests on such figures.
    """

    paper: Paper
    against: str
    is_mine: bool
    may_second: bool
    seconds: str
    aside: Aside | None

    @property
    def why(self) -> str:
        """The figures it was signed on, in a sentence."""
        return str(self.paper.memo["figures"]["why"])

    def change(self, results: Results) -> str:
        """The sentence that says why nobody can second it any more, or ''."""
        return find_change(self.paper, results, self.aside)


class Ended(Struct, frozen=True):
    """A proposal that came to nothing; ``by`` is the decision that took its place, if one did."""

    paper: Paper
    by: Paper | None


def ended_shown(papers: Papers) -> list[Ended]:
    """Return the last proposals that were turned down or gave way to a decision, the newest first.

    What its author replaced by another proposal is none: they know.
    """
    stands = {paper.settled_at: paper for paper in papers.standing.values()}
    found = [Ended(paper, stands.get(paper.settled_at)) for paper in papers.ended]
    is_told = [each for each in found if each.paper.is_turned_down or each.by]
    return is_told[:MOST_ENDED]


def waiting_shown(papers: Papers, person: Person) -> list[ShownPaper]:
    """Return what waits of an experiment, the oldest first, as ``person`` reads it."""
    # Only what rests on such figures asks what they say by now.
    rests = next((paper for paper in papers.waiting if rests_beside(paper)), None)
    aside = results_and_aside(rests.experiment, clock.now())[1] if rests else None
    return [_waiting(paper, person, aside) for paper in papers.waiting]


def _waiting(paper: Paper, person: Person, aside: Aside | None) -> ShownPaper:
    return ShownPaper(
        paper,
        against_of(paper),
        is_mine=paper.person_id == person.id,
        may_second=not find_objection(paper, person),
        seconds=names_of(seconds_for(paper.person_id)),
        aside=aside,
    )


bp = Blueprint("decisions", __name__)


@bp.get("/experiments/<int:experiment_id>/decision")
@access.requires("read")
def decision(experiment_id: int) -> ResponseReturnValue:
    """Show what a decision rests on."""
    read_one_moment()
    experiment = access.get(Experiment, experiment_id, "read")
    return _page(experiment, DecisionForm(formdata=None))


@bp.post("/experiments/<int:experiment_id>/decision")
@access.requires("approve")
def decide(experiment_id: int) -> ResponseReturnValue:
    """Take a decision."""
    experiment = access.get(Experiment, experiment_id, "approve")
    form = DecisionForm()
    given = (form.choice.data or "", form.reason.data or "", form.read.data or "")
    try:
        paper = verbs.decide(experiment, access.person(), *given)
    except Invalid as error:
        form[error.field].errors = [str(error)]
        return _page(experiment, form), 422
    if paper.state == "stands":
        return _to_memo(paper)
    flash("It is stored, and waits for a second person.")
    return redirect(url_for(".decision", experiment_id=experiment_id), 303)


@bp.post("/experiments/<int:experiment_id>/decision/<int:number>/second")
@access.requires("approve")
def second(experiment_id: int, number: int) -> ResponseReturnValue:
    """Let what another person decided against the verdict stand."""
    paper = _paper(experiment_id, number)
    try:
        verbs.second(paper, access.person())
    except Refused as error:
        flash(str(error), "error")
        return redirect(url_for(".decision", experiment_id=experiment_id), 303)
    return _to_memo(paper)


@bp.post("/experiments/<int:experiment_id>/decision/<int:number>/turn-down")
@access.requires("approve")
def turn_down(experiment_id: int, number: int) -> ResponseReturnValue:
    """Answer no to what another person decided against the verdict."""
    paper = _paper(experiment_id, number)
    try:
        verbs.turn_down(paper, access.person(), request.form.get("why", ""))
        flash(f"You turned it down, and {paper.person.name} is told. Nothing is decided.")
    except Refused as error:
        flash(str(error), "error")
    return redirect(url_for(".decision", experiment_id=experiment_id), 303)


@bp.post("/experiments/<int:experiment_id>/decision/<int:number>/withdraw")
@access.requires("approve")
def withdraw(experiment_id: int, number: int) -> ResponseReturnValue:
    """Take back what one has decided oneself, while it waits."""
    paper = _paper(experiment_id, number)
    try:
        verbs.withdraw(paper, access.person())
        flash("You took it back. It stays in the audit log.")
    except Refused as error:
        flash(str(error), "error")
    return redirect(url_for(".decision", experiment_id=experiment_id), 303)


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
        form[error.field].errors = [str(error)]
        # Who was told of a newer version has a way to see it, and may replace it now.
        form.read.data = found.digest
        return _page(experiment, DecisionForm(formdata=None), form), 422
    flash("Checklist saved.")
    address = url_for(".decision", experiment_id=experiment_id, _anchor="checklist")
    return redirect(address, 303)


@bp.get("/experiments/<int:experiment_id>/checklist.md")
@access.requires("read")
def checklist_markdown(experiment_id: int) -> ResponseReturnValue:
    """The checklist as Markdown."""
    read_one_moment()
    experiment = access.get(Experiment, experiment_id, "read")
    lines = as_markdown(get_checklist(experiment), experiment.revision.document["product"])
    return send_file(lines, f"{file_stem(experiment)}-checklist.md", "text/markdown")


def decision_part(experiment: Experiment) -> dict[str, Any]:
    """Return what the results show: what waits, and by which papers decisions came to stand."""
    papers = papers_of(experiment)
    return {
        "waiting_papers": waiting_shown(papers, access.person()),
        "standing_papers": papers.standing,
        "should_end": should_end,
        "ended_papers": ended_shown(papers),
        "rule_of_second": rule_of_second,
    }


def _paper(experiment_id: int, number: int) -> Paper:
    experiment = access.get(Experiment, experiment_id, "approve")
    paper = find_paper(experiment, number)
    if paper is None:
        raise NotFound
    return paper


def _to_memo(paper: Paper) -> ResponseReturnValue:
    address = url_for(
        "decisions.stored_memo", experiment_id=paper.experiment_id, number=paper.stands_as
    )
    return redirect(address, 303)


def _page(experiment: Experiment, form: DecisionForm, typed: ChecklistForm | None = None) -> str:
    found = find_checklist(experiment)
    results, aside = results_and_aside(experiment, clock.now())
    papers = papers_of(experiment)
    document = documents.from_json(experiment.revision.document)
    if form.read.data is None or form.errors:
        # Who was told of something newer has read it now.
        form.read.data = mark_of(experiment, results, aside)
    return render_template(
        "results/deciding/decision.html",
        form=form,
        checklist=found,
        states=STATES,
        checklist_form=typed or (checklist_form(found) if found else None),
        experiment=experiment,
        results=results,
        aside=aside,
        verdict=results.verdict,
        product=experiment.revision.document["product"],
        outcomes=rule_in_words.outcomes(results.rule),
        claim=rule_in_words.claim(results.rule),
        conditions=rule_in_words.conditions(results.rule),
        need=rule_in_words.need(results.rule),
        badge=verdict_text.badge(results),
        headline=verdict_text.headline(results),
        evidence=verdict_text.evidence_shown(results),
        act=verdict_text.act(results),
        promise=verdict_text.promise(results),
        final_moment=verdict_text.final_moment(results),
        standing=verdict_text.status_line(experiment, results),
        attempt=verdict_text.attempt_phrase(results),
        trust_panel=panel_of(results.trust),
        fragility=verdict_text.fragility(results),
        price=verdict_text.price(results),
        guesses=guesses_of(experiment, results),
        ends=open_ends_of(document, results.rule),
        unsaid=unsaid_numbers(document),
        rule_of_second=_rule_of_second(results),
        decisions=[(each, contradiction(each)) for each in decisions(experiment)],
        waiting_papers=waiting_shown(papers, access.person()),
        standing_papers=papers.standing,
        ended_papers=ended_shown(papers),
        should_end=should_end,
    )


def _rule_of_second(results: Results) -> str:
    """Say before somebody chooses what will need a second person, and who that may be."""
    rule = rule_of_second(results)
    if is_alone():
        return rule
    others = names_of(seconds_for(access.person().id))
    return f"{rule} The memo names you both. The second may be: {others}"
