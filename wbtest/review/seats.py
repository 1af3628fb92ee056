"""Seats at the review of a release: a member takes one, a link opens one."""

import hashlib
from dataclasses import replace

from msgspec import Struct
from sqlalchemy import select

from wbtest.extensions import clock, db
from wbtest.review.models import Reading, Reviewer
from wbtest.store import hold, writing
from wbtest.team.models import Person
from wbtest.writing import document as documents
from wbtest.writing.document import Document, Question
from wbtest.writing.models import Release, Revision


class Seat(Struct, frozen=True):
    """Who reads which revision: a member (``person``) or whoever holds a link.

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
    """The seat of whoever holds the reviewer's link."""
    return Seat(revision, reviewer, None)


def may_read_internal(seat: Seat) -> bool:
    """Whether this seat opens the internal FAQ: a member's does, a link's only by a tick."""
    return seat.person is not None or (seat.reviewer is not None and seat.reviewer.sees_internal)


def document_for(seat: Seat) -> Document:
    """The text as this seat may read it: what it may not read is empty.

    The entries of the FAQ keep their places, since comments name them by number.
    """
    document = documents.from_json(seat.revision.document)
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
    """Whether a link was taken back or its time is over."""
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
