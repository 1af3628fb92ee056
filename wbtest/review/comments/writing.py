"""What readers say of a revision: written, answered, deleted. What becomes of it: ``settling``."""

from sqlalchemy import func, select

from wbtest.extensions import clock, db
from wbtest.review.comments.pointing import point_at, replace_by
from wbtest.review.comments.readers import readers_of
from wbtest.review.comments.settling import NotYours as NotYours
from wbtest.review.comments.settling import WordsGone as WordsGone
from wbtest.review.comments.settling import apply_suggestion as apply_suggestion
from wbtest.review.comments.settling import decline as decline
from wbtest.review.comments.settling import reopen as reopen
from wbtest.review.comments.settling import resolve as resolve
from wbtest.review.comments.threads import Thread as Thread
from wbtest.review.comments.threads import find_thread as find_thread
from wbtest.review.comments.threads import marks_of_threads as marks_of_threads
from wbtest.review.comments.threads import may_be_deleted
from wbtest.review.comments.threads import threads_for as threads_for
from wbtest.review.models import Comment, Reviewer
from wbtest.review.seats import Seat, document_for, find_reading, take_seat
from wbtest.store import Invalid, Refused, hold, writing
from wbtest.writing.typed import kept_text

LONGEST_COMMENT = 2_000
MOST_COMMENTS = 300


class NotYet(Refused):
    """A comment on a text that its writer has not begun to read."""


class TooMany(Refused):
    """More comments than anybody reads."""


class Shown(Refused):
    """A comment that others may have read."""


def write_comment(
    seat: Seat,
    path: str,
    words: str,
    text: str,
    suggestion: str = "",
    near: int | None = None,
) -> Comment:
    """Store what this reader says of ``words`` in the text at ``path``, or without words of it all.

    Where the words stand several times, ``near`` tells which: a character of that text.
    ``suggestion`` is what should stand there instead. Raises Invalid at what cannot be used, NotYet
    before the reading has begun, TooMany.
    """
    # The page that says what cannot be kept shows the text; so who may not read yet is asked first.
    _refuse_early(seat)
    # Of what the reader may not read, no answer may tell whether it is there.
    document = document_for(seat)
    text = _said(text)
    pointed = point_at(document, path, words, near)
    if suggestion.strip():
        pointed, suggestion = replace_by(document, pointed, suggestion)
    elif not text:
        raise Invalid("text", "Write what you think, or what you would write instead.")
    with writing() as session:
        hold(seat.revision.release)
        reviewer = take_seat(seat)
        _refuse_many(seat, reviewer)
        comment = Comment(
            **pointed._asdict(),
            release_id=seat.revision.release_id,
            revision_id=seat.revision.id,
            reviewer_id=reviewer.id,
            text=text,
            suggestion=suggestion.strip() or None,
            written_at=clock.now(),
        )
        session.add(comment)
    return comment


def reply(seat: Seat, comment: Comment, text: str) -> Comment:
    """Store an answer to a comment that the seat may see. Raises Invalid, TooMany."""
    text = _said(text)
    if not text:
        raise Invalid("text", "Write your answer.")
    with writing() as session:
        # Always the release before its comment: in two orders PostgreSQL would end one of two.
        hold(seat.revision.release)
        hold(comment)
        reviewer = take_seat(seat)
        _refuse_many(seat, reviewer)
        answer = Comment(
            release_id=comment.release_id,
            revision_id=comment.revision_id,
            parent_id=comment.parent_id or comment.id,
            reviewer_id=reviewer.id,
            path=comment.path,
            text=text,
            written_at=clock.now(),
        )
        session.add(answer)
    return answer


def delete_own(seat: Seat, comment: Comment) -> None:
    """Delete a comment of this reader that nobody else can have seen. Raises NotYours, Shown."""
    with writing() as session:
        hold(seat.revision.release)
        hold(comment)
        readers = readers_of(seat.revision)
        asking = readers.of(seat)
        if comment.reviewer_id != asking.id:
            raise NotYours("Somebody else wrote this.")
        replies = session.scalars(select(Comment).where(Comment.parent_id == comment.id)).all()
        if not may_be_deleted(comment, replies, readers, asking):
            raise Shown("Others may have read this already. Reply to it instead.")
        session.delete(comment)


def _said(text: str) -> str:
    return kept_text("text", text, LONGEST_COMMENT)


def _refuse_early(seat: Seat) -> None:
    reading = find_reading(seat)
    if not seat.is_author and (reading is None or reading.started_at is None):
        raise NotYet("First answer the questions, then read. Your comments come with the reading.")


def _refuse_many(seat: Seat, reviewer: Reviewer) -> None:
    written = db.session.scalar(
        select(func.count()).where(
            Comment.revision_id == seat.revision.id, Comment.reviewer_id == reviewer.id
        )
    )
    if written and written >= MOST_COMMENTS:
        raise TooMany(f"You have written {MOST_COMMENTS} comments on this text; that is the most.")
