"""Comments with their replies, as a reader may see them, in the order of the text."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from wbtest.extensions import db
from wbtest.review.comments.readers import Readers, readers_of_each
from wbtest.review.comments.seeing import Reader
from wbtest.review.comments.texts import WHOLE, label_of, part_of, texts_of
from wbtest.review.models import Comment, Reviewer
from wbtest.review.seats import Seat, may_read_internal
from wbtest.writing import document as documents
from wbtest.writing.document import Document
from wbtest.writing.marking import Marked
from wbtest.writing.models import Revision

Marks = dict[str, list[Marked]]


class Thread(NamedTuple):
    """A comment with the replies to it; ``number`` is the one at its words, the open ones first.

    ``label`` names the text that is meant. Only the own ones that nobody else can see yet may be
    deleted.
    """

    number: int
    label: str
    comment: Comment
    replies: tuple[Comment, ...]
    is_own: bool
    may_be_deleted: bool


def threads_for(seat: Seat) -> tuple[Thread, ...]:
    """What this seat may see of the comments on its revision, the settled ones last."""
    return threads_for_each([seat])[0]


def threads_for_each(seats: Sequence[Seat]) -> list[tuple[Thread, ...]]:
    """The same for seats at several revisions of one release, with as many queries as for one."""
    revisions = [seat.revision for seat in seats]
    readers, comments = readers_of_each(revisions), _comments_of(revisions)
    return [_threads(seat, readers[seat.revision.id], comments[seat.revision.id]) for seat in seats]


def _threads(seat: Seat, readers: Readers, comments: Sequence[Comment]) -> tuple[Thread, ...]:
    asking = readers.of(seat)
    replies = defaultdict(list)
    for comment in comments:
        if comment.parent_id is not None:
            replies[comment.parent_id].append(comment)
    document = documents.from_json(seat.revision.document)
    seen = [
        comment
        for comment in comments
        if comment.parent_id is None
        and (may_read_internal(seat) or part_of(document, comment.path) != "internal")
        and _is_seen(comment, replies[comment.id], readers, asking)
    ]
    order = _order(document)
    seen.sort(key=lambda c: (bool(c.outcome), order[c.path], c.start, c.end, c.id))
    return tuple(
        Thread(
            number,
            label_of(document, comment.path),
            comment,
            tuple(r for r in replies[comment.id] if readers.can_see(r.reviewer_id, asking)),
            is_own=comment.reviewer_id == asking.id,
            may_be_deleted=may_be_deleted(comment, replies[comment.id], readers, asking),
        )
        for number, comment in enumerate(seen, 1)
    )


def find_thread(seat: Seat, comment_id: int) -> Thread | None:
    """The thread that begins with this comment, if there is one that the seat may see."""
    return next((t for t in threads_for(seat) if t.comment.id == comment_id), None)


def marks_of_threads(threads: Iterable[Thread]) -> Marks:
    """Where the words of the open ones stand in each text, by its path, with their numbers."""
    marks: Marks = {}
    for thread in threads:
        comment = thread.comment
        if comment.start < comment.end and not comment.outcome:
            marked = Marked(comment.start, comment.end, thread.number)
            marks.setdefault(comment.path, []).append(marked)
    return marks


def may_be_deleted(
    comment: Comment, replies: Iterable[Comment], readers: Readers, asking: Reader
) -> bool:
    """Whether the comment is the asking reader's own and nobody else can have seen it."""
    is_own = comment.reviewer_id == asking.id
    return is_own and not any(replies) and not readers.is_shown(comment.reviewer_id)


def _comments_of(revisions: Collection[Revision]) -> dict[int, list[Comment]]:
    """All comments on these, by the id of the revision."""
    query = (
        select(Comment)
        .where(Comment.revision_id.in_([revision.id for revision in revisions]))
        .options(
            joinedload(Comment.reviewer).joinedload(Reviewer.person),
            joinedload(Comment.settled_by).joinedload(Reviewer.person),
        )
        .order_by(Comment.id)
    )
    found: defaultdict[int, list[Comment]] = defaultdict(list)
    for comment in db.session.scalars(query):
        found[comment.revision_id].append(comment)
    return found


def _is_seen(
    comment: Comment, replies: Iterable[Comment], readers: Readers, asking: Reader
) -> bool:
    """Whoever has replied goes on seeing to what."""
    return readers.can_see(comment.reviewer_id, asking) or any(
        reply.reviewer_id == asking.id for reply in replies
    )


def _order(document: Document) -> dict[str, int]:
    return {path: place for place, path in enumerate((WHOLE, *texts_of(document)))}
