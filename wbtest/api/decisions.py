"""Decisions: go, iterate or stop; against the verdict a second person signs."""

from datetime import datetime
from typing import Literal

import msgspec
from flask import abort

from wbtest.api.release_shapes import Given
from wbtest.publishing.models import Experiment
from wbtest.results.deciding import decide as verbs
from wbtest.results.deciding.models import Paper
from wbtest.results.deciding.papers import find_paper, papers_of
from wbtest.team import access

Choice = Literal["go", "iterate", "stop"]


class Deciding(Given, kw_only=True):
    """`mark` is that of the results that were read: on others nothing is decided."""

    choice: Choice
    reason: str
    mark: str = ""


class Answering(Given):
    """Why not, if one says so."""

    why: str = ""


class PaperShown(msgspec.Struct, kw_only=True):
    """A choice and its reason. It stands, or waits for a second person, or waits no more."""

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
    """What was decided, what waits, and what came to nothing."""
    papers = papers_of(access.get(Experiment, experiment_id, "read"))
    found = [*papers.standing.values(), *papers.waiting, *papers.ended]
    return Papers([_shown(each) for each in sorted(found, key=lambda paper: paper.number)])


def decide_experiment(experiment_id: int, body: Deciding) -> PaperShown:
    """Decide, with every figure of now. Against the verdict it waits for a second person."""
    experiment = access.get(Experiment, experiment_id, "approve")
    return _shown(verbs.decide(experiment, access.person(), body.choice, body.reason, body.mark))


def second_decision(experiment_id: int, number: int) -> PaperShown:
    """Sign what another person decided against the verdict, so that it stands."""
    return _shown(verbs.second(_paper(experiment_id, number), access.person()))


def turn_decision_down(experiment_id: int, number: int, body: Answering) -> PaperShown:
    """Answer no to what another person decided against the verdict."""
    return _shown(verbs.turn_down(_paper(experiment_id, number), access.person(), body.why))


def withdraw_decision(experiment_id: int, number: int) -> PaperShown:
    """Take back what you decided yourself, while it waits."""
    return _shown(verbs.withdraw(_paper(experiment_id, number), access.person()))


def _paper(experiment_id: int, number: int) -> Paper:
    experiment = access.get(Experiment, experiment_id, "approve")
    return find_paper(experiment, number) or abort(404)


def _shown(paper: Paper) -> PaperShown:
    return PaperShown(
        number=paper.number,
        choice=paper.choice,  # type: ignore[arg-type]  # the table allows no other
        reason=paper.reason,
        state=paper.state,  # type: ignore[arg-type]
        by=paper.person.name,
        made_at=paper.made_at,
        second=paper.seconded_by.name if paper.seconded_by else None,
        answer=paper.answer,
        decision=paper.stands_as,
        digest=paper.digest,
    )
