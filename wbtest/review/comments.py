"""Comments on a revision, with replies: written, settled, applied as suggestions, and listed."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from wbtest.extensions import clock, db
from wbtest.review.comment_anchors import (
    WHOLE,
    Place,
    Range,
    WordsLost,
    follow,
    label_of,
    part_of,
    replace_range,
    replacement_at,
    selection_at,
    texts_of,
)
from wbtest.review.models import Comment, Reviewer
from wbtest.review.reviewers import (
    Reader,
    Readers,
    Seat,
    document_for,
    find_reading,
    may_read_internal,
    member_reviewer,
    readers_of,
    readers_of_each,
    seat_of,
    take_seat,
)
from wbtest.store import Invalid, Refused, hold, writing
from wbtest.team.models import Person
from wbtest.writing import coach_report, releases, text_rules
from wbtest.writing.document import PARTS, Document, NotADocument, from_json
from wbtest.writing.models import Release, Revision

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
    ``suggestion`` is what should stand there instead. Raises Invalid at what cannot be used,
    NotReading before the reading has begun, TooManyComments.
    """
    # The page that says what cannot be kept shows the text; so who may not read yet is asked first.
    _check_reading(seat)
    # Of what the reader may not read, no answer may tell whether it is there.
    document = document_for(seat)
    text = text_rules.kept_text("text", text, LONGEST_COMMENT)
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
    """Store an answer to a comment that the seat may see. Raises Invalid, TooManyComments."""
    text = text_rules.kept_text("text", text, LONGEST_COMMENT)
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
    """Delete a comment of this reader that nobody else can have seen.

    Raises NotYourComment, CommentSeen.
    """
    with writing() as session:
        hold(seat.revision.release)
        hold(comment)
        readers = readers_of(seat.revision)
        asking = readers.of(seat)
        if comment.reviewer_id != asking.id:
            raise NotYourComment("Someone else wrote this.")
        replies = session.scalars(select(Comment).where(Comment.parent_id == comment.id)).all()
        if not may_be_deleted(comment, replies, readers, asking):
            raise CommentSeen("Others may have read this. Reply to it instead.")
        session.delete(comment)


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


# What a form asks for, and what is stored then.
OUTCOMES = {"resolved": "resolved", "declined": "declined", "reopened": ""}


def settle(seat: Seat, comment: Comment, asked: str, *, is_editor: bool) -> None:
    """Resolve a comment (what it asked for is done), decline it (the words stay) or reopen it.

    ``asked`` is a key of ``OUTCOMES``. Raises NotYourComment, and SettledAlready for one that
    somebody has settled in another way.
    """
    outcome = OUTCOMES[asked]
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
        draft = with_suggestion(comment, from_json(release.document))
        # Who holds a link is no member, and so approves nothing.
        suggested_by = comment.reviewer.person_id
        writers = () if suggested_by is None else (suggested_by,)
        releases.save_release(release, draft, release.version, person, writers)
        comment.outcome = "applied"
        comment.settled_at = clock.now()
        comment.settled_by_id = member_reviewer(release, person).id


def with_suggestion(comment: Comment, draft: Document) -> Document:
    """Return the draft with the suggestion in place of the words. Raises WordsGone."""
    if comment.suggestion is None:
        raise WordsGone("This comment has no suggestion.")
    frozen = from_json(comment.revision.document)
    place = follow(frozen, draft, comment.path, comment.start, comment.end)
    if isinstance(place, WordsLost):
        raise WordsGone("These words are no longer in the draft. Reject this, or edit the draft.")
    if place.is_changed:
        raise WordsGone("These words changed in the draft. Edit the draft instead.")
    try:
        return replace_range(draft, place.path, Range(place.start, place.end), comment.suggestion)
    except NotADocument as fault:
        raise WordsGone(f"The suggestion no longer fits. {fault.sentence}") from fault


def _check_open(comment: Comment) -> None:
    """What one person settled nobody settles otherwise from a page that is older."""
    if comment.outcome:
        raise SettledAlready("Someone has settled this comment. Restore it first.")


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
    document = from_json(seat.revision.document)
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


def marks_of_threads(threads: Iterable[Thread]) -> coach_report.Marks:
    """Where the words of the open ones stand in each text, by its path, with their numbers."""
    marks: coach_report.Marks = {}
    for thread in threads:
        comment = thread.comment
        if comment.start < comment.end and not comment.outcome:
            marked = coach_report.MarkedSpan(comment.start, comment.end, thread.number)
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
    """Whether the reader may see the comment: one who replied to it always may."""
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
    draft = from_json(release.document)
    order = _path_order(draft)
    found: list[ListedComment] = []
    revisions = _revisions_with_comments(release)
    # A member has one seat at all texts of a release.
    seats = [seat_of(each, person) for each in revisions[:1]]
    seats += [replace(seats[0], revision=each) for each in revisions[1:]]
    for seat, threads in zip(seats, threads_for_each(seats), strict=True):
        frozen = from_json(seat.revision.document)
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
    return ListedComment(thread, revision, part_of(text, path), label_of(text, path), place, words)


def _sort_key(one: ListedComment, order: dict[str, int]) -> tuple[int, bool, int, int, int]:
    """What sorts the list: part, then what is gone last, then the place in the draft."""
    comment = one.thread.comment
    if isinstance(one.place, WordsLost):
        return _PART_ORDER[one.part], True, 0, 0, comment.id
    return _PART_ORDER[one.part], False, order[one.place.path], one.place.start, comment.id
