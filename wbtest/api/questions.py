"""What readers and visitors ask: taken into the FAQ, merged with what it asks, or let go."""

from datetime import datetime
from typing import Literal

import msgspec

from wbtest.api.release_shapes import Given
from wbtest.team import access
from wbtest.writing import suggested_questions as verbs
from wbtest.writing.models import Candidate, Release


class QuestionAsked(msgspec.Struct, kw_only=True):
    """A question, how often it was asked, and what became of it."""

    id: int
    audience: Literal["external", "internal"]
    question: str
    by: str
    at: datetime
    times: int
    outcome: Literal["waiting", "accepted", "merged", "dismissed"]
    merged_into: str


class QuestionsAsked(msgspec.Struct):
    waiting: list[QuestionAsked]
    settled: list[QuestionAsked]


class MergingInto(Given, kw_only=True):
    """The question of the FAQ that asks the same, in its words."""

    question: str


def list_questions(release_id: int) -> QuestionsAsked:
    """Every question that readers of a release asked, those that wait first."""
    asked = verbs.candidates_of(access.get(Release, release_id, "read"))
    return QuestionsAsked(
        [_shown(each) for each in asked.waiting], [_shown(each) for each in asked.settled]
    )


def accept_question(candidate_id: int) -> QuestionAsked:
    """Add a question to the draft's FAQ, where it waits for its answer."""
    return _shown(verbs.accept_question(_get(candidate_id), access.person()))


def merge_question(candidate_id: int, body: MergingInto) -> QuestionAsked:
    """Say that the FAQ asks the same already."""
    return _shown(verbs.merge_question(_get(candidate_id), body.question, access.person()))


def dismiss_question(candidate_id: int) -> QuestionAsked:
    """Let a question go; it stays among the settled ones."""
    return _shown(verbs.dismiss_question(_get(candidate_id), access.person()))


def _get(candidate_id: int) -> Candidate:
    return access.get(Candidate, candidate_id, "edit")


def _shown(found: Candidate) -> QuestionAsked:
    return QuestionAsked(
        id=found.id,
        audience=found.audience,  # type: ignore[arg-type]  # the table allows no other
        question=found.question,
        by=found.asked_by,
        at=found.asked_at,
        times=found.times,
        outcome=found.outcome,  # type: ignore[arg-type]
        merged_into=found.merged_into,
    )
