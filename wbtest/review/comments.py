"""Write, answer, delete, resolve, decline and reopen comments, and apply their suggestions."""

from collections.abc import Callable

from sqlalchemy import func, select

from wbtest.extensions import clock, db
from wbtest.review.anchors import WordsLost, follow
from wbtest.review.comment_targets import Range, replace_range, replacement_at, selection_at
from wbtest.review.comment_threads import may_be_deleted
from wbtest.review.models import Comment, Reviewer
from wbtest.review.reviewers import (
    Seat,
    document_for,
    find_reading,
    member_reviewer,
    readers_of,
    take_seat,
)
from wbtest.store import Invalid, Refused, hold, writing
from wbtest.team.models import Person
from wbtest.writing import document as documents
from wbtest.writing.document import Document, NotADocument
from wbtest.writing.releases import save_release
from wbtest.writing.typed_text import kept_text

LONGEST_COMMENT = 2_000
MOST_COMMENTS = 300


class NotReading(Refused):
    """A comment on a text that its writer has not begun to read."""


class TooManyComments(Refused):
    """More comments than anybody reads."""


class CommentSeen(Refused):
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
    _check_reading(seat)
    # Of what the reader may not read, no answer may tell whether it is there.
    document = document_for(seat)
    text = _comment_text(text)
    pointed = selection_at(document, path, words, near)
    if suggestion.strip():
        pointed, suggestion = replacement_at(document, pointed, suggestion)
    elif not text:
        raise Invalid("text", "Enter a comment or a suggestion.")
    with writing() as session:
        hold(seat.revision.release)
        reviewer = take_seat(seat)
        _check_count(seat, reviewer)
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
    text = _comment_text(text)
    if not text:
        raise Invalid("text", "Enter a reply.")
    with writing() as session:
        # Always the release before its comment: in two orders PostgreSQL would end one of two.
        hold(seat.revision.release)
        hold(comment)
        reviewer = take_seat(seat)
        _check_count(seat, reviewer)
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
            raise NotYourComment("Somebody else wrote this.")
        replies = session.scalars(select(Comment).where(Comment.parent_id == comment.id)).all()
        if not may_be_deleted(comment, replies, readers, asking):
            raise CommentSeen("Others may have read this. Reply to it instead.")
        session.delete(comment)


def _comment_text(text: str) -> str:
    return kept_text("text", text, LONGEST_COMMENT)


def _check_reading(seat: Seat) -> None:
    reading = find_reading(seat)
    if not seat.is_author and (reading is None or reading.started_at is None):
        raise NotReading("Answer the questions first. You can comment while you read.")


def _check_count(seat: Seat, reviewer: Reviewer) -> None:
    written = db.session.scalar(
        select(func.count()).where(
            Comment.revision_id == seat.revision.id, Comment.reviewer_id == reviewer.id
        )
    )
    if written and written >= MOST_COMMENTS:
        raise TooManyComments(
            f"You have written {MOST_COMMENTS} comments on this text, the most allowed."
        )


class NotYourComment(Refused):
    """Somebody else's comment, or a role that does not reach."""

    status = 403


class SettledAlready(Refused):
    """Somebody has settled the comment meanwhile, in another way."""


class WordsGone(Refused):
    """The draft does not say any more what the suggestion would replace."""


def resolve(seat: Seat, comment: Comment, *, is_editor: bool) -> None:
    """Settle a comment: what it asked for is done. Raises NotYours."""
    _settle(seat, comment, "resolved", is_editor=is_editor)


def decline(seat: Seat, comment: Comment, *, is_editor: bool) -> None:
    """Settle a comment: the words stay as they are. Raises NotYours."""
    _settle(seat, comment, "declined", is_editor=is_editor)


def reopen(seat: Seat, comment: Comment, *, is_editor: bool) -> None:
    """Take back that a comment is settled. Raises NotYours."""
    _settle(seat, comment, "", is_editor=is_editor)


# What a form asks for, and the verb that does it.
OUTCOMES: dict[str, Callable[..., None]] = {
    "resolved": resolve,
    "declined": decline,
    "reopened": reopen,
}


def apply_suggestion(comment: Comment, person: Person) -> None:
    """Write the suggestion into the draft, in place of the words where they stand now; save it.

    The second time changes nothing. Raises WordsGone when the draft has other words there by now,
    SettledAlready when somebody resolved or declined it.
    """
    release = comment.revision.release
    with writing():
        hold(release)
        hold(comment)
        if comment.outcome == "applied":
            return
        _check_open(comment)
        draft = with_suggestion(comment, documents.from_json(release.document))
        # Who holds a link is no member, and so approves nothing.
        suggested_by = comment.reviewer.person_id
        writers = () if suggested_by is None else (suggested_by,)
        save_release(release, draft, release.version, person, writers)
        comment.outcome = "applied"
        comment.settled_at = clock.now()
        comment.settled_by_id = member_reviewer(release, person).id


def with_suggestion(comment: Comment, draft: Document) -> Document:
    """Return the draft with the suggestion in place of the words. Raises WordsGone."""
    if comment.suggestion is None:
        raise WordsGone("This comment has no suggestion.")
    frozen = documents.from_json(comment.revision.document)
    place = follow(frozen, draft, comment.path, comment.start, comment.end)
    if isinstance(place, WordsLost):
        raise WordsGone("These words are no longer in the draft. Reject this, or edit the draft.")
    if place.is_changed:
        raise WordsGone("These words changed in the draft. Edit the draft instead.")
    try:
        return replace_range(draft, place.path, Range(place.start, place.end), comment.suggestion)
    except NotADocument as fault:
        raise WordsGone(f"The suggestion no longer fits. {fault.sentence}") from fault


def _settle(seat: Seat, comment: Comment, outcome: str, *, is_editor: bool) -> None:
    with writing():
        hold(seat.revision.release)
        hold(comment)
        reviewer = take_seat(seat)
        if not is_editor and comment.reviewer_id != reviewer.id:
            raise NotYourComment("Only its author or an editor can settle this comment.")
        if comment.outcome != outcome:
            if outcome:
                _check_open(comment)
            comment.outcome = outcome
            comment.settled_at = clock.now() if outcome else None
            comment.settled_by_id = reviewer.id if outcome else None


def _check_open(comment: Comment) -> None:
    """What one person settled nobody settles otherwise from a page that is older."""
    if comment.outcome:
        raise SettledAlready("Somebody has settled this comment. Restore it first.")
