"""The Decision page: what a team does with a result, in the order in which it happens."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from flask import render_template
from msgspec import Struct

from wbtest.audience.outcome_mail import (
    Recipients,
    count_recipients,
    outcome_mail_writer,
    proposed_text,
)
from wbtest.audience.retention import count_progress, find_purge_blocker, is_purge_done
from wbtest.audience.retention_terms import COPY_DAYS, date_in_words, terms_of
from wbtest.decisions import learning_cards
from wbtest.decisions.checklist import STATES, Checklist, find_checklist
from wbtest.decisions.decide import find_change, mark_of, should_end
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
)
from wbtest.decisions.memo_content import guesses_of, open_ends_of, unsaid_numbers
from wbtest.decisions.models import Paper
from wbtest.decisions.pending_decisions import (
    Papers,
    against_of,
    names_of,
    papers_of,
    rests_beside,
    rule_of_second,
    seconds_for,
)
from wbtest.decisions.pending_decisions import find_objection as find_objection_to
from wbtest.extensions import clock, runtime
from wbtest.publishing import rule_text
from wbtest.publishing.corrections import page_of
from wbtest.publishing.models import Experiment
from wbtest.publishing.page_strings import strings_for, strings_of
from wbtest.publishing.stages import contradiction, decisions
from wbtest.results import verdict_text
from wbtest.results.figures import Results
from wbtest.results.set_aside import Aside, results_and_aside
from wbtest.results.trust import panel_of
from wbtest.review.approvers import is_alone
from wbtest.team import access
from wbtest.team.models import Person
from wbtest.writing import document as documents

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

    def change(self, results: Results) -> str:
        """The sentence that says why nobody can approve it any more, or ''."""
        return find_change(self.paper, results, self.aside)


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
        may_second=not find_objection_to(paper, person),
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
        is_to_end=newest is not None and should_end(experiment, newest.choice),
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
        form=_decision_form(sent.decision, mark_of(experiment, results, aside)),
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


def _basis(experiment: Experiment, results: Results) -> dict[str, Any]:
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
        "trust_panel": panel_of(results.trust),
        "guesses": guesses_of(experiment, results),
        "ends": open_ends_of(document, results.rule),
        "unsaid": unsaid_numbers(document),
        "rule_of_second": _rule_of_second(results),
    }


def _rule_of_second(results: Results) -> str:
    """Say which choice will need a second approver, and who that may be."""
    rule = rule_of_second(results)
    if is_alone():
        return rule
    return f"{rule} That can be {names_of(seconds_for(access.person().id))}"


def _email_and_deletion(
    experiment: Experiment, hearers: Recipients | None, sent: SentForms
) -> dict[str, Any]:
    """What the parts about the email to sign-ups and about deletion show once a test has ended."""
    if hearers is None:
        return {"hearers": None}
    strings = strings_of(page_of(experiment))
    letter_form = sent.letter or _proposed_letter(experiment)
    text = experiment.last_letter or (letter_form.text.data or "").strip()
    is_begun = experiment.purged_at is not None and not is_purge_done(experiment)
    return {
        "hearers": hearers,
        "letter_form": letter_form,
        "letter": outcome_mail_writer(experiment, text)(EVERYBODY) if text else None,
        "strings": strings,
        "has_mail": bool(runtime().settings.mail_url),
        "last_day": date_in_words(terms_of(experiment).last_day, strings_for("en")),
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
