"""What a release leaves open: numbers that its team only assumes, questions nobody answered yet."""

from dataclasses import dataclass
from typing import Any

from wbtest.writing.coach.ledger import Row, numbers_of
from wbtest.writing.document import Document, Question


@dataclass(frozen=True, slots=True)
class OpenEnds:
    """What the test may have settled, or not: nobody has said so yet."""

    assumptions: tuple[Row, ...]
    questions: tuple[Question, ...]

    def __bool__(self) -> bool:
        return bool(self.assumptions or self.questions)


def open_ends_of(document: Document) -> OpenEnds:
    """Return the numbers marked as assumed and the internal questions that are still open."""
    asked = document.questions("internal")
    return OpenEnds(
        numbers_of(document).assumptions, tuple(question for question in asked if question.open)
    )


def as_values(ends: OpenEnds) -> dict[str, Any]:
    """Return the same as plain JSON values."""
    return {
        "assumptions": [{"words": row.words, "sentence": row.sentence} for row in ends.assumptions],
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
