"""How far the people who were asked are with a revision, as the one who asks sees it."""

from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from wbtest.extensions import db
from wbtest.review.asking.links import links_of
from wbtest.review.asking.rounds import find_round, is_asked
from wbtest.review.models import Reading, Reviewer
from wbtest.review.questions import VERDICTS
from wbtest.review.reviewers import is_over, may_hear, readings_of
from wbtest.team.models import Membership, Person
from wbtest.writing.models import Revision


class MemberProgress(NamedTuple):
    """A member, their role and seat, whether they are asked to read this text, and how far."""

    person: Person
    role: str
    reviewer: Reviewer | None
    is_asked: bool
    state: str


class LinkProgress(NamedTuple):
    """A link, how far its holder is, and whether it still opens."""

    reviewer: Reviewer
    state: str
    is_open: bool


def state_of(reading: Reading | None, *, with_verdict: bool = True) -> str:
    """How far a reading is, in words.

    >>> state_of(None), state_of(Reading(verdict="stop"))
    ('not opened', 'done: stop')
    """
    if reading is not None and reading.verdict:
        return f"done: {VERDICTS[reading.verdict].lower()}" if with_verdict else "done"
    if reading is None or reading.started_at is None:
        return "not opened"
    return "reading" if reading.done_at is None else "done"


def members_for(revision: Revision, asking: Person) -> list[MemberProgress]:
    """Everybody in the team but who asks, in the order in which they joined.

    Verdicts are among it for who may hear them.
    """
    reviewers = {
        reviewer.person_id: reviewer
        for reviewer in db.session.scalars(
            select(Reviewer).where(
                Reviewer.release_id == revision.release_id, Reviewer.person_id.is_not(None)
            )
        )
    }
    readings, asked = _readings(revision), find_round(revision)
    is_heard = may_hear(revision, asking)

    def progress(member: Membership) -> MemberProgress:
        seat = reviewers.get(member.person_id)
        return MemberProgress(
            person=member.person,
            role=member.role,
            reviewer=seat,
            is_asked=seat is not None and is_asked(seat, asked),
            state=state_of(readings.get(seat.id) if seat else None, with_verdict=is_heard),
        )

    everybody = db.session.scalars(
        select(Membership)
        .where(Membership.person_id != asking.id)
        .options(joinedload(Membership.person))
        .order_by(Membership.created_at, Membership.person_id)
    )
    return [progress(member) for member in everybody]


def links_for(revision: Revision, asking: Person) -> list[LinkProgress]:
    """Every link of the release, the newest first."""
    readings, is_heard = _readings(revision), may_hear(revision, asking)
    return [
        LinkProgress(
            link, state_of(readings.get(link.id), with_verdict=is_heard), not is_over(link)
        )
        for link in links_of(revision.release)
    ]


def _readings(revision: Revision) -> dict[int, Reading]:
    return {reading.reviewer_id: reading for reading in readings_of(revision)}
