"""What was learned from an experiment: rows are added, so who said what when stays readable."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from wbtest.extensions import Base
from wbtest.publishing.models import Experiment
from wbtest.store import UtcDateTime
from wbtest.team.models import Person


class AssumptionMark(Base):
    """Somebody's word that an experiment settled an assumption, or did not; the newest stands.

    ``words`` are those of the number or the question, so that later drafts can be asked for it.
    """

    __tablename__ = "assumption_marks"
    __table_args__ = (
        CheckConstraint("kind IN ('number', 'question')", name="kind"),
        CheckConstraint("state IN ('confirmed', 'refuted', 'open')", name="state"),
    )

    experiment_id: Mapped[int] = mapped_column(ForeignKey(Experiment.id), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(8))
    words: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(9))
    why: Mapped[str] = mapped_column(Text)
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id))
    marked_at: Mapped[datetime] = mapped_column(UtcDateTime)

    experiment: Mapped[Experiment] = relationship()
    person: Mapped[Person] = relationship()


class LearningCard(Base):
    """One save of an experiment's learning card; the one with the highest version stands."""

    __tablename__ = "learning_cards"

    experiment_id: Mapped[int] = mapped_column(ForeignKey(Experiment.id), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    surprise: Mapped[str] = mapped_column(Text)
    next_step: Mapped[str] = mapped_column(Text)
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id))
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)

    experiment: Mapped[Experiment] = relationship()
    person: Mapped[Person] = relationship()
