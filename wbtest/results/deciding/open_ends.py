"""What a release and its rule leave open: numbers that are only assumed, unanswered questions."""

from typing import Any

from msgspec import Struct

from wbtest.publishing.rule import Hypothesis
from wbtest.results.learning.assumptions import assumptions_behind
from wbtest.writing.coach.claims import NumberRow, numbers_of
from wbtest.writing.document import Document, Question, is_spelled


class OpenEnds(Struct, frozen=True):
    """What the test may have settled, or not: nobody has said so yet."""

    assumptions: tuple[NumberRow, ...]
    questions: tuple[Question, ...]

    def __bool__(self) -> bool:
        return bool(self.assumptions or self.questions)


def open_ends_of(document: Document, rule: Hypothesis) -> OpenEnds:
    """Return the numbers marked as assumed, those behind the target, and the open questions."""
    asked = document.questions("internal")
    behind = (NumberRow(each.words, None, each.sentence) for each in assumptions_behind(rule))
    return OpenEnds(
        (*numbers_of(document).assumptions, *behind),
        tuple(question for question in asked if question.open),
    )


def unsaid_numbers(document: Document) -> tuple[str, ...]:
    """Return the figures of which nobody said what they rest on, each once, in reading order.

    Numbers in words, such as “two questions”, are no figures. A memo does not keep these.
    """
    return tuple(
        row.words
        for row in numbers_of(document).rows
        if row.sentence and not is_spelled(row.words) and not (row.entry and row.entry.is_complete)
    )


def as_values(ends: OpenEnds) -> dict[str, Any]:
    """Return the same as plain JSON values."""
    return {
        "assumptions": [_assumption(row) for row in ends.assumptions],
        "questions": [
            {
                "question": question.question,
                "owner": question.open.owner,
                "until": question.open.until,
                "settled_by": question.open.settled_by,
            }
            for question in ends.questions
            if question.open
        ],
    }


def _assumption(row: NumberRow) -> dict[str, str]:
    # A number behind the target has no entry in the ledger, and stands in no sentence of the text.
    if row.entry is None:
        return {"words": row.words, "sentence": "", "rests": row.sentence}
    return {"words": row.words, "sentence": row.sentence}
