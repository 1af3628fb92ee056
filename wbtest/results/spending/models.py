"""What was spent on each source, line by line, as the team entered it."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from wbtest.extensions import Base
from wbtest.publishing.models import Experiment
from wbtest.store import UtcDateTime
from wbtest.team.models import Person


class Spend(Base):
    """Money spent on a source from the first to the last of its days, both included.

    ``sending`` are the lines that came together, and never the name of others after they are
    deleted. Days are local to the experiment, as 2027-03-31; ``amount`` is in the smallest unit of
    ``currency``, which is the same in all lines of an experiment.
    """

    __tablename__ = "spends"
    __table_args__ = (CheckConstraint("amount > 0", name="amount"),)

    experiment_id: Mapped[int] = mapped_column(ForeignKey(Experiment.id), primary_key=True)
    sending: Mapped[str] = mapped_column(String(16), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    source: Mapped[str] = mapped_column(String(64))
    first_day: Mapped[str] = mapped_column(String(10))
    last_day: Mapped[str] = mapped_column(String(10))
    amount: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    note: Mapped[str] = mapped_column(String(200), default="")
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id))
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    person: Mapped[Person] = relationship()
