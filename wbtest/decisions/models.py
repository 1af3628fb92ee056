"""What was written down when somebody decided, and what was learned from a test.

A paper waits for a second person, or it stands. Of what was learned rows are added, so who said
what when stays readable.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from wbtest.extensions import Base
from wbtest.publishing.models import Experiment
from wbtest.store import UtcDateTime
from wbtest.team.models import Person


class ChecklistItem(Base):
    """What was said of a sentence of the approved release, or an extra item that serves none.

    ``sentence`` is the key of the sentence, '' for an extra item; ``text`` is the note on the
    sentence, or the item. A sentence without a row is open and has no note.
    """

    __tablename__ = "checklist_items"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'served', 'not_served', 'extra')", name="state"),
    )

    experiment_id: Mapped[int] = mapped_column(ForeignKey(Experiment.id), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sentence: Mapped[str] = mapped_column(String(16), default="")
    state: Mapped[str] = mapped_column(String(10))
    text: Mapped[str] = mapped_column(Text, default="")


class Paper(Base):
    """One choice and its reason, with everything that was known at that moment.

    ``memo`` is what ``statement`` wrote; once the paper stands its figures are the decision's.
    ``data`` is the canonical text of the counts, compressed. ``digest`` is that of the memo, ''
    before it stands. *Overtaken* is a paper that waited while another one came to stand.
    ``seconded_by`` is who answered it: they signed it, or turned it down, and then it is withdrawn;
    ``answer`` is why, if they said so.
    """

    __tablename__ = "decision_papers"
    __table_args__ = (
        CheckConstraint("choice IN ('go', 'iterate', 'stop')", name="choice"),
        CheckConstraint("state IN ('waiting', 'stands', 'withdrawn', 'overtaken')", name="state"),
        UniqueConstraint("experiment_id", "stands_as"),
    )

    experiment_id: Mapped[int] = mapped_column(ForeignKey(Experiment.id), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    choice: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(Text)
    memo: Mapped[dict[str, Any]] = mapped_column(JSON)
    data: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    digest: Mapped[str] = mapped_column(String(64), default="")
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    seconded_by_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    answer: Mapped[str] = mapped_column(Text, default="")
    # It stands as the n-th decision of its experiment.
    stands_as: Mapped[int | None]

    experiment: Mapped[Experiment] = relationship()
    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    seconded_by: Mapped[Person | None] = relationship(foreign_keys=[seconded_by_id])

    @property
    def is_turned_down(self) -> bool:
        """Whether somebody else answered no, rather than its author taking it back."""
        return self.state == "withdrawn" and self.seconded_by_id is not None


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
