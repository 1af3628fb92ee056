"""How far everybody is with a revision, as the rules of seeing ask."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import select

from wbtest.extensions import db
from wbtest.review.comments.seeing import Reader, can_see
from wbtest.review.four_eyes import approvers_of
from wbtest.review.models import Reading, Reviewer
from wbtest.review.seats import Seat, is_over, seat_of
from wbtest.team.models import Membership, Person
from wbtest.writing.models import Revision


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
    # Whoever left, or whose link was taken back, lets nobody wait.
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
