"""Who reviews a release, how far they are with its texts, and what each of them may see.

What people read first becomes what they think, and what the owner thinks becomes what everybody
thinks. So everybody finishes reading alone, and the owner's comments are shown last.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

from msgspec import Struct
from sqlalchemy import select

from wbtest.extensions import clock, db
from wbtest.review.approvers import approvers_of
from wbtest.review.models import Reading, Reviewer
from wbtest.store import hold, writing
from wbtest.team.models import Membership, Person
from wbtest.writing.document import Document, Question, from_json
from wbtest.writing.models import Release, Revision


class Seat(Struct, frozen=True):
    """Who reads which revision: a member (``person``) or a guest with a link.

    A member who has not written anything yet has no ``reviewer``: to look makes no row.
    """

    revision: Revision
    reviewer: Reviewer | None
    person: Person | None

    @property
    def is_author(self) -> bool:
        """Whether the reader began this release or froze this text."""
        wrote = {self.revision.author_id, self.revision.release.author_id}
        return self.person is not None and self.person.id in wrote


def seat_of(revision: Revision, person: Person) -> Seat:
    """A member's seat at this revision."""
    found = db.session.scalars(
        select(Reviewer).where(
            Reviewer.release_id == revision.release_id, Reviewer.person_id == person.id
        )
    ).first()
    return Seat(revision, found, person)


def seat_by_link(revision: Revision, reviewer: Reviewer) -> Seat:
    """The seat of the guest with the reviewer's link."""
    return Seat(revision, reviewer, None)


def may_read_internal(seat: Seat) -> bool:
    """Whether this seat opens the internal FAQ: a member's does, a link's only by a tick."""
    return seat.person is not None or (seat.reviewer is not None and seat.reviewer.sees_internal)


def document_for(seat: Seat) -> Document:
    """The text as this seat may read it: what it may not read is empty.

    The entries of the FAQ keep their places, since comments name them by number.
    """
    document = from_json(seat.revision.document)
    if may_read_internal(seat):
        return document
    faq = (Question("internal", "") if q.audience == "internal" else q for q in document.faq)
    return replace(document, faq=tuple(faq))


def find_by_token(token: str) -> Reviewer | None:
    """Whose link this is, also when it is over; None when there never was such a link."""
    return db.session.scalars(select(Reviewer).where(Reviewer.token_hash == hash_of(token))).first()


def hash_of(token: str) -> str:
    """What is kept of a link's token: who reads the database cannot open the link."""
    return hashlib.sha256(token.encode()).hexdigest()


def is_over(reviewer: Reviewer) -> bool:
    """Whether a link was taken back or expired."""
    return reviewer.revoked_at is not None or (
        reviewer.expires_at is not None and reviewer.expires_at <= clock.now()
    )


def take_seat(seat: Seat) -> Reviewer:
    """Return the reviewer of a seat, making the member's row when there is none yet."""
    if seat.reviewer is not None:
        return seat.reviewer
    assert seat.person is not None
    return member_reviewer(seat.revision.release, seat.person)


def member_reviewer(release: Release, person: Person) -> Reviewer:
    """The reviewer that this member is for the release; made when there is none."""
    with writing() as session:
        hold(release)
        found = session.scalars(
            select(Reviewer).where(
                Reviewer.release_id == release.id, Reviewer.person_id == person.id
            )
        ).first()
        if found is None:
            found = Reviewer(release_id=release.id, person_id=person.id)
            session.add(found)
            session.flush()
    return found


def find_reading(seat: Seat) -> Reading | None:
    """How far this seat is with its revision; None before the first step."""
    if seat.reviewer is None:
        return None
    return db.session.scalars(
        select(Reading).where(
            Reading.revision_id == seat.revision.id, Reading.reviewer_id == seat.reviewer.id
        )
    ).first()


def reading_of(seat: Seat) -> Reading:
    """The reading of this seat, made when there is none; inside ``writing`` and held."""
    with writing() as session:
        # Of two clicks at once one begins the reading, and the other finds it begun.
        hold(seat.revision.release)
        reviewer = take_seat(seat)
        found = session.scalars(
            select(Reading).where(
                Reading.revision_id == seat.revision.id, Reading.reviewer_id == reviewer.id
            )
        ).first()
        if found is None:
            found = Reading(
                revision_id=seat.revision.id,
                reviewer_id=reviewer.id,
            )
            session.add(found)
            session.flush()
        hold(found)
    return found


def readings_of(revision: Revision) -> list[Reading]:
    """Everybody's reading of this revision, in the order in which they began."""
    return list(
        db.session.scalars(
            select(Reading).where(Reading.revision_id == revision.id).order_by(Reading.id)
        )
    )


class Reader(Struct, frozen=True):
    """Somebody with one revision: ``id`` is the reviewer's, None for who has not begun.

    Done is who has read this text, or a later one.
    """

    id: int | None
    has_answered: bool = False
    is_done: bool = False
    is_author: bool = False
    is_owner: bool = False


def can_see(comment_by: Reader, asking: Reader, *, are_all_done: bool) -> bool:
    """Whether ``asking`` sees what ``comment_by`` wrote.

    Own words always; those of others when both have read and the asking one has answered. An author
    need not read what they wrote. The owner's words come when all are done who have begun.

    >>> can_see(Reader(1, is_done=True), Reader(2), are_all_done=False)
    False
    """
    if comment_by.id is not None and comment_by.id == asking.id:
        return True
    if not (comment_by.is_done or comment_by.is_author):
        return False
    if not (asking.is_author or (asking.is_done and asking.has_answered)):
        return False
    return are_all_done or not comment_by.is_owner


class Readers(NamedTuple):
    """The reviewers of a release as readers of one revision, by id; who among them has begun it."""

    by_id: dict[int, Reader]
    begun: frozenset[int]

    @property
    def are_all_done(self) -> bool:
        """Whether everybody who has begun the text is done with it; its authors do not count."""
        readers = (self.by_id[key] for key in self.begun)
        return all(reader.is_done or reader.is_author for reader in readers)

    def of(self, seat: Seat) -> Reader:
        """The reader in this seat."""
        if seat.reviewer is not None and seat.reviewer.id in self.by_id:
            return self.by_id[seat.reviewer.id]
        return Reader(None, is_author=seat.is_author)

    def can_see(self, writer_id: int, asking: Reader) -> bool:
        """Whether ``asking`` sees what this reviewer wrote of the revision."""
        return can_see(self.by_id[writer_id], asking, are_all_done=self.are_all_done)

    def is_shown(self, writer_id: int) -> bool:
        """Whether anybody else can see what this reviewer wrote, an author at least."""
        author = Reader(None, is_author=True)
        # Also who read a later text, or has left since, may have seen it.
        others = [reader for key, reader in self.by_id.items() if key != writer_id]
        if not self.by_id[writer_id].is_author:
            others.append(author)
        return any(self.can_see(writer_id, other) for other in others)


def readers_of(revision: Revision) -> Readers:
    """How far the reviewers of the release are with this revision."""
    return readers_of_each([revision])[revision.id]


def readers_of_each(revisions: Sequence[Revision]) -> dict[int, Readers]:
    """The same of several revisions of one release, by their id; as many queries as for one."""
    if not revisions:
        return {}
    release_id, roles = revisions[0].release_id, _roles()
    reviewers = db.session.scalars(select(Reviewer).where(Reviewer.release_id == release_id)).all()
    readings = db.session.execute(
        select(Revision.number, Reading)
        .join(Revision, Revision.id == Reading.revision_id)
        .where(
            Revision.release_id == release_id,
            Revision.number >= min(revision.number for revision in revisions),
        )
    ).all()
    # A reader who left, or whose link was taken back, keeps nobody waiting.
    here = {reviewer.id for reviewer in reviewers if _is_here(reviewer, roles)}
    found = {}
    for revision in revisions:
        of_each: dict[int, list[Reading]] = {reviewer.id: [] for reviewer in reviewers}
        for number, reading in readings:
            if number >= revision.number:
                of_each[reading.reviewer_id].append(reading)
        # An approver may decide without having read; nobody waits for one that never began.
        begun = {
            reading.reviewer_id
            for _, reading in readings
            if reading.revision_id == revision.id and (reading.started_at or reading.answered_at)
        }
        found[revision.id] = Readers(
            {row.id: _reader(row, of_each[row.id], revision, roles) for row in reviewers},
            frozenset(begun & here),
        )
    return found


def may_hear(revision: Revision, person: Person) -> bool:
    """Whether this member may know what the readers think of the text by now.

    That is who wrote it, who decides on it, and who has answered and read it alone.
    """
    reader = readers_of(revision).of(seat_of(revision, person))
    has_read = reader.is_done and reader.has_answered
    return reader.is_author or has_read or person in approvers_of()


def _reader(
    reviewer: Reviewer, readings: Iterable[Reading], revision: Revision, roles: dict[int, str]
) -> Reader:
    person = reviewer.person_id
    done = [reading for reading in readings if reading.done_at is not None]
    return Reader(
        reviewer.id,
        has_answered=any(reading.answered_at is not None for reading in done),
        is_done=bool(done),
        is_author=person in (revision.author_id, revision.release.author_id),
        is_owner=person is not None and roles.get(person) == "owner",
    )


def _is_here(reviewer: Reviewer, roles: dict[int, str]) -> bool:
    return reviewer.person_id in roles if reviewer.person_id else not is_over(reviewer)


def _roles() -> dict[int, str]:
    rows = db.session.execute(select(Membership.person_id, Membership.role))
    return {row.person_id: row.role for row in rows}
