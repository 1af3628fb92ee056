"""The answers of a release's readers beside each other, revision by revision, and their marks."""

from collections import defaultdict
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from wbtest.extensions import clock, db
from wbtest.review.models import AnswerMark, Reading, Reviewer
from wbtest.review.review_answers import (
    Agreement,
    ComparedQuestion,
    DraftAgreement,
    ReaderAnswers,
    ReaderMark,
    align,
    customers_sentence,
    milestones,
    silence_warning,
    silent_functions,
)
from wbtest.review.reviewers import Seat, take_seat
from wbtest.store import Gone, Refused, hold, writing
from wbtest.writing.models import Release, Revision


class NotBeforeYours(Refused):
    """Others' answers are for those who gave theirs."""

    status = 403


class Summary(NamedTuple):
    """How far the readers of a revision mean the same: numbers, and none of their words.

    ``drafts`` is this revision and those before it, as far as their authors answered; ``counts``
    is the agreement by question. Both are empty before the author of the text has answered.
    """

    answered: int
    counts: tuple[tuple[str, Agreement], ...]
    drafts: tuple[DraftAgreement, ...]
    warning: str

    @property
    def sentence(self) -> str:
        """How many customers there were, and how many there are."""
        return customers_sentence(self.drafts)

    @property
    def milestones(self) -> tuple[DraftAgreement, ...]:
        """At most three of the drafts: the first, the middle, the newest."""
        return milestones(self.drafts)


class Alignment(NamedTuple):
    """All answers of a revision, side by side; ``questions`` is empty before the author's.

    ``answered`` are the numbers of the release's revisions that anybody answered about.
    """

    questions: tuple[ComparedQuestion, ...]
    summary: Summary
    answered: frozenset[int]


def alignment_of(revision: Revision) -> Alignment:
    """The answers of this revision beside its author's, and the numbers over the drafts."""
    givens, authors = _answers_by_revision(revision.release)
    marks = _marks(revision.release)
    aligned = {
        number: align(given, marks, authors.get(number))
        for number, given in sorted(givens.items())
        if number <= revision.number
    }
    here = givens.get(revision.number, [])
    questions = aligned.get(revision.number, ())
    quiet = silent_functions(_functions_of(revision.release), {given.function for given in here})
    summary = Summary(
        answered=len(here),
        counts=tuple((question.asked.text, question.agreement) for question in questions),
        # The first question is who the customer is, and nobody leaves it out.
        drafts=tuple(
            DraftAgreement(number, found[0].agreement) for number, found in aligned.items() if found
        ),
        warning=silence_warning(quiet) if here else "",
    )
    return Alignment(questions, summary, frozenset(givens))


def may_see_answers(seat: Seat) -> bool:
    """Whether the reader gave answers to this text, or to a later one: nothing colours them now."""
    if seat.reviewer is None:
        return False
    found = db.session.scalars(
        select(Reading.id)
        .join(Revision)
        .where(
            Reading.reviewer_id == seat.reviewer.id,
            Reading.answered_at.is_not(None),
            Revision.number >= seat.revision.number,
        )
    )
    return found.first() is not None


def mark(seat: Seat, reading_id: int, question: str, is_same: bool | None) -> AnswerMark | None:
    """Store the reader's word on an answer: it means the author's, or something else; None takes
    the word back. Returns the mark that stands.

    Raises NotBeforeYours, and Gone when there is no such answer to mark.
    """
    with writing() as session:
        if not may_see_answers(seat):
            raise NotBeforeYours(
                "Answer the questions first. Then you can compare others’ answers."
            )
        hold(seat.revision.release)
        reviewer = take_seat(seat)
        _check_markable(seat.revision, reading_id, question)
        found = session.get(AnswerMark, (reading_id, question, reviewer.id))
        if is_same is None:
            if found is not None:
                session.delete(found)
            return None
        if found is None:
            found = AnswerMark(reading_id=reading_id, question=question, reviewer_id=reviewer.id)
            session.add(found)
        found.is_same, found.marked_at = is_same, clock.now()
    return found


def _check_markable(revision: Revision, reading_id: int, question: str) -> None:
    markable = {
        (other.given.reading, aligned.asked.name)
        for aligned in alignment_of(revision).questions
        for other in aligned.others
        if aligned.text
    }
    if (reading_id, question) not in markable:
        raise Gone("That answer can’t be compared with the author’s.")


def _answers_by_revision(release: Release) -> tuple[dict[int, list[ReaderAnswers]], dict[int, int]]:
    """What was answered, by the number of the revision, and whose reading is its author's."""
    rows = db.session.scalars(
        select(Reading)
        .join(Revision)
        .where(Revision.release_id == release.id, Reading.answered_at.is_not(None))
        .options(
            joinedload(Reading.revision),
            joinedload(Reading.reviewer).joinedload(Reviewer.person),
        )
        .order_by(Reading.answered_at, Reading.id)
    )
    givens: dict[int, list[ReaderAnswers]] = defaultdict(list)
    authors: dict[int, int] = {}
    for reading in rows:
        number = reading.revision.number
        givens[number].append(_reader_answers(reading))
        if reading.reviewer.person_id == release.author_id:
            authors[number] = reading.id
        elif reading.reviewer.person_id == reading.revision.author_id:
            # The member who froze the text speaks for it until the release's author has answered.
            authors.setdefault(number, reading.id)
    return givens, authors


def _reader_answers(reading: Reading) -> ReaderAnswers:
    reviewer = reading.reviewer
    return ReaderAnswers(
        reading=reading.id,
        reviewer=reviewer.id,
        answers=reading.answers,
        function=reviewer.function,
        name=reviewer.name,
        is_guest=reviewer.person_id is None,
        is_after_reading=reading.is_after_reading,
    )


def _marks(release: Release) -> list[ReaderMark]:
    rows = db.session.execute(
        select(
            AnswerMark.reading_id,
            AnswerMark.question,
            AnswerMark.reviewer_id,
            AnswerMark.is_same,
        )
        .join(Reading, Reading.id == AnswerMark.reading_id)
        .join(Revision, Revision.id == Reading.revision_id)
        .where(Revision.release_id == release.id)
    )
    return [ReaderMark(*row) for row in rows]


def _functions_of(release: Release) -> list[str]:
    """What the people with a seat at this review do; a link that was taken back is no seat."""
    return list(
        db.session.scalars(
            select(Reviewer.function).where(
                Reviewer.release_id == release.id,
                Reviewer.function != "",
                Reviewer.revoked_at.is_(None),
            )
        )
    )
