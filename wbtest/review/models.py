"""Approvals: who signed off which revision."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from wbtest.extensions import Base
from wbtest.store import UtcDateTime
from wbtest.team.models import Person
from wbtest.writing.models import Revision


class Approval(Base):
    """An approver's yes to one revision, for ever."""

    __tablename__ = "approvals"
    __table_args__ = (UniqueConstraint("revision_id", "approver_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    revision_id: Mapped[int] = mapped_column(ForeignKey(Revision.id))
    approver_id: Mapped[int] = mapped_column(ForeignKey(Person.id))
    # Repeats the revision's digest, so that a changed row can be told from an approved one.
    digest: Mapped[str] = mapped_column(String(64))
    is_alone_on_day_one: Mapped[bool] = mapped_column(default=False)
    # Internal: what the author gave up by approving the own text on its first day.
    traded_away: Mapped[str] = mapped_column(Text, default="")
    approved_at: Mapped[datetime] = mapped_column(UtcDateTime)

    revision: Mapped[Revision] = relationship()
    approver: Mapped[Person] = relationship()
