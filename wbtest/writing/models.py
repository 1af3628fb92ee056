"""Press releases: the working draft, and the revisions frozen from it."""

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
from wbtest.store import UtcDateTime
from wbtest.team.models import Person
from wbtest.writing.document import Form


class Release(Base):
    """A press release being written; ``document`` is the draft as JSON of a Document."""

    __tablename__ = "releases"
    # A number is never given out again: a tab that still shows a deleted release must not save into
    # the next one.
    __table_args__ = (
        CheckConstraint("form IN ('short', 'full')", name="form"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    form: Mapped[Form] = mapped_column(String(5))
    document: Mapped[dict[str, Any]] = mapped_column(JSON)
    # Counts saves; a save names the version it was made from, so none overwrites another unseen.
    version: Mapped[int] = mapped_column(default=1)
    # The release whose text it began with, if any. Told in its history, and nothing rests on it.
    copied_from_id: Mapped[int | None]
    # Its tests' address, /p/<slug>: None before the first test is made, fixed once one has started.
    slug: Mapped[str | None] = mapped_column(String(60), unique=True)
    # The draft's version that was last approved; 0 before.
    approved_version: Mapped[int] = mapped_column(default=0)
    author_id: Mapped[int] = mapped_column(ForeignKey(Person.id))
    # What an imported text said that found no part, until somebody removes it.
    unplaced: Mapped[str] = mapped_column(Text, default="")
    # Ids of the people who wrote the text it began with; empty for a blank one.
    first_writers: Mapped[list[int]] = mapped_column(JSON, default=list)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)

    author: Mapped[Person] = relationship()
    revisions: Mapped[list["Revision"]] = relationship(
        back_populates="release", order_by="Revision.number"
    )


class Save(Base):
    """One save of a draft: who, when, and what its parts said before, so that it can be undone.

    ``version`` is the one it made. ``before`` holds the parts named in ``parts`` as they were,
    compressed against what they became: to keep each save costs about a hundred bytes.
    """

    __tablename__ = "saves"

    release_id: Mapped[int] = mapped_column(ForeignKey(Release.id), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    # Names of the document's parts, and "form", with spaces between.
    parts: Mapped[str] = mapped_column(String(300))
    before: Mapped[bytes] = mapped_column(LargeBinary)
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id))
    # Ids of other people whose words it put in: by their suggestion, or from an older text.
    other_writers: Mapped[list[int]] = mapped_column(JSON, default=list)
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)

    person: Mapped[Person] = relationship()


class Revision(Base):
    """A numbered, unchangeable copy of a draft; approvals and pages rest on it."""

    __tablename__ = "revisions"
    __table_args__ = (UniqueConstraint("release_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    release_id: Mapped[int] = mapped_column(ForeignKey(Release.id))
    number: Mapped[int]
    form: Mapped[Form] = mapped_column(String(5))
    document: Mapped[dict[str, Any]] = mapped_column(JSON)
    digest: Mapped[str] = mapped_column(String(64))
    author_id: Mapped[int] = mapped_column(ForeignKey(Person.id))
    # The draft's version that it was made from.
    version: Mapped[int] = mapped_column(default=1)
    # Ids of the people who changed the text since the last approved revision.
    writers: Mapped[list[int]] = mapped_column(JSON, default=list)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    release: Mapped[Release] = relationship(back_populates="revisions")
    author: Mapped[Person] = relationship()


class Stop(Base):
    """A release that was stopped on paper, and why; it is kept, and may be taken up again."""

    __tablename__ = "stops"

    release_id: Mapped[int] = mapped_column(ForeignKey(Release.id), primary_key=True)
    revision_id: Mapped[int | None] = mapped_column(ForeignKey(Revision.id))
    reason: Mapped[str] = mapped_column(Text)
    # How many weeks of building it would have taken, as the member who stopped it guesses.
    weeks_saved: Mapped[int | None]
    stopped_by_id: Mapped[int] = mapped_column(ForeignKey(Person.id))
    stopped_at: Mapped[datetime] = mapped_column(UtcDateTime)

    release: Mapped[Release] = relationship()
    revision: Mapped[Revision | None] = relationship()
    stopped_by: Mapped[Person] = relationship()


class Waiver(Base):
    """A finding that stays, and why: of the draft or, with ``revision_id``, of that revision.

    Rule, part and words say which finding; the same words in another part are another one. A reason
    for what only wanted a change does not do for what stops the text: hence the ``severity``.
    """

    __tablename__ = "waivers"

    id: Mapped[int] = mapped_column(primary_key=True)
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


class Candidate(Base):
    """A question that somebody would ask, waiting to be taken into the FAQ or not."""

    __tablename__ = "candidates"
    __table_args__ = (
        CheckConstraint("audience IN ('external', 'internal')", name="audience"),
        CheckConstraint(
            "outcome IN ('waiting', 'accepted', 'merged', 'dismissed')", name="outcome"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    release_id: Mapped[int] = mapped_column(ForeignKey(Release.id), index=True)
    audience: Mapped[str] = mapped_column(String(8))
    question: Mapped[str] = mapped_column(Text)
    # Who asked, as the team reads it: "Mei, guest" or "a visitor".
    asked_by: Mapped[str] = mapped_column(String(200))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # How many asked the same, or nearly the same.
    times: Mapped[int] = mapped_column(default=1)
    outcome: Mapped[str] = mapped_column(String(9), default="waiting")
    # The FAQ's question that it was merged with, in its words of that day.
    merged_into: Mapped[str] = mapped_column(Text, default="")
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    settled_by: Mapped[Person | None] = relationship()


def name_of(text: Release | Revision) -> str:
    """Return the product in quotes, and of a revision its number.

    >>> name_of(Release(document={"product": "Larder"}))
    '“Larder”'
    """
    product = f"“{text.document.get('product') or 'a release without a name'}”"
    return f"{product}, revision {text.number}" if isinstance(text, Revision) else product
