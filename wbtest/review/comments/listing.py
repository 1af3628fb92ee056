"""Comments on all revisions of a release, with the place where their words stand in the draft."""

from collections.abc import Iterable
from datetime import timedelta
from itertools import groupby

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import func, select

from wbtest.extensions import clock, db
from wbtest.review.comments.anchors import Gone, Place, follow
from wbtest.review.comments.texts import WHOLE, label_of, name_of_part, part_of, texts_of
from wbtest.review.comments.threads import Thread, threads_for_each
from wbtest.review.models import Comment
from wbtest.review.seats import seat_of
from wbtest.team.models import Person
from wbtest.writing import document as documents
from wbtest.writing.document import Document
from wbtest.writing.models import Release, Revision
from wbtest.writing.parts import PARTS

_ORDER = {name: place for place, name in enumerate((WHOLE, *(p.name for p in PARTS["full"])))}
_HOUR = 3600


class Listed(Struct, frozen=True):
    """A thread, the revision it was written on, and the draft's words in the place it means.

    ``place`` is Gone when the draft has no such words; ``label`` names the text they stand in.
    """

    thread: Thread
    revision: Revision
    part: str
    label: str
    place: Place | Gone
    words: str
    age: timedelta

    @property
    def is_gone(self) -> bool:
        """Whether the draft has no such words any more."""
        return isinstance(self.place, Gone)

    @property
    def can_be_applied(self) -> bool:
        """Whether the draft still says what the suggestion would replace."""
        return self.thread.comment.suggestion is not None and not (
            isinstance(self.place, Gone) or self.place.is_changed
        )


class Part(Struct, frozen=True):
    """What is said of one part, in the order of its text."""

    name: str
    label: str
    comments: tuple[Listed, ...]


def list_comments(release: Release, person: Person) -> list[Listed]:
    """What this member may see of the comments on the release, in the order of the draft."""
    draft = documents.from_json(release.document)
    order = {path: place for place, path in enumerate((WHOLE, *texts_of(draft)))}
    found: list[Listed] = []
    revisions = _commented(release)
    # A member has one seat at all texts of a release.
    seats = [seat_of(each, person) for each in revisions[:1]]
    seats += [replace(seats[0], revision=each) for each in revisions[1:]]
    for seat, threads in zip(seats, threads_for_each(seats), strict=True):
        frozen = documents.from_json(seat.revision.document)
        found += [_listed(thread, seat.revision, frozen, draft) for thread in threads]
    return sorted(found, key=lambda one: _place_of(one, order))


def by_part(comments: Iterable[Listed]) -> tuple[Part, ...]:
    """Sorted comments, part by part."""
    return tuple(
        Part(name, name_of_part(name), tuple(found))
        for name, found in groupby(comments, key=lambda one: one.part)
    )


def count_comments(release: Release, *, are_open: bool = False) -> int:
    """How many comments there are on the release, whoever may see them; replies do not count."""
    wanted = [Comment.release_id == release.id, Comment.parent_id.is_(None)]
    if are_open:
        wanted.append(Comment.outcome == "")
    return db.session.scalar(select(func.count()).where(*wanted)) or 0


def in_words(age: timedelta) -> str:
    """How long ago, in the largest unit that is full.

    >>> in_words(timedelta(days=3, hours=5)), in_words(timedelta(hours=1))
    ('3 days', '1 hour')
    """
    hours = int(age.total_seconds()) // _HOUR
    for count, unit in ((age.days, "day"), (hours, "hour")):
        if count > 0:
            return f"{count} {unit}{'' if count == 1 else 's'}"
    return "less than an hour"


def _commented(release: Release) -> list[Revision]:
    return list(
        db.session.scalars(
            select(Revision)
            .where(Revision.id.in_(select(Comment.revision_id)), Revision.release_id == release.id)
            .order_by(Revision.number)
        )
    )


def _listed(thread: Thread, revision: Revision, frozen: Document, draft: Document) -> Listed:
    comment = thread.comment
    place = follow(frozen, draft, comment.path, comment.start, comment.end)
    if isinstance(place, Gone):
        text, path, words = frozen, comment.path, comment.words
    else:
        text, path = draft, place.path
        words = texts_of(draft)[path][place.start : place.end] if path != WHOLE else ""
    return Listed(
        thread,
        revision,
        part_of(text, path),
        label_of(text, path),
        place,
        words,
        clock.now() - comment.written_at,
    )


def _place_of(one: Listed, order: dict[str, int]) -> tuple[int, bool, int, int, int]:
    """What sorts the list: part, then what is gone last, then the place in the draft."""
    comment = one.thread.comment
    if isinstance(one.place, Gone):
        return _ORDER[one.part], True, 0, 0, comment.id
    return _ORDER[one.part], False, order[one.place.path], one.place.start, comment.id
