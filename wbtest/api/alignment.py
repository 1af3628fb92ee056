"""Whether everybody who read means the same: answers beside the author's, and who says what."""

from typing import Literal

import msgspec

from wbtest.api.release_shapes import Given
from wbtest.api.revisions import find
from wbtest.http import LARGEST_ID
from wbtest.review import alignment as verbs
from wbtest.review.agreement import Compared, ComparedQuestion
from wbtest.review.reviewers import Seat, seat_of
from wbtest.store import Gone
from wbtest.team import access


class Compare(msgspec.Struct, kw_only=True):
    """An answer under the author's; `reading` and `question` name it. Most say `standing`."""

    reading: int
    by: str
    function: str
    text: str
    same: int
    different: int
    standing: Literal["same", "different", "unmarked"]


class AskedBlind(msgspec.Struct, kw_only=True):
    """A question with the author's answer, '' while there is none."""

    question: str
    asked: str
    author: str
    others: list[Compare]


class AlignmentShown(msgspec.Struct):
    """How many answered and what it says. The words only for who gave theirs."""

    answered: int
    says: str
    questions: list[AskedBlind]


class Marking(Given, kw_only=True):
    """Whether an answer means the author's; null takes your word back."""

    reading: int
    question: str
    is_same: bool | None


def get_alignment(release_id: int, number: int) -> AlignmentShown:
    """How far the readers of a revision mean the same."""
    return _shown(_seat(release_id, number))


def mark_answer(release_id: int, number: int, body: Marking) -> AlignmentShown:
    """Say whether somebody's answer means the same as the author's."""
    seat = _seat(release_id, number)
    if not 0 < body.reading <= LARGEST_ID:
        raise Gone("There is no such answer.")
    verbs.mark(seat, body.reading, body.question, body.is_same)
    return _shown(_seat(release_id, number))


def _seat(release_id: int, number: int) -> Seat:
    return seat_of(find(release_id, number, "read"), access.person())


def _shown(seat: Seat) -> AlignmentShown:
    found = verbs.alignment_of(seat.revision)
    questions = found.questions if verbs.may_see_answers(seat) else ()
    summary = found.summary
    return AlignmentShown(
        summary.answered, summary.sentence, [_question(each) for each in questions]
    )


def _question(found: ComparedQuestion) -> AskedBlind:
    return AskedBlind(
        question=found.asked.name,
        asked=found.asked.text,
        author=found.text,
        others=[_compared(each) for each in found.others],
    )


def _compared(found: Compared) -> Compare:
    return Compare(
        reading=found.given.reading,
        by=found.given.name,
        function=found.given.function,
        text=found.text,
        same=len(found.same),
        different=len(found.different),
        standing=found.standing,
    )
