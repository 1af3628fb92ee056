"""What will be built for a release, and every change of that list."""

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from wbtest.extensions import Base
from wbtest.store import UtcDateTime
from wbtest.team.models import Person, Workspace
from wbtest.writing.models import Release


class ScopeItem(Base):
    """Something that will be built; dropped ones stay.

    ``serves`` are pairs of a part of the release and words of it, as they stood there. ``version``
    counts changes, so that none replaces another unseen.
    """

    __tablename__ = "scope_items"
    __table_args__ = (
        CheckConstraint("state IN ('planned', 'doing', 'done', 'dropped')", name="state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey(Workspace.id), index=True)
    release_id: Mapped[int] = mapped_column(ForeignKey(Release.id), index=True)
    title: Mapped[str] = mapped_column(String(200))
    note: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[str] = mapped_column(String(7), default="planned")
    # The place in the list, counted from 1.
    position: Mapped[int]
    serves: Mapped[list[list[str]]] = mapped_column(JSON, default=list)
    version: Mapped[int] = mapped_column(default=1)

    release: Mapped[Release] = relationship()


class ScopeChange(Base):
    """Who changed the list, when, and what: in the words of that moment. Added, never changed."""

    __tablename__ = "scope_changes"

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey(Workspace.id), index=True)
    release_id: Mapped[int] = mapped_column(ForeignKey(Release.id), index=True)
    item_id: Mapped[int] = mapped_column(ForeignKey(ScopeItem.id), index=True)
    what: Mapped[str] = mapped_column(Text)
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id))
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    person: Mapped[Person] = relationship()
