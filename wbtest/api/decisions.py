"""Decisions, which sentences are served after a go, and what was learned."""

from datetime import datetime
from typing import Literal

import msgspec
from flask import abort

from wbtest.api.releases import ReleaseShown, release_answer
from wbtest.api.serialization import Answer, RequestBody, shown
from wbtest.decisions import checklist as checklist_verbs
from wbtest.decisions import decide as decision_verbs
from wbtest.decisions import learning_cards, pending_decisions
from wbtest.decisions.models import AssumptionMark, Paper
from wbtest.publishing.models import Experiment
from wbtest.team import access

Choice = Literal["go", "iterate", "stop"]
State = Literal["open", "served", "not_served"]


class Deciding(RequestBody, kw_only=True):
    """`mark` is that of the results you read; a decision on any others is refused."""

    choice: Choice
    reason: str
    mark: str = ""


class Answering(RequestBody):
    """Why not, if one says so."""

    why: str = ""


class PaperShown(msgspec.Struct, kw_only=True):
    """A choice and its reason: final, waiting for a second person, or no longer waiting."""

    number: int
    choice: Choice
    reason: str
    state: Literal["waiting", "stands", "withdrawn", "overtaken"]
    by: str
    made_at: datetime
    second: str | None
    answer: str
    decision: int | None
    digest: str


class Papers(msgspec.Struct):
    papers: list[PaperShown]


def list_decisions(experiment_id: int) -> Papers:
    """Decisions: made, waiting, and withdrawn or rejected."""
    papers = pending_decisions.papers_of(access.get(Experiment, experiment_id, "read"))
    found = [*papers.standing.values(), *papers.waiting, *papers.ended]
    return Papers(
        [_decision_response(each) for each in sorted(found, key=lambda paper: paper.number)]
    )


def decide_experiment(experiment_id: int, body: Deciding) -> PaperShown:
    """Decide on the current figures. Against the verdict, a second person must approve."""
    experiment = access.get(Experiment, experiment_id, "approve")
    return _decision_response(
        decision_verbs.decide(experiment, access.person(), body.choice, body.reason, body.mark)
    )


def second_decision(experiment_id: int, number: int) -> PaperShown:
    """Approve another person's decision against the verdict."""
    return _decision_response(decision_verbs.second(_paper(experiment_id, number), access.person()))


def turn_decision_down(experiment_id: int, number: int, body: Answering) -> PaperShown:
    """Reject another person's decision against the verdict."""
    return _decision_response(
        decision_verbs.turn_down(_paper(experiment_id, number), access.person(), body.why)
    )


def withdraw_decision(experiment_id: int, number: int) -> PaperShown:
    """Take back what you decided yourself, while it waits."""
    return _decision_response(
        decision_verbs.withdraw(_paper(experiment_id, number), access.person())
    )


def _paper(experiment_id: int, number: int) -> Paper:
    experiment = access.get(Experiment, experiment_id, "approve")
    return pending_decisions.find_paper(experiment, number) or abort(404)


def _decision_response(paper: Paper) -> PaperShown:
    return shown(
        PaperShown,
        paper,
        by=paper.person.name,
        second=paper.seconded_by.name if paper.seconded_by else None,
        decision=paper.stands_as,
    )


class SentenceShown(msgspec.Struct, kw_only=True):
    """A sentence of the approved release, and what was said of it."""

    key: str
    part: str
    words: str
    state: State
    note: str


class ChecklistShown(msgspec.Struct, kw_only=True):
    """`extra` is what is built that no sentence asks for; `digest` is of all that was saved."""

    says: str
    digest: str
    sentences: list[SentenceShown]
    extra: list[str]


class SentenceMark(RequestBody, kw_only=True):
    """`key` is that of a sentence."""

    key: str
    state: State
    note: str = ""


class NewChecklist(RequestBody, kw_only=True):
    """All of it; a sentence left out is open. `digest` is that of the checklist you read."""

    sentences: list[SentenceMark] = msgspec.field(default_factory=list)
    extra: list[str] = msgspec.field(default_factory=list)
    digest: str = ""


def get_checklist(experiment_id: int) -> ChecklistShown:
    """Which sentences of the approved release are served, and what else is built."""
    return _checklist_response(
        checklist_verbs.get_checklist(access.get(Experiment, experiment_id, "read"))
    )


def replace_checklist(experiment_id: int, body: NewChecklist) -> ChecklistShown:
    """Replace the checklist; 422 when somebody else saved it after you read it."""
    experiment = access.get(Experiment, experiment_id, "edit")
    marks = {
        each.key: checklist_verbs.ChecklistMark(each.state, each.note) for each in body.sentences
    }
    return _checklist_response(
        checklist_verbs.save_checklist(experiment, marks, body.extra, body.digest)
    )


def _checklist_response(checklist: checklist_verbs.Checklist) -> ChecklistShown:
    return ChecklistShown(
        says=checklist.summary,
        digest=checklist.digest,
        sentences=[
            shown(SentenceShown, each, **checklist.marks[each.key]._asdict())
            for each in checklist.sentences
        ],
        extra=list(checklist.extra),
    )


class AssumptionShown(msgspec.Struct, kw_only=True):
    """What nobody knew; `number` counts what was said of it, 0 while nothing was."""

    key: str
    kind: Literal["number", "question"]
    words: str
    sentence: str
    state: Literal["confirmed", "refuted", "open"]
    why: str
    number: int
    by: str | None
    at: datetime | None


class LearningShown(msgspec.Struct, kw_only=True):
    """The current card; `version` is 0 before anybody wrote on it."""

    version: int
    surprise: str
    next_step: str
    assumptions: list[AssumptionShown]


class Learned(RequestBody, kw_only=True):
    """`version` is that of the card that you read, 0 for none."""

    version: int
    surprise: str = ""
    next_step: str = ""


class Assumed(RequestBody, kw_only=True):
    """`number` is that of the word on it that you read, 0 for none."""

    state: Literal["confirmed", "refuted", "open"]
    why: str
    number: int


def get_learning(experiment_id: int) -> LearningShown:
    """What surprised the team, what it does next, and what became of its assumptions."""
    return _learning_response(access.get(Experiment, experiment_id, "read"))


def save_learning(experiment_id: int, body: Learned) -> LearningShown:
    """Write the learning card of an ended or decided test; earlier texts are kept."""
    experiment = access.get(Experiment, experiment_id, "edit")
    learning_cards.save_card(
        experiment, access.person(), body.surprise, body.next_step, body.version
    )
    return _learning_response(experiment)


def mark_assumption(experiment_id: int, key: str, body: Assumed) -> LearningShown:
    """Say what became of an assumption, and how you know."""
    experiment = access.get(Experiment, experiment_id, "edit")
    learning_cards.mark(experiment, access.person(), key, body.state, body.why, body.number)
    return _learning_response(experiment)


def begin_next_draft(experiment_id: int) -> Answer[ReleaseShown]:
    """The release to write on: the tested one, or a copy if that was stopped before a test."""
    return release_answer(
        learning_cards.next_draft(access.get(Experiment, experiment_id, "edit"), access.person())
    )


def _learning_response(experiment: Experiment) -> LearningShown:
    card = learning_cards.find_card(experiment)
    return LearningShown(
        version=card.version if card else 0,
        surprise=card.surprise if card else "",
        next_step=card.next_step if card else "",
        assumptions=[
            _assumption_response(*each) for each in learning_cards.standing_marks(experiment)
        ],
    )


def _assumption_response(
    found: learning_cards.Assumption, mark: AssumptionMark | None
) -> AssumptionShown:
    return shown(
        AssumptionShown,
        found,
        state=mark.state if mark else "open",
        why=mark.why if mark else "",
        number=mark.number if mark else 0,
        by=mark.person.name if mark else None,
        at=mark.marked_at if mark else None,
    )
