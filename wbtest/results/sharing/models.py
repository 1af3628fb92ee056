"""Links that show an experiment's figures to people without a log-in."""

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from wbtest.extensions import Base
from wbtest.publishing.models import Experiment
from wbtest.store import UtcDateTime
from wbtest.team.models import Person


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
