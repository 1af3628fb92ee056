"""People who review, in few words: asked, guest, done, with a comment. And the mail they get."""

from datetime import datetime
from typing import Any

from wbtest.delivery.models import OutboxMail
from wbtest.extensions import clock, db
from wbtest.review.models import Comment, Reading, Reviewer
from wbtest.review.reviewers import member_reviewer
from wbtest.store import writing
from wbtest.team.models import Person
from wbtest.writing.models import Revision


def mails() -> list[OutboxMail]:
    """Every mail that was written, the oldest first."""
    return list(db.session.scalars(db.select(OutboxMail).order_by(OutboxMail.id)))


def recipients() -> list[str]:
    """To whom mail was written, in the order in which it was."""
    return [mail.recipient for mail in mails()]


def seat(revision: Revision, who: Person | Reviewer) -> Reviewer:
    """The member's seat, or that of the link itself."""
    return who if isinstance(who, Reviewer) else member_reviewer(revision.release, who)


def make_reading(
    revision: Revision, who: Person | Reviewer, *, is_done: bool = True, verdict: str = ""
) -> Reading:
    """A reading that was begun and, unless told otherwise, done a moment ago."""
    reviewer = seat(revision, who)
    reading = Reading(
        revision_id=revision.id,
        reviewer_id=reviewer.id,
        started_at=clock.now(),
        answered_at=clock.now(),
        done_at=clock.now() if is_done else None,
        verdict=verdict,
    )
    with writing() as session:
        session.add(reading)
    return reading


def make_comment(
    revision: Revision,
    who: Person | Reviewer,
    *,
    below: Comment | None = None,
    outcome: str = "",
    at: datetime | None = None,
) -> Comment:
    """A comment on the whole release, or an answer ``below`` another."""
    comment = Comment(
        release_id=revision.release_id,
        revision_id=revision.id,
        reviewer_id=seat(revision, who).id,
        parent_id=below.id if below else None,
        text="Who says so?",
        outcome=outcome,
        written_at=at or clock.now(),
    )
    with writing() as session:
        session.add(comment)
    return comment


def told(waits: Any) -> list[tuple[str, str, str]]:
    """Who is to do what, and who waits for it."""
    return [(wait.who.name, wait.what, wait.by) for wait in waits]
