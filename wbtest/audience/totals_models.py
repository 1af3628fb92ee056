"""Coarser roll-ups, so that a page reads as much after a million visits as after a thousand.

Each adds up what ``models.HourlyCount`` holds, and is kept in the same transaction. What is asked
of a part of the time and of a kind at once stands there alone.
"""

from datetime import date

from sqlalchemy import BigInteger, Date, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from wbtest.audience.models import PeopleCounted
from wbtest.extensions import Base
from wbtest.publishing.models import Experiment


class HourTotal(PeopleCounted, Base):
    """What counts by the sealed rule, its sources included, of a variant in an hour.

    Hours and columns mean what they mean in ``HourlyCount``.
    """

    __tablename__ = "hour_totals"

    experiment_id: Mapped[int] = mapped_column(ForeignKey(Experiment.id), primary_key=True)
    variant: Mapped[str] = mapped_column(String(30), primary_key=True)
    hour: Mapped[int] = mapped_column(BigInteger, primary_key=True)


class DayTotal(PeopleCounted, Base):
    """The same of a variant on a day of the experiment's own time zone."""

    __tablename__ = "day_totals"

    experiment_id: Mapped[int] = mapped_column(ForeignKey(Experiment.id), primary_key=True)
    variant: Mapped[str] = mapped_column(String(30), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)


class KindTotal(PeopleCounted, Base):
    """What was counted of one kind of people, over all hours; rows that do not count among them."""

    __tablename__ = "kind_totals"

    experiment_id: Mapped[int] = mapped_column(ForeignKey(Experiment.id), primary_key=True)
    variant: Mapped[str] = mapped_column(String(30), primary_key=True)
    source: Mapped[str] = mapped_column(String(64), primary_key=True)
    device: Mapped[str] = mapped_column(String(10), primary_key=True)
    language: Mapped[str] = mapped_column(String(8), primary_key=True, default="")
    excluded_because: Mapped[str] = mapped_column(String(20), primary_key=True, default="")
