"""Press releases: the working draft, and the revisions frozen from it."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from wbtest.extensions import Base
from wbtest.store import UtcDateTime
from wbtest.team.models import Person, Workspace
from wbtest.writing.document import Form


class Release(Base):
    """A press release being written; ``document`` is the draft as JSON of a Document."""

    __tablename__ = "releases"
    __table_args__ = (CheckConstraint("form IN ('short', 'full')", name="form"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey(Workspace.id), index=True)
    form: Mapped[Form] = mapped_column(String(5))
    document: Mapped[dict[str, Any]] = mapped_column(JSON)
    # Counts saves; a save names the version it was made from, so none overwrites another unseen.
    version: Mapped[int] = mapped_column(default=1)
    author_id: Mapped[int] = mapped_column(ForeignKey(Person.id))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)

    author: Mapped[Person] = relationship()
    workspace: Mapped[Workspace] = relationship()
    revisions: Mapped[list["Revision"]] = relationship(
        back_populates="release", order_by="Revision.number"
    )


class Revision(Base):
    """A numbered, unchangeable copy of a draft; approvals and pages rest on it."""

    __tablename__ = "revisions"
    __table_args__ = (UniqueConstraint("release_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey(Workspace.id), index=True)
    release_id: Mapped[int] = mapped_column(ForeignKey(Release.id))
    number: Mapped[int]
    form: Mapped[Form] = mapped_column(String(5))
    document: Mapped[dict[str, Any]] = mapped_column(JSON)
    digest: Mapped[str] = mapped_column(String(64))
    author_id: Mapped[int] = mapped_column(ForeignKey(Person.id))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    release: Mapped[Release] = relationship(back_populates="revisions")
    author: Mapped[Person] = relationship()


class Waiver(Base):
    """A finding that stays, and why: of the draft or, with ``revision_id``, of that revision.

    Rule, part and words say which finding; the same words in another part are another one. A reason
    for what only wanted a change does not do for what stops the text: hence the ``severity``.
    """

    __tablename__ = "waivers"

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey(Workspace.id), index=True)
    release_id: Mapped[int] = mapped_column(ForeignKey(Release.id), index=True)
    revision_id: Mapped[int | None] = mapped_column(ForeignKey(Revision.id), index=True)
    rule: Mapped[str] = mapped_column(String(4))
    severity: Mapped[str] = mapped_column(String(4))
    part: Mapped[str] = mapped_column(String(20))
    words: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id))
    waived_at: Mapped[datetime] = mapped_column(UtcDateTime)

    person: Mapped[Person] = relationship()


class CoachSetting(Base):
    """What a workspace tells the coach: a word or phrase a line, ids of rules it does not want."""

    __tablename__ = "coach_settings"

    workspace_id: Mapped[int] = mapped_column(ForeignKey(Workspace.id), primary_key=True)
    jargon: Mapped[str] = mapped_column(Text, default="")
    allowed: Mapped[str] = mapped_column(Text, default="")
    muted: Mapped[str] = mapped_column(Text, default="")
