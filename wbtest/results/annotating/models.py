"""What the team noted about a day of a test."""

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from wbtest.extensions import Base
from wbtest.publishing.models import Experiment
from wbtest.store import UtcDateTime
from wbtest.team.models import Person


class Annotation(Base):
    """A day, local to the experiment, and what happened; a ``key`` is never used again."""

    __tablename__ = "annotations"

    experiment_id: Mapped[int] = mapped_column(ForeignKey(Experiment.id), primary_key=True)
    key: Mapped[str] = mapped_column(String(16), primary_key=True)
    day: Mapped[date] = mapped_column(Date)
    text: Mapped[str] = mapped_column(String(200))
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id))
    written_at: Mapped[datetime] = mapped_column(UtcDateTime)

    person: Mapped[Person] = relationship()
