"""What the team adds to a test: notes of what happened, what was spent, and links for outsiders."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, Date, ForeignKey, String
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


class SharedLink(Base):
    """A link of which only the hash of its token is kept; ``label`` says whom it is for.

    Of those who open it nothing is kept but how often and on which day last.
    """

    __tablename__ = "shared_links"

    experiment_id: Mapped[int] = mapped_column(ForeignKey(Experiment.id), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    label: Mapped[str] = mapped_column(String(80))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    # As for a log-in; '' for a link that asks for none.
    password_hash: Mapped[str] = mapped_column(String(200), default="")
    made_by_id: Mapped[int] = mapped_column(ForeignKey(Person.id))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    opened: Mapped[int] = mapped_column(default=0)
    # A day of the experiment's own time zone.
    opened_on: Mapped[date | None] = mapped_column(Date)

    experiment: Mapped[Experiment] = relationship()
    made_by: Mapped[Person] = relationship()


class Spend(Base):
    """Money spent on a source from ``first_day`` to ``last_day``, both included.

    ``amount`` is in the smallest unit of ``currency``, the same in all lines of an experiment.
    A ``key`` is never used again after its line is deleted.
    """

    __tablename__ = "spends"
    __table_args__ = (CheckConstraint("amount > 0", name="amount"),)

    experiment_id: Mapped[int] = mapped_column(ForeignKey(Experiment.id), primary_key=True)
    key: Mapped[str] = mapped_column(String(16), primary_key=True)
    source: Mapped[str] = mapped_column(String(64))
    first_day: Mapped[date] = mapped_column(Date)
    last_day: Mapped[date] = mapped_column(Date)
    amount: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id))
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    person: Mapped[Person] = relationship()
