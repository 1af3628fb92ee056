"""What a team was told of its tests."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from wbtest.extensions import Base
from wbtest.publishing.models import Experiment
from wbtest.store import UtcDateTime


class Told(Base):
    """Something about an experiment that the team was told once.

    All mails about it are queued in the transaction that makes this row, so nobody gets two.
    """

    __tablename__ = "told"

    experiment_id: Mapped[int] = mapped_column(ForeignKey(Experiment.id), primary_key=True)
    occasion: Mapped[str] = mapped_column(String(40), primary_key=True)
    told_at: Mapped[datetime] = mapped_column(UtcDateTime)
