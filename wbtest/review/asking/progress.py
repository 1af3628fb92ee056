"""How far the people who were asked are with a revision, as the one who asks sees it."""

from dataclasses import dataclass

from sqlalchemy import select

from wbtest.extensions import db
from wbtest.review.asking.links import links_of
from wbtest.review.asking.rounds import find_round, is_asked
from wbtest.review.models import Reading, Reviewer
from wbtest.review.questions import VERDICTS
from wbtest.review.seats import is_over, readings_of
from wbtest.team.models import Membership, Person
from wbtest.team.people import members
from wbtest.writing.models import Revision


@dataclass(frozen=True, slots=True)
class MemberProgress:
    """A member, their role and seat, whether they are asked to read this text, and how far."""

    person: Person
    role: str
    reviewer: Reviewer | None
    is_asked: bool
    state: str


@dataclass(frozen=True, slots=True)
class LinkProgress:
    """A link, how far its holder is, and whether it still opens."""

    reviewer: Reviewer
    state: str
    is_open: bool


def state_of(reading: Reading | None) -> str:
    """How far a reading is, in words.

    >>> state_of(None), state_of(Reading(verdict="stop"))
    ('not opened', 'done: stop')
    """
    if reading is not None and reading.verdict:
        return f"done: {VERDICTS[reading.verdict].lower()}"
    if reading is None or reading.started_at is None:
        return "not opened"
    return "reading" if reading.done_at is None else "done"


def members_for(revision: Revision, asking: Person) -> list[MemberProgress]:
    """Everybody in the workspace but who asks, in the order in which they joined."""
    reviewers = {
        reviewer.person_id: reviewer
        for reviewer in db.session.scalars(
            select(Reviewer).where(
                Reviewer.release_id == revision.release_id, Reviewer.person_id.is_not(None)
            )
        )
    }
    readings, asked = _readings(revision), find_round(revision)

    def progress(member: Membership) -> MemberProgress:
        seat = reviewers.get(member.person_id)
        return MemberProgress(
            person=member.person,
            role=member.role,
            reviewer=seat,
            is_asked=seat is not None and is_asked(seat, asked),
            state=state_of(readings.get(seat.id)) if seat else state_of(None),
        )

    everybody = members(revision.release.workspace)
    return [progress(member) for member in everybody if member.person_id != asking.id]


def links_for(revision: Revision) -> list[LinkProgress]:
    """Every link of the release, the newest first."""
    readings = _readings(revision)
    return [
        LinkProgress(link, state_of(readings.get(link.id)), not is_over(link))
        for link in links_of(revision.release)
    ]


def _readings(revision: Revision) -> dict[int, Reading]:
    return {reading.reviewer_id: reading for reading in readings_of(revision)}
