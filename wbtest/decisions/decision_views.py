"""The Decision page: what a team does with a result, in the order in which it happens.

Decide, approve or reject, email the sign-ups, write learnings, delete.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal, NamedTuple

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from msgspec import Struct
from werkzeug.exceptions import NotFound

from wbtest.audience.outcome_mail import (
    Recipients,
    count_recipients,
    outcome_mail_writer,
    proposed_text,
    tell_outcome,
)
from wbtest.audience.retention import count_progress, find_purge_blocker, is_purge_done, purge_now
from wbtest.audience.retention_terms import COPY_DAYS, date_in_words, terms_of
from wbtest.database import read_one_moment
from wbtest.decisions import decide as verbs
from wbtest.decisions import learning_cards, memo_content
from wbtest.decisions.checklist import (
    STATES,
    Checklist,
    as_markdown,
    find_checklist,
    get_checklist,
    save_checklist,
)
from wbtest.decisions.forms import (
    CardForm,
    ChecklistForm,
    DecisionForm,
    LetterForm,
    MarkForm,
    PurgeForm,
    card_form,
    checklist_form,
    mark_form,
    number_in,
)
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
from wbtest.extensions import clock, runtime
from wbtest.forms import add_form_error, form_on
from wbtest.publishing import corrections, experiments, lifecycle, page_strings, rule_text
from wbtest.publishing.experiment_stages import contradiction, decisions, find_decision
from wbtest.publishing.models import Experiment
from wbtest.results import figures, trust, verdict_text
from wbtest.results.set_aside import Aside, results_and_aside
from wbtest.store import Invalid, Refused, writing
from wbtest.team import access, reauthentication
from wbtest.team.models import Person
from wbtest.web import send_file
from wbtest.writing import document as documents

bp = Blueprint("decisions", __name__)
MOST_ENDED = 3
# Takes the place of each person's own link in the email that is shown.
EVERYBODY = "…"

Part = Literal["decide", "end", "email", "learnings", "build", ""]


@dataclass(frozen=True)
class SentForms:
    """The forms of the page as somebody sent them; None is the form as it is stored."""

    decision: DecisionForm | None = None
    letter: LetterForm | None = None
    card: CardForm | None = None
    marks: Mapping[str, MarkForm] = field(default_factory=dict)
    checklist: ChecklistForm | None = None
    purge: PurgeForm | None = None

    @property
    def part(self) -> str:
        """The part whose form was sent, '' for none."""
        sent = {
            "decide": self.decision,
            "email": self.letter,
            "learnings": self.card or self.marks,
            "build": self.checklist,
            "delete": self.purge,
        }
        return next((name for name, form in sent.items() if form), "")


class Progress(NamedTuple):
    """How far a team is after its test: what is due, and what is done."""

    is_decided: bool = False
    is_to_end: bool = False
    is_to_email: bool = False
    is_over: bool = False
    has_card: bool = False
    has_open_sentences: bool = False


def next_part(progress: Progress, may: Callable[[str], bool]) -> Part:
    """Return the part that is due next and that the asking person may do, '' for none.

    >>> next_part(Progress(), lambda permission: True)
    'decide'
    >>> next_part(Progress(is_decided=True, is_to_email=True), lambda permission: True)
    'email'
    """
    due: tuple[tuple[Part, str, bool], ...] = (
        ("decide", "approve", not progress.is_decided),
        ("end", "approve", progress.is_to_end),
        ("email", "approve", progress.is_to_email),
        ("learnings", "edit", progress.is_over and not progress.has_card),
        ("build", "edit", progress.has_open_sentences),
    )
    return next((name for name, permission, is_due in due if is_due and may(permission)), "")


class ShownPaper(Struct, frozen=True):
    """A proposal that waits, as one person reads it; ``seconds`` says who may approve it.

    ``aside`` is what is set aside by now, where the proposal rests on such figures.
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

    def change(self, results: figures.Results) -> str:
        """The sentence that says why nobody can approve it any more, or ''."""
        return verbs.find_change(self.paper, results, self.aside)


class Ended(Struct, frozen=True):
    """A proposal that came to nothing; ``by`` is the decision that took its place, if one did."""

    paper: Paper
    by: Paper | None


def ended_shown(papers: Papers) -> list[Ended]:
    """Return the last proposals that were rejected or overtaken by a decision, the newest first.

    Proposals that their own author replaced are left out.
    """
    stands = {paper.settled_at: paper for paper in papers.standing.values()}
    found = [Ended(paper, stands.get(paper.settled_at)) for paper in papers.ended]
    is_told = [each for each in found if each.paper.is_turned_down or each.by]
    return is_told[:MOST_ENDED]


def waiting_shown(papers: Papers, person: Person) -> list[ShownPaper]:
    """Return the proposals of a test that wait, the oldest first, as ``person`` reads them."""
    # The figures beside are only read for a proposal that rests on them.
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


def decision_page(experiment: Experiment, sent: SentForms | None = None) -> str:
    """Return the page, with the forms that somebody sent as they typed them.

    Raises NotStarted for a draft.
    """
    sent = sent or SentForms()
    results, aside = results_and_aside(experiment, clock.now())
    papers = papers_of(experiment)
    checklist = find_checklist(experiment)
    hearers = count_recipients(experiment) if experiment.state == "ended" else None
    saves = learning_cards.saves_of(experiment)
    newest = next(iter(decisions(experiment)), None)
    progress = Progress(
        is_decided=newest is not None,
        is_to_end=newest is not None and verbs.should_end(experiment, newest.choice),
        is_to_email=newest is not None and _is_to_email(experiment, hearers),
        is_over=learning_cards.is_over(experiment),
        has_card=bool(saves),
        has_open_sentences=_has_open_sentences(checklist),
    )
    return render_template(
        "decisions/decision.html",
        experiment=experiment,
        next=next_part(progress, access.has_permission),
        progress=progress,
        sent=sent.part,
        results=results,
        aside=aside,
        document=documents.from_json(experiment.revision.document),
        decisions=[(each, contradiction(each)) for each in decisions(experiment)],
        papers=papers,
        waiting=waiting_shown(papers, access.person()),
        ended=ended_shown(papers),
        form=_decision_form(sent.decision, verbs.mark_of(experiment, results, aside)),
        checklist=checklist,
        states=STATES,
        checklist_form=sent.checklist or (checklist_form(checklist) if checklist else None),
        **_basis(experiment, results),
        **_email_and_deletion(experiment, hearers, sent),
        **_learnings(experiment, saves, sent),
    )


def _is_to_email(experiment: Experiment, hearers: Recipients | None) -> bool:
    is_open = experiment.last_letter_at is None and experiment.purged_at is None
    return is_open and hearers is not None and hearers.to_tell > 0


def _has_open_sentences(checklist: Checklist | None) -> bool:
    return checklist is not None and any(mark.state == "open" for mark in checklist.marks.values())


def _decision_form(sent: DecisionForm | None, mark: str) -> DecisionForm:
    form = sent or DecisionForm(formdata=None)
    if form.read.data is None or form.errors:
        # The page now shows whatever was newer than what its author had read.
        form.read.data = mark
    return form


def _basis(experiment: Experiment, results: figures.Results) -> dict[str, Any]:
    """What a decision rests on."""
    document = documents.from_json(experiment.revision.document)
    return {
        "verdict": results.verdict,
        "outcomes": rule_text.outcomes(results.rule),
        "claim": rule_text.claim(results.rule),
        "conditions": rule_text.conditions(results.rule),
        "need": rule_text.need(results.rule),
        "headline": verdict_text.headline(results),
        "evidence": verdict_text.evidence_shown(results),
        "act": verdict_text.act(results),
        "promise": verdict_text.promise(results),
        "final_moment": verdict_text.final_moment(results),
        "attempt": verdict_text.attempt_phrase(results),
        "trust_panel": trust.panel_of(results.trust),
        "guesses": memo_content.guesses_of(experiment, results),
        "ends": memo_content.open_ends_of(document, results.rule),
        "unsaid": memo_content.unsaid_numbers(document),
        "rule_of_second": rule_of_second(results, access.person()),
    }


def _email_and_deletion(
    experiment: Experiment, hearers: Recipients | None, sent: SentForms
) -> dict[str, Any]:
    """What the parts about the email to sign-ups and about deletion show once a test has ended."""
    if hearers is None:
        return {"hearers": None}
    strings = page_strings.strings_of(corrections.page_of(experiment))
    letter_form = sent.letter or _proposed_letter(experiment)
    text = experiment.last_letter or (letter_form.text.data or "").strip()
    is_begun = experiment.purged_at is not None and not is_purge_done(experiment)
    return {
        "hearers": hearers,
        "letter_form": letter_form,
        "letter": outcome_mail_writer(experiment, text)(EVERYBODY) if text else None,
        "strings": strings,
        "has_mail": bool(runtime().settings.mail_url),
        "last_day": date_in_words(terms_of(experiment).last_day, page_strings.strings_for("en")),
        "copy_days": COPY_DAYS,
        "is_list_kept": experiment.opened_at is not None and experiment.identity_key is not None,
        "objection": find_purge_blocker(experiment),
        "deleted": count_progress(experiment) if is_begun else None,
        "purge_form": sent.purge or PurgeForm(formdata=None),
    }


def _proposed_letter(experiment: Experiment) -> LetterForm:
    form = LetterForm(formdata=None)
    newest = next(iter(decisions(experiment)), None)
    if newest and not experiment.last_letter:
        form.text.data = proposed_text(experiment, newest.choice)
    return form


def _learnings(experiment: Experiment, saves: list[Any], sent: SentForms) -> dict[str, Any]:
    """What the part about learnings shows."""
    standing = learning_cards.standing_marks(experiment)
    return {
        "standing": standing,
        "earlier": learning_cards.earlier_marks(learning_cards.marks_of(experiment)),
        "saves": saves,
        "card_form": sent.card or card_form(saves[0] if saves else None),
        "mark_forms": {each.key: mark_form(each.key, mark) for each, mark in standing}
        | dict(sent.marks),
    }


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
    return _answer(experiment_id, number, verbs.second, "Approved. Decided: {0.choice}.")


@bp.post("/experiments/<int:experiment_id>/decision/<int:number>/turn-down")
@access.requires("approve")
def turn_down(experiment_id: int, number: int) -> ResponseReturnValue:
    """Reject what another person proposed."""
    verb = partial(verbs.turn_down, why=request.form.get("why", ""))
    return _answer(experiment_id, number, verb, "Rejected. We’ve emailed {0.person.name}.")


@bp.post("/experiments/<int:experiment_id>/decision/<int:number>/withdraw")
@access.requires("approve")
def withdraw(experiment_id: int, number: int) -> ResponseReturnValue:
    """Cancel one's own proposal, while it waits."""
    return _answer(experiment_id, number, verbs.withdraw, "Proposal cancelled.")


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
    return send_file(lines, f"{lifecycle.file_stem(experiment)}-checklist.md", "text/markdown")


def decision_part(experiment: Experiment) -> dict[str, Any]:
    """Return what a test's results show of its decision: the proposals that wait."""
    return {"proposals": papers_of(experiment).waiting}


def to_part(experiment_id: int, part: str = "") -> ResponseReturnValue:
    """Redirect to a part of the Decision page, '' for its top."""
    address = url_for("decisions.decision", experiment_id=experiment_id, _anchor=part or None)
    return redirect(address, 303)


def _answer(
    experiment_id: int, number: int, verb: Callable[[Paper, Person], Paper], done: str
) -> ResponseReturnValue:
    """Answer a proposal and say what was ``done`` to it, or why not."""
    paper = find_paper(access.get(Experiment, experiment_id, "approve"), number)
    if paper is None:
        raise NotFound
    try:
        flash(done.format(verb(paper, access.person())))
    except Refused as error:
        flash(str(error), "error")
    return to_part(experiment_id)


bp.add_app_template_global(learning_cards.learned_of)
bp.add_app_template_global(learning_cards.tally, "tally_of_marks")


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
        if isinstance(refused, experiments.EditConflict):
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
        if isinstance(refused, experiments.EditConflict):
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
    release = learning_cards.next_draft(experiment, access.person())
    if release.id != experiment.revision.release_id:
        flash("The idea was stopped, so this is a copy.")
    address = url_for("writing.release", release_id=release.id, learned=1, _anchor="learned")
    return redirect(address, 303)


NOT_READ = "Read the email above, then tick this box."


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
    except lifecycle.AlreadyDone as error:
        flash(str(error))
    return to_part(experiment_id, "email")


@bp.route("/experiments/<int:experiment_id>/purge", methods=["GET", "POST"])
@access.requires("own")
@form_on(".decision")
@reauthentication.proved("POST")
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
