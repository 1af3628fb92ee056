"""Who reviews a release, what they answer and say, and who signed off which revision."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from wbtest.extensions import Base
from wbtest.store import UtcDateTime
from wbtest.team.models import Person
from wbtest.writing.models import Release, Revision


class Reviewer(Base):
    """A seat at the review of one release: a member's, or that of a guest with a link.

    Of a link only the hash of its token is kept. A member's seat has no link and no end.
    """

    __tablename__ = "reviewers"
    __table_args__ = (UniqueConstraint("release_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    release_id: Mapped[int] = mapped_column(ForeignKey(Release.id), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id), index=True)
    # Whom the link is for, as the team reads it; a member has a name of their own.
    link_name: Mapped[str] = mapped_column(String(120), default="")
    email: Mapped[str] = mapped_column(String(320), default="")
    # What they do in the company, as they say themselves: one of review_questions.FUNCTIONS.
    function: Mapped[str] = mapped_column(String(20), default="")
    # Whether a link shows the internal FAQ too; members read it always.
    sees_internal: Mapped[bool] = mapped_column(default=False)
    token_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    invited_by_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    invited_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    release: Mapped[Release] = relationship()
    person: Mapped[Person | None] = relationship(foreign_keys=[person_id])
    invited_by: Mapped[Person | None] = relationship(foreign_keys=[invited_by_id])

    @property
    def name(self) -> str:
        """As the team reads it."""
        return self.person.name if self.person else self.link_name


class Round(Base):
    """The review of one revision: when it was asked for, and how long one reads in silence."""

    __tablename__ = "rounds"
    __table_args__ = (CheckConstraint("minutes BETWEEN 1 AND 120", name="minutes"),)

    revision_id: Mapped[int] = mapped_column(ForeignKey(Revision.id), primary_key=True)
    minutes: Mapped[int]
    # What the author wants of the reviewers; read by all of them, links too.
    note: Mapped[str] = mapped_column(Text, default="")
    opened_by_id: Mapped[int] = mapped_column(ForeignKey(Person.id))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)

    revision: Mapped[Revision] = relationship()
    opened_by: Mapped[Person] = relationship()


class Reading(Base):
    """One reviewer's way through one revision: blind answers, silent reading, verdict."""

    __tablename__ = "readings"
    __table_args__ = (
        UniqueConstraint("revision_id", "reviewer_id"),
        CheckConstraint("verdict IN ('', 'approve', 'another', 'stop')", name="verdict"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    revision_id: Mapped[int] = mapped_column(ForeignKey(Revision.id))
    reviewer_id: Mapped[int] = mapped_column(ForeignKey(Reviewer.id), index=True)
    # Question → answer, as review_questions names them; blind ones are never changed again.
    answers: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    # Who is new to the idea reads first; such answers say how clear the text is, not the picture.
    is_after_reading: Mapped[bool] = mapped_column(default=False)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closing: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    verdict: Mapped[str] = mapped_column(String(8), default="")
    # What must change, or why to stop.
    verdict_reason: Mapped[str] = mapped_column(Text, default="")
    verdict_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    revision: Mapped[Revision] = relationship()
    reviewer: Mapped[Reviewer] = relationship()


class AnswerMark(Base):
    """Somebody's word that an answer means the same as the author's, or something different."""

    __tablename__ = "answer_marks"

    reading_id: Mapped[int] = mapped_column(ForeignKey(Reading.id), primary_key=True)
    question: Mapped[str] = mapped_column(String(20), primary_key=True)
    reviewer_id: Mapped[int] = mapped_column(ForeignKey(Reviewer.id), primary_key=True)
    is_same: Mapped[bool]
    marked_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Comment(Base):
    """What a reviewer says of words of a revision, or of a part, or in answer to a comment.

    ``path`` names the text as the coach's findings do ("problem", "faq[2].answer", or "release"),
    ``start`` and ``end`` count its characters; equal ones mean the whole part. ``suggestion`` is
    what the words should become.
    """

    __tablename__ = "comments"
    __table_args__ = (
        CheckConstraint("outcome IN ('', 'resolved', 'applied', 'declined')", name="outcome"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    release_id: Mapped[int] = mapped_column(ForeignKey(Release.id), index=True)
    revision_id: Mapped[int] = mapped_column(ForeignKey(Revision.id), index=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("comments.id"), index=True)
    reviewer_id: Mapped[int] = mapped_column(ForeignKey(Reviewer.id), index=True)
    path: Mapped[str] = mapped_column(String(60), default="release")
    start: Mapped[int] = mapped_column(default=0)
    end: Mapped[int] = mapped_column(default=0)
    words: Mapped[str] = mapped_column(Text, default="")
    text: Mapped[str] = mapped_column(Text)
    suggestion: Mapped[str | None] = mapped_column(Text)
    written_at: Mapped[datetime] = mapped_column(UtcDateTime)
    outcome: Mapped[str] = mapped_column(String(8), default="")
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey(Reviewer.id))

    revision: Mapped[Revision] = relationship()
    reviewer: Mapped[Reviewer] = relationship(foreign_keys=[reviewer_id])
    settled_by: Mapped[Reviewer | None] = relationship(foreign_keys=[settled_by_id])


class Forecast(Base):
    """A reviewer's private guess of the conversion rate, and a range: fractions of visitors."""

    __tablename__ = "forecasts"
    __table_args__ = (
        CheckConstraint("0 <= low AND low <= rate AND rate <= high AND high <= 1", name="range"),
    )

    revision_id: Mapped[int] = mapped_column(ForeignKey(Revision.id), primary_key=True)
    reviewer_id: Mapped[int] = mapped_column(ForeignKey(Reviewer.id), primary_key=True)
    rate: Mapped[float]
    low: Mapped[float]
    high: Mapped[float]
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)

    revision: Mapped[Revision] = relationship()
    reviewer: Mapped[Reviewer] = relationship()


class Approval(Base):
    """An approver's yes to one revision, for good."""

    __tablename__ = "approvals"
    __table_args__ = (UniqueConstraint("revision_id", "approver_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    revision_id: Mapped[int] = mapped_column(ForeignKey(Revision.id))
    approver_id: Mapped[int] = mapped_column(ForeignKey(Person.id))
    # Repeats the revision's digest, so that a changed row can be told from an approved one.
    digest: Mapped[str] = mapped_column(String(64))
    is_alone_on_day_one: Mapped[bool] = mapped_column(default=False)
    # Whether they wrote part of the text themselves, as all did who may approve: it takes two then.
    is_by_writer: Mapped[bool] = mapped_column(default=False)
    # Internal: what the author gave up by approving the own text on its first day.
    traded_away: Mapped[str] = mapped_column(Text, default="")
    approved_at: Mapped[datetime] = mapped_column(UtcDateTime)

    revision: Mapped[Revision] = relationship()
    approver: Mapped[Person] = relationship()
