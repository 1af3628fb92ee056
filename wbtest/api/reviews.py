"""The review of a revision, as a member does it: answer blind, read, say, guess."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from flask import abort

from wbtest.api.release_shapes import Given
from wbtest.api.revisions import find
from wbtest.review import comments, forecasts, readings
from wbtest.review.comment_threads import Thread, find_thread, threads_for
from wbtest.review.comments import OUTCOMES, apply_suggestion
from wbtest.review.models import Comment, Reading
from wbtest.review.reviewers import Seat, find_reading, seat_of
from wbtest.team import access
from wbtest.writing.models import Revision

Share = Annotated[float, msgspec.Meta(ge=0, le=1)]


class NewComment(Given):
    """What to say of `words` in the text at `path`, or of it all; `near` is a character there."""

    path: str = "release"
    words: str = ""
    text: str = ""
    suggestion: str = ""
    near: int | None = None


class Reply(Given, kw_only=True):
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


class Settling(Given, kw_only=True):
    """`resolved`: it is done; `declined`: the words stay; `reopened` takes that back."""

    outcome: Literal["resolved", "declined", "reopened"]


class Answers(Given, kw_only=True):
    """`function` is what one does; the answers are given once, before anybody else's are seen."""

    function: Literal["product", "design", "engineering", "finance", "leadership", "other"]
    customer: str
    problem: str
    why_this: str
    benefit: str = ""
    feeling: str = ""
    pay: str = ""


class Beginning(Given):
    """Who is new to the idea reads first; such answers are shown and not counted."""

    is_new: bool = True


class Closing(Given, kw_only=True):
    """What one thinks now. `reason` says what must change, or why to stop."""

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


class Guess(Given, kw_only=True):
    """The conversion rate that one expects, and its range; fractions."""

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
    return Threads([_thread(each) for each in threads_for(seat)])


def write_comment(release_id: int, number: int, body: NewComment) -> CommentShown:
    """Comment on words, a part, or the whole text; with the reading, or as its author."""
    written = comments.write_comment(
        _seat(release_id, number), body.path, body.words, body.text, body.suggestion, body.near
    )
    return _comment(written)


def reply_to_comment(release_id: int, number: int, comment_id: int, body: Reply) -> CommentShown:
    """Answer a comment."""
    seat = _seat(release_id, number)
    return _comment(comments.reply(seat, _get_thread(seat, comment_id).comment, body.text))


def settle_comment(release_id: int, number: int, comment_id: int, body: Settling) -> CommentShown:
    """Resolve, decline or reopen a comment: its writer does, or an editor."""
    seat = _seat(release_id, number)
    comment = _get_thread(seat, comment_id).comment
    is_editor = access.has_permission("edit")
    OUTCOMES[body.outcome](seat, comment, is_editor=is_editor)
    return _comment(comment)


def apply_comment(release_id: int, number: int, comment_id: int) -> CommentShown:
    """Write the suggested words into the draft, in place of those that they are about."""
    seat = seat_of(find(release_id, number, "edit"), access.person())
    comment = _get_thread(seat, comment_id).comment
    apply_suggestion(comment, access.person())
    return _comment(comment)


def delete_comment(release_id: int, number: int, comment_id: int) -> None:
    """Delete a comment of your own that nobody else can have seen."""
    seat = _seat(release_id, number)
    comments.delete_own(seat, _get_thread(seat, comment_id).comment)


def get_reading(release_id: int, number: int) -> ReadingShown:
    """How far your own review of a revision is."""
    return _reading(find_reading(_seat(release_id, number)))


def answer_blind(release_id: int, number: int, body: Answers) -> ReadingShown:
    """Give the blind answers, and begin to read."""
    answers: dict[str, str] = msgspec.to_builtins(body)
    function = answers.pop("function")
    return _reading(readings.answer(_seat(release_id, number), function, answers))


def begin_reading(release_id: int, number: int, body: Beginning) -> ReadingShown:
    """Begin to read before answering, for who is new to the idea."""
    return _reading(readings.begin(_seat(release_id, number), is_new=body.is_new))


def finish_reading(release_id: int, number: int) -> ReadingShown:
    """Say that you have read the text."""
    return _reading(readings.finish(_seat(release_id, number)))


def close_reading(release_id: int, number: int, body: Closing) -> ReadingShown:
    """Say what you think now. It is an opinion; it approves nothing."""
    said: dict[str, str] = msgspec.to_builtins(body)
    verdict, reason = said.pop("verdict"), said.pop("reason")
    return _reading(readings.close(_seat(release_id, number), said, verdict, reason))


def forecast_rate(release_id: int, number: int, body: Guess) -> ForecastShown:
    """Guess the conversion rate, once you have read. Nobody else sees it before the end."""
    guess = forecasts.check_range({"rate": body.rate, "low": body.low, "high": body.high})
    made = forecasts.store_forecast(_seat(release_id, number), guess)
    return ForecastShown(made.rate, made.low, made.high, made.made_at)


def _seat(release_id: int, number: int) -> Seat:
    revision: Revision = find(release_id, number, "read")
    return seat_of(revision, access.person())


def _get_thread(seat: Seat, comment_id: int) -> Thread:
    return find_thread(seat, comment_id) or abort(404)


def _thread(thread: Thread) -> ThreadShown:
    return ThreadShown(_comment(thread.comment), [_comment(each) for each in thread.replies])


def _comment(comment: Comment) -> CommentShown:
    return CommentShown(
        id=comment.id,
        path=comment.path,
        start=comment.start,
        end=comment.end,
        words=comment.words,
        text=comment.text,
        suggestion=comment.suggestion,
        by=readings.signature_of(comment.reviewer),
        at=comment.written_at,
        outcome=comment.outcome,  # type: ignore[arg-type]  # the table allows no other
    )


def _reading(reading: Reading | None) -> ReadingShown:
    step = readings.step_of(reading)
    if reading is None:
        return ReadingShown(step, None, None, None, "")
    moments = (reading.answered_at, reading.started_at, reading.done_at)
    return ReadingShown(step, *moments, reading.verdict)
