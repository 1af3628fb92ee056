"""Questions that readers would ask: each waits beside a release until its team settles it.

The team adds it to the FAQ, merges it with a question that is there, or dismisses it.
"""

import re
from dataclasses import dataclass, replace

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from rapidfuzz import fuzz
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from wbtest.extensions import clock, db
from wbtest.store import Invalid, Refused, hold, writing
from wbtest.team import access
from wbtest.team.models import Person
from wbtest.writing.document import Audience, Question, from_json, words_key
from wbtest.writing.models import Candidate, Release
from wbtest.writing.releases import save_release
from wbtest.writing.text_rules import MOST_QUESTIONS, fault_of, on_one_line
from wbtest.writing.views import bp

# More than a team will ever read; a flood must not fill the database.
MOST_WAITING = 200
# Of 100, by the letters that the sorted words have in common.
NEARLY_THE_SAME = 90
LONGEST_NAME = 200


class TooManyQuestions(Refused):
    """There is no room for another question."""


class QuestionSettled(Refused):
    """Someone else has already settled this question."""


@dataclass(frozen=True, slots=True)
class SuggestedQuestions:
    """The questions of readers: those that wait, most asked first, and the settled ones."""

    waiting: tuple[Candidate, ...]
    settled: tuple[Candidate, ...]


def propose_question(
    release: Release, audience: Audience, question: str, asked_by: str
) -> Candidate:
    """Let a question wait; ``asked_by`` says who asks, as the team reads it.

    One that waits already for this audience in the same words, or nearly the same, is counted once
    more and returned. Raises Invalid for a question that cannot be used, TooMany when
    ``MOST_WAITING`` wait.
    """
    question = on_one_line(question).strip()
    if not question:
        raise Invalid("question", "Write the question.")
    if fault := fault_of("faq.question", question):
        raise Invalid("question", fault)
    with writing() as session:
        hold(release)
        waiting = candidates_of(release).waiting
        for other in waiting:
            if other.audience == audience and is_alike(other.question, question):
                other.times += 1
                return other
        if len(waiting) >= MOST_WAITING:
            raise TooManyQuestions("Too many open questions. Settle some first.")
        candidate = Candidate(
            release_id=release.id,
            audience=audience,
            question=question,
            asked_by=asked_by[:LONGEST_NAME],
            asked_at=clock.now(),
            outcome="waiting",
        )
        session.add(candidate)
    return candidate


def is_alike(one: str, other: str) -> bool:
    """Whether two questions have nearly the same words, in whatever order.

    >>> is_alike("Does it work offline?", "does it work  offline")
    True
    >>> is_alike("Does it cost anything?", "Does it work offline?")
    False
    """
    keys = [" ".join(re.findall(r"\w+", question.casefold())) for question in (one, other)]
    # A question without a letter, such as "?!", is only like itself.
    return one == other if not all(keys) else fuzz.token_sort_ratio(*keys) >= NEARLY_THE_SAME


def accept_question(candidate: Candidate, person: Person) -> Candidate:
    """Add the question to the draft's FAQ, still without an answer.

    One that its audience finds there already is merged with it. Raises AlreadySettled, or TooMany
    when the FAQ is full.
    """
    with writing():
        release = _hold_release(candidate)
        document = from_json(release.document)
        if same := _find_same(document.questions(_audience(candidate)), candidate.question):
            return _settle(candidate, "merged", person, same)
        if len(document.faq) >= MOST_QUESTIONS:
            raise TooManyQuestions(
                f"The FAQ is full: {MOST_QUESTIONS} questions at most. Remove one first."
            )
        entry = Question(_audience(candidate), candidate.question)
        grown = replace(document, faq=(*document.faq, entry))
        save_release(release, grown, release.version, person)
        return _settle(candidate, "accepted", person)


def merge_question(candidate: Candidate, question: str, person: Person) -> Candidate:
    """Say that a question of the draft's FAQ asks the same; its words of today are kept.

    Raises Invalid when the FAQ has no such question, AlreadySettled.
    """
    with writing():
        release = _hold_release(candidate)
        same = _find_same(from_json(release.document).faq, question)
        if not same:
            raise Invalid("question", "Choose the question in the FAQ that asks the same thing.")
        return _settle(candidate, "merged", person, same)


def dismiss_question(candidate: Candidate, person: Person) -> Candidate:
    """Say that this question needs no answer. Raises AlreadySettled."""
    with writing():
        _hold_release(candidate)
        return _settle(candidate, "dismissed", person)


def candidates_of(release: Release) -> SuggestedQuestions:
    """What readers of this release asked."""
    rows = db.session.scalars(
        select(Candidate)
        .where(Candidate.release_id == release.id)
        .options(joinedload(Candidate.settled_by))
        .order_by(Candidate.asked_at, Candidate.id)
    ).all()
    waiting = tuple(
        sorted((row for row in rows if row.outcome == "waiting"), key=lambda row: -row.times)
    )
    return SuggestedQuestions(
        waiting, tuple(row for row in reversed(rows) if row.outcome != "waiting")
    )


def count_waiting(release: Release) -> int:
    """How many questions wait for this release's team."""
    return (
        db.session.scalar(
            select(func.count()).where(
                Candidate.release_id == release.id, Candidate.outcome == "waiting"
            )
        )
        or 0
    )


def _hold_release(candidate: Candidate) -> Release:
    """The candidate's release; both rows belong to this transaction until it ends."""
    release = db.session.get_one(Release, candidate.release_id)
    hold(release)
    hold(candidate)
    if candidate.outcome != "waiting":
        raise QuestionSettled("Someone else has already settled this question.")
    return release


def _settle(candidate: Candidate, outcome: str, person: Person, into: str = "") -> Candidate:
    candidate.outcome = outcome
    candidate.merged_into = into
    candidate.settled_by_id = person.id
    candidate.settled_at = clock.now()
    return candidate


def _find_same(entries: tuple[Question, ...], question: str) -> str:
    """The question with these words as the FAQ has it, '' when it has none."""
    key = words_key(question)
    asked = [entry.question for entry in entries if entry.question.strip()]
    return next((words for words in asked if words_key(words) == key), "")


def _audience(candidate: Candidate) -> Audience:
    return "external" if candidate.audience == "external" else "internal"


@bp.post("/candidates/<int:candidate_id>/accept")
@access.requires("edit")
def accept(candidate_id: int) -> ResponseReturnValue:
    """Add the question to the draft's FAQ."""
    found = access.get(Candidate, candidate_id, "edit")
    accept_question(found, access.person())
    if found.outcome == "merged":
        flash("The FAQ already has this question.")
    else:
        flash("Added to the FAQ. Answer it there.")
    return _back_to_questions(found)


@bp.post("/candidates/<int:candidate_id>/merge")
@access.requires("edit")
def merge(candidate_id: int) -> ResponseReturnValue:
    """Name the question of the FAQ that asks the same."""
    found = access.get(Candidate, candidate_id, "edit")
    try:
        merge_question(found, request.form.get("question", ""), access.person())
    except Invalid as refused:
        flash(str(refused), "error")
    else:
        flash("Settled.")
    return _back_to_questions(found)


@bp.post("/candidates/<int:candidate_id>/dismiss")
@access.requires("edit")
def dismiss(candidate_id: int) -> ResponseReturnValue:
    """Let the question go; it stays among the settled ones."""
    found = access.get(Candidate, candidate_id, "edit")
    dismiss_question(found, access.person())
    flash("Question removed.")
    return _back_to_questions(found)


def _back_to_questions(candidate: Candidate) -> ResponseReturnValue:
    return redirect(url_for(".release", release_id=candidate.release_id, _anchor="readers"), 303)
