"""Decisions: the only place where figures are stored, as they were when the team decided."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from wbtest.extensions import Base
from wbtest.publishing.models import Experiment
from wbtest.store import UtcDateTime
from wbtest.team.models import Person


class Decision(Base):
    """Go, iterate or stop, with the reason and the figures it rests on."""

    __tablename__ = "decisions"
    __table_args__ = (CheckConstraint("choice IN ('go', 'iterate', 'stop')", name="choice"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    experiment_id: Mapped[int] = mapped_column(ForeignKey(Experiment.id), index=True)
    choice: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(Text)
    figures: Mapped[dict[str, Any]] = mapped_column(JSON)
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id))
    decided_at: Mapped[datetime] = mapped_column(UtcDateTime)

    experiment: Mapped[Experiment] = relationship()
    person: Mapped[Person] = relationship()
