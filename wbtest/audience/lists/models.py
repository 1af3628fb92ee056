"""The lists that were brought in: who did, what became of each, and the file until that is done."""

from datetime import datetime
from typing import Literal

from sqlalchemy import JSON, ForeignKey, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from wbtest.extensions import Base
from wbtest.publishing.models import Experiment
from wbtest.store import UtcDateTime
from wbtest.team.models import Person

State = Literal["choosing", "adding", "done", "going", "gone"]


class BroughtList(Base):
    """A list of people. ``state``: what its columns hold is chosen; its people are being added;
    they are here; they are being taken back; they were.

    ``content`` is the text of the file, compressed, for as long as it is needed: until everybody is
    added, a day at most where nobody goes on. ``columns`` are pairs, what a column is called and
    what it holds. ``looked_at`` counts how many people of the list were gone through.
    """

    __tablename__ = "brought_lists"

    experiment_id: Mapped[int] = mapped_column(ForeignKey(Experiment.id), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(String(10))
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    file_name: Mapped[str] = mapped_column(String(120))
    encoding: Mapped[str] = mapped_column(String(20))
    content: Mapped[bytes | None] = mapped_column(LargeBinary)
    columns: Mapped[list[list[str]]] = mapped_column(JSON)
    # The words that say these people agreed, as somebody of the team ticked them; '' for nobody.
    agreement: Mapped[str] = mapped_column(Text, default="")
    begun_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    people: Mapped[int] = mapped_column(default=0)
    looked_at: Mapped[int] = mapped_column(default=0)
    added: Mapped[int] = mapped_column(default=0)
    known: Mapped[int] = mapped_column(default=0)
    left_before: Mapped[int] = mapped_column(default=0)
    wrong: Mapped[int] = mapped_column(default=0)
    repeated: Mapped[int] = mapped_column(default=0)
    taken_back_by_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    taken_back_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    removed: Mapped[int] = mapped_column(default=0)

    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    taken_back_by: Mapped[Person | None] = relationship(foreign_keys=[taken_back_by_id])
