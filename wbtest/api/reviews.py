"""Review a revision: comments, answers, readings, forecasts, and whether all mean the same."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from flask import abort

from wbtest.api.revisions import get_revision_for
from wbtest.api.serialization import RequestBody, shown
from wbtest.review import alignment as alignment_verbs
from wbtest.review import comments, readings
from wbtest.review.models import Comment, Reading
from wbtest.review.review_answers import Compared, ComparedQuestion
from wbtest.review.reviewers import Seat, find_reading, seat_of
from wbtest.store import Gone
from wbtest.team import access
from wbtest.web import LARGEST_ID
from wbtest.writing.models import Revision

Share = Annotated[float, msgspec.Meta(ge=0, le=1)]


class NewComment(RequestBody):
    """A comment on `words` at `path`, or on the whole text; `near` is a character position."""

    path: str = "release"
    words: str = ""
    text: str = ""
    suggestion: str = ""
    near: int | None = None


class Reply(RequestBody, kw_only=True):
    text: str


class CommentShown(msgspec.Struct, kw_only=True):
    id: int
    path: str
    start: int
    end: int
    words: str
    text: str
    suggestion: str | None
    by: str
    at: datetime
    outcome: Literal["", "resolved", "applied", "declined"]


class ThreadShown(msgspec.Struct):
    comment: CommentShown
    replies: list[CommentShown]


class Threads(msgspec.Struct):
    threads: list[ThreadShown]


class Settling(RequestBody, kw_only=True):
    """`resolved`: it is done; `declined`: the words stay; `reopened` takes that back."""

    outcome: Literal["resolved", "declined", "reopened"]


class Answers(RequestBody, kw_only=True):
    """`function` is the person's job. You answer once, before you see anybody else's answers."""

    function: Literal["product", "design", "engineering", "finance", "leadership", "other"]
    customer: str
    problem: str
    why_this: str
    benefit: str = ""
    feeling: str = ""
    pay: str = ""


class Beginning(RequestBody):
    """People new to the idea read first; their answers are shown but not counted."""

    is_new: bool = True


class Closing(RequestBody, kw_only=True):
    """Your opinion now. `reason` says what must change, or why to stop."""

    verdict: Literal["approve", "another", "stop"]
    reason: str = ""
    read_on: str = ""
    headline: str = ""
    disbelief: str = ""
    afraid: str = ""
    who_says: str = ""
    rival: str = ""


class ReadingShown(msgspec.Struct):
    """How far a review is, and what comes next."""

    next: Literal["answer", "read", "close", "thanks"]
    answered_at: datetime | None
    started_at: datetime | None
    done_at: datetime | None
    verdict: str


class Guess(RequestBody, kw_only=True):
    """The sign-up rate you expect, and its range; fractions."""

    rate: Share
    low: Share
    high: Share


class ForecastShown(msgspec.Struct):
    rate: float
    low: float
    high: float
    made_at: datetime


def list_comments(release_id: int, number: int) -> Threads:
    """The comments on a revision that you may see, in the order of the text."""
    seat = _seat(release_id, number)
    return Threads([_thread_response(each) for each in comments.threads_for(seat)])


def write_comment(release_id: int, number: int, body: NewComment) -> CommentShown:
    """Comment on words, a part, or the whole text; while you review it, or as its author."""
    written = comments.write_comment(
        _seat(release_id, number), body.path, body.words, body.text, body.suggestion, body.near
    )
    return _comment_response(written)


def reply_to_comment(release_id: int, number: int, comment_id: int, body: Reply) -> CommentShown:
    """Answer a comment."""
    seat = _seat(release_id, number)
    return _comment_response(comments.reply(seat, _get_thread(seat, comment_id).comment, body.text))


def settle_comment(release_id: int, number: int, comment_id: int, body: Settling) -> CommentShown:
    """Resolve, decline or reopen a comment: its writer does, or an editor."""
    seat = _seat(release_id, number)
    comment = _get_thread(seat, comment_id).comment
    is_editor = access.has_permission("edit")
    comments.settle(seat, comment, body.outcome, is_editor=is_editor)
    return _comment_response(comment)


def apply_comment(release_id: int, number: int, comment_id: int) -> CommentShown:
    """Write the suggested words into the draft, in place of those that they are about."""
    seat = seat_of(get_revision_for(release_id, number, "edit"), access.person())
    comment = _get_thread(seat, comment_id).comment
    comments.apply_suggestion(comment, access.person())
    return _comment_response(comment)


def delete_comment(release_id: int, number: int, comment_id: int) -> None:
    """Delete a comment of your own that nobody else can have seen."""
    seat = _seat(release_id, number)
    comments.delete_own(seat, _get_thread(seat, comment_id).comment)


def get_reading(release_id: int, number: int) -> ReadingShown:
    """The progress of your own review of a revision."""
    return _reading_response(find_reading(_seat(release_id, number)))


def answer_blind(release_id: int, number: int, body: Answers) -> ReadingShown:
    """Give the blind answers, and begin to read."""
    answers: dict[str, str] = msgspec.to_builtins(body)
    function = answers.pop("function")
    return _reading_response(readings.answer(_seat(release_id, number), function, answers))


def begin_reading(release_id: int, number: int, body: Beginning) -> ReadingShown:
    """Read before answering, for people new to the idea."""
    return _reading_response(readings.begin(_seat(release_id, number), is_new=body.is_new))


def finish_reading(release_id: int, number: int) -> ReadingShown:
    """Say that you have read the text."""
    return _reading_response(readings.finish(_seat(release_id, number)))


def close_reading(release_id: int, number: int, body: Closing) -> ReadingShown:
    """Say what you think now. It is an opinion; it approves nothing."""
    said: dict[str, str] = msgspec.to_builtins(body)
    verdict, reason = said.pop("verdict"), said.pop("reason")
    return _reading_response(readings.close(_seat(release_id, number), said, verdict, reason))


def forecast_rate(release_id: int, number: int, body: Guess) -> ForecastShown:
    """Guess the sign-up rate, once you have read. Nobody else sees it before the end."""
    guess = readings.check_range({"rate": body.rate, "low": body.low, "high": body.high})
    made = readings.store_forecast(_seat(release_id, number), guess)
    return shown(ForecastShown, made)


def _seat(release_id: int, number: int) -> Seat:
    revision: Revision = get_revision_for(release_id, number, "read")
    return seat_of(revision, access.person())


def _get_thread(seat: Seat, comment_id: int) -> comments.Thread:
    return comments.find_thread(seat, comment_id) or abort(404)


def _thread_response(thread: comments.Thread) -> ThreadShown:
    return ThreadShown(
        _comment_response(thread.comment), [_comment_response(each) for each in thread.replies]
    )


def _comment_response(comment: Comment) -> CommentShown:
    by = readings.signature_of(comment.reviewer)
    return shown(CommentShown, comment, by=by, at=comment.written_at)


def _reading_response(reading: Reading | None) -> ReadingShown:
    step = readings.step_of(reading)
    if reading is None:
        return ReadingShown(step, None, None, None, "")
    return shown(ReadingShown, reading, next=step)


class Compare(msgspec.Struct, kw_only=True):
    """An answer under the author's, named by `reading` and `question`. `standing`: the majority."""

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
    """How many answered and what it says. Only people who gave theirs see the words."""

    answered: int
    says: str
    questions: list[AskedBlind]


class Marking(RequestBody, kw_only=True):
    """Whether an answer means the author's; null removes your mark."""

    reading: int
    question: str
    is_same: bool | None


def get_alignment(release_id: int, number: int) -> AlignmentShown:
    """How far the readers of a revision agree."""
    return _alignment_response(_seat(release_id, number))


def mark_answer(release_id: int, number: int, body: Marking) -> AlignmentShown:
    """Say whether somebody's answer means the same as the author's."""
    seat = _seat(release_id, number)
    if not 0 < body.reading <= LARGEST_ID:
        raise Gone("There is no such answer.")
    alignment_verbs.mark(seat, body.reading, body.question, body.is_same)
    return _alignment_response(_seat(release_id, number))


def _alignment_response(seat: Seat) -> AlignmentShown:
    found = alignment_verbs.alignment_of(seat.revision)
    questions = found.questions if alignment_verbs.may_see_answers(seat) else ()
    summary = found.summary
    return AlignmentShown(
        summary.answered, summary.sentence, [_question_response(each) for each in questions]
    )


def _question_response(found: ComparedQuestion) -> AskedBlind:
    return AskedBlind(
        question=found.asked.name,
        asked=found.asked.text,
        author=found.text,
        others=[_answer_response(each) for each in found.others],
    )


def _answer_response(found: Compared) -> Compare:
    return Compare(
        reading=found.given.reading,
        by=found.given.name,
        function=found.given.function,
        text=found.text,
        same=len(found.same),
        different=len(found.different),
        standing=found.standing,
    )
