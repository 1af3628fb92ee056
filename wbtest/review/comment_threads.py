"""Comments with their replies: of one revision as a reader may see them, or of a whole release."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from wbtest.extensions import db
from wbtest.review.anchors import Place, WordsLost, follow
from wbtest.review.comment_targets import WHOLE, label_of, part_of, texts_of
from wbtest.review.models import Comment, Reviewer
from wbtest.review.reviewers import (
    Reader,
    Readers,
    Seat,
    may_read_internal,
    readers_of_each,
    seat_of,
)
from wbtest.team.models import Person
from wbtest.writing import document as documents
from wbtest.writing.coach_report import MarkedSpan
from wbtest.writing.document import PARTS, Document
from wbtest.writing.models import Release, Revision

Marks = dict[str, list[MarkedSpan]]
_PART_ORDER = {name: place for place, name in enumerate((WHOLE, *(p.name for p in PARTS["full"])))}


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
    order = _path_order(document)
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
            marked = MarkedSpan(comment.start, comment.end, thread.number)
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


def _path_order(document: Document) -> dict[str, int]:
    return {path: place for place, path in enumerate((WHOLE, *texts_of(document)))}


class ListedComment(Struct, frozen=True):
    """A thread, the revision it was written on, and the draft's words in the place it means.

    ``place`` is WordsLost when the draft has no such words; ``label`` names the text they stand in.
    """

    thread: Thread
    revision: Revision
    part: str
    label: str
    place: Place | WordsLost
    words: str

    @property
    def is_gone(self) -> bool:
        """Whether the draft has no such words any more."""
        return isinstance(self.place, WordsLost)

    @property
    def can_be_applied(self) -> bool:
        """Whether the draft still says what the suggestion would replace."""
        return self.thread.comment.suggestion is not None and not (
            isinstance(self.place, WordsLost) or self.place.is_changed
        )


class CommentsBeside(NamedTuple):
    """What a member may see of the comments on a release, beside one revision of it.

    ``here`` are the open ones on that revision, ``elsewhere`` the open ones on others. ``hidden``
    is how many are not shown yet.
    """

    here: tuple[ListedComment, ...]
    elsewhere: tuple[ListedComment, ...]
    settled: tuple[ListedComment, ...]
    hidden: int


def comments_beside(revision: Revision, person: Person) -> CommentsBeside:
    """What this member may see, beside ``revision``: its own in the order of its text."""
    found = list_comments(revision.release, person)
    still_open = [each for each in found if not each.thread.comment.outcome]
    here = [each for each in still_open if each.revision.id == revision.id]
    return CommentsBeside(
        tuple(sorted(here, key=lambda each: each.thread.number)),
        tuple(each for each in still_open if each.revision.id != revision.id),
        tuple(each for each in found if each.thread.comment.outcome),
        count_comments(revision.release) - len(found),
    )


def list_comments(release: Release, person: Person) -> list[ListedComment]:
    """What this member may see of the comments on the release, in the order of the draft."""
    draft = documents.from_json(release.document)
    order = {path: place for place, path in enumerate((WHOLE, *texts_of(draft)))}
    found: list[ListedComment] = []
    revisions = _revisions_with_comments(release)
    # A member has one seat at all texts of a release.
    seats = [seat_of(each, person) for each in revisions[:1]]
    seats += [replace(seats[0], revision=each) for each in revisions[1:]]
    for seat, threads in zip(seats, threads_for_each(seats), strict=True):
        frozen = documents.from_json(seat.revision.document)
        found += [_listed_comment(thread, seat.revision, frozen, draft) for thread in threads]
    return sorted(found, key=lambda one: _sort_key(one, order))


def count_comments(release: Release) -> int:
    """How many comments there are on the release, seen or not; replies do not count."""
    wanted = [Comment.release_id == release.id, Comment.parent_id.is_(None)]
    return db.session.scalar(select(func.count()).where(*wanted)) or 0


def _revisions_with_comments(release: Release) -> list[Revision]:
    return list(
        db.session.scalars(
            select(Revision)
            .where(Revision.id.in_(select(Comment.revision_id)), Revision.release_id == release.id)
            .order_by(Revision.number)
        )
    )


def _listed_comment(
    thread: Thread, revision: Revision, frozen: Document, draft: Document
) -> ListedComment:
    comment = thread.comment
    place = follow(frozen, draft, comment.path, comment.start, comment.end)
    if isinstance(place, WordsLost):
        text, path, words = frozen, comment.path, comment.words
    else:
        text, path = draft, place.path
        words = texts_of(draft)[path][place.start : place.end] if path != WHOLE else ""
    return ListedComment(
        thread,
        revision,
        part_of(text, path),
        label_of(text, path),
        place,
        words,
    )


def _sort_key(one: ListedComment, order: dict[str, int]) -> tuple[int, bool, int, int, int]:
    """What sorts the list: part, then what is gone last, then the place in the draft."""
    comment = one.thread.comment
    if isinstance(one.place, WordsLost):
        return _PART_ORDER[one.part], True, 0, 0, comment.id
    return _PART_ORDER[one.part], False, order[one.place.path], one.place.start, comment.id
