"""Experiments: a page made from an approved revision, its variants, its sealed rule."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    select,
    text,
)
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from wbtest.extensions import Base
from wbtest.store import UtcDateTime
from wbtest.team.models import Person
from wbtest.writing.models import Release, Revision, name_of

IS_OPEN = text("state IN ('running', 'paused')")


class Experiment(Base):
    """A test page and the rule that decides what its figures mean.

    ``rule`` is the hypothesis as ``rule.Hypothesis`` reads it. ``sealed`` holds, from the start on,
    the exact text whose SHA-256 is ``seal``: rule, variants, weights, salt and page digests.
    Nothing of it changes afterwards.
    """

    __tablename__ = "experiments"
    __table_args__ = (
        CheckConstraint("state IN ('draft', 'running', 'paused', 'ended')", name="state"),
        # One at a time: they share the address of their release.
        Index(
            "uq_experiments_open",
            "release_id",
            unique=True,
            sqlite_where=IS_OPEN,
            postgresql_where=IS_OPEN,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    # The revision's release, whose address the page has.
    release_id: Mapped[int] = mapped_column(ForeignKey(Release.id), index=True)
    revision_id: Mapped[int] = mapped_column(ForeignKey(Revision.id), index=True)
    state: Mapped[str] = mapped_column(String(10), default="draft")
    time_zone: Mapped[str] = mapped_column(String(60))
    asks_name: Mapped[bool] = mapped_column(default=False)
    # Of its own, where the page is at /; '' for the team's. Tests of one idea may share it.
    host: Mapped[str] = mapped_column(String(253), default="", index=True)
    # How the page looks, the tool's words as the team changed them, and how it treats visitors:
    # ``look.Look``, ``strings.WORDING`` and ``options.Options`` as JSON, empty for the usual.
    look: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    wording: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    options: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    # The display typeface, cut to the letters of all variants when the test starts; None before.
    typeface: Mapped[bytes | None] = mapped_column(LargeBinary)
    # Who last changed the pictures of the look, the wording, and what the options ask after the
    # sign-up; None for the usual. Somebody else signs them off at the start.
    look_writer_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    wording_writer_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    questions_writer_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    rule: Mapped[dict[str, Any]] = mapped_column(JSON)
    sealed: Mapped[str] = mapped_column(Text, default="")
    seal: Mapped[str] = mapped_column(String(64), default="")
    # The newest seal of the chain that begins with ``seal``; '' while nothing was corrected.
    corrected_seal: Mapped[str] = mapped_column(String(64), default="")
    # Decides, with the visitor, which variant is shown. Sealed at the start, '' before.
    assignment_salt: Mapped[str] = mapped_column(String(64), default="")
    # Signs the cookies and forms of this page; destroyed when the experiment is over and purged.
    identity_key: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    # The m-th test of the same release: chance of any false go is at most m times alpha.
    attempt: Mapped[int] = mapped_column(default=1)
    author_id: Mapped[int] = mapped_column(ForeignKey(Person.id))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    # The launch check: the draft that was checked, what the warnings that were seen
    # are about, and the mail of the team's own try.
    checked_digest: Mapped[str] = mapped_column(String(64), default="")
    warnings_seen: Mapped[list[str]] = mapped_column(JSON, default=list)
    tried_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    tried_message_id: Mapped[str] = mapped_column(String(200), default="")
    # The origins that may send the form copied to another site; in no figure, so never sealed.
    form_sites: Mapped[list[str]] = mapped_column(JSON, default=list)
    # How many visitors a day the team expects: to plan with, never sealed.
    expected_daily: Mapped[int | None]

    # After the end: what stands at the address ('closed', 'open', '' while nobody chose), and
    # what those who signed up are told.
    afterwards: Mapped[str] = mapped_column(String(10), default="")
    outcome: Mapped[str] = mapped_column(Text, default="")
    waiting_variant: Mapped[str] = mapped_column(String(30), default="")
    opened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_letter: Mapped[str] = mapped_column(Text, default="")
    last_letter_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    purged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Figures that only the rows could tell, as they were before these were purged.
    last_counts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)

    slug: Mapped[str] = column_property(
        select(Release.slug)
        .where(Release.id == release_id)
        .correlate_except(Release)
        .scalar_subquery()
        .label("slug")
    )
    release: Mapped[Release] = relationship()
    revision: Mapped[Revision] = relationship()
    author: Mapped[Person] = relationship(foreign_keys=[author_id])
    questions_writer: Mapped[Person | None] = relationship(foreign_keys=[questions_writer_id])
    variants: Mapped[list["Variant"]] = relationship(
        back_populates="experiment", order_by="Variant.position", cascade="all, delete-orphan"
    )
    steps: Mapped[list["Step"]] = relationship(
        back_populates="experiment", order_by="Step.number", cascade="all, delete-orphan"
    )
    corrections: Mapped[list["Correction"]] = relationship(
        back_populates="experiment", order_by="Correction.number", cascade="all, delete-orphan"
    )
    tracking_links: Mapped[list["TrackingLink"]] = relationship(
        back_populates="experiment",
        order_by="TrackingLink.made_at, TrackingLink.source",
        cascade="all, delete-orphan",
    )


class Variant(Base):
    """One version of the page. ``overrides`` replaces parts of the approved text.

    ``writer_id`` is None while nobody has written any.
    """

    __tablename__ = "variants"
    __table_args__ = (
        CheckConstraint("weight BETWEEN 1 AND 1000", name="weight"),
        CheckConstraint("position BETWEEN 0 AND 5", name="position"),
    )

    experiment_id: Mapped[int] = mapped_column(ForeignKey(Experiment.id), primary_key=True)
    key: Mapped[str] = mapped_column(String(30), primary_key=True)
    position: Mapped[int]
    name: Mapped[str] = mapped_column(String(80))
    weight: Mapped[int] = mapped_column(default=1)
    overrides: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    # Who last changed the overrides: they are signed off at the start, by somebody else.
    writer_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))

    experiment: Mapped[Experiment] = relationship(back_populates="variants")
    writer: Mapped[Person | None] = relationship()


class Step(Base):
    """One step in an experiment's life: who did what, and when."""

    __tablename__ = "experiment_steps"

    experiment_id: Mapped[int] = mapped_column(ForeignKey(Experiment.id), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    what: Mapped[str] = mapped_column(String(20))
    person_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    # In the person's own words; '' where none were asked for.
    why: Mapped[str] = mapped_column(Text, default="")

    experiment: Mapped[Experiment] = relationship(back_populates="steps")
    # Who lists steps names who took them.
    person: Mapped[Person | None] = relationship(lazy="joined")


class Correction(Base):
    """A mistake in the words of a started test, put right. What is sealed stays beside it.

    ``variant`` is the key of the one whose own words these are, '' for the approved text, which all
    variants show. Until ``approved_at`` it waits for a second person, and the page does not show
    it; then nothing of it changes any more. ``seal`` covers it and the seal before it.
    """

    __tablename__ = "corrections"

    experiment_id: Mapped[int] = mapped_column(ForeignKey(Experiment.id), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    variant: Mapped[str] = mapped_column(String(30), default="")
    field: Mapped[str] = mapped_column(String(30))
    before: Mapped[str] = mapped_column(Text)
    after: Mapped[str] = mapped_column(Text)
    why: Mapped[str] = mapped_column(Text, default="")
    author_id: Mapped[int] = mapped_column(ForeignKey(Person.id))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    approver_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    approved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    seal: Mapped[str] = mapped_column(String(64), default="")

    experiment: Mapped[Experiment] = relationship(back_populates="corrections")
    author: Mapped[Person] = relationship(foreign_keys=[author_id], lazy="joined")
    approver: Mapped[Person | None] = relationship(foreign_keys=[approver_id], lazy="joined")


class TrackingLink(Base):
    """A link to the page of a test that says where it was put; a ``key`` is never used again.

    Visits are counted by ``source`` alone; the others are for the team's own use.
    """

    __tablename__ = "tracking_links"

    experiment_id: Mapped[int] = mapped_column(ForeignKey(Experiment.id), primary_key=True)
    key: Mapped[str] = mapped_column(String(16), primary_key=True)
    source: Mapped[str] = mapped_column(String(64))
    medium: Mapped[str] = mapped_column(String(40), default="")
    campaign: Mapped[str] = mapped_column(String(40), default="")
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)

    experiment: Mapped[Experiment] = relationship(back_populates="tracking_links")
    person: Mapped[Person] = relationship(lazy="joined")


class Decision(Base):
    """Go, iterate or stop, with the reason and the figures it rests on, as they were then.

    The only place where figures are stored. How one decides stands in ``decisions``.
    """

    __tablename__ = "decisions"
    __table_args__ = (CheckConstraint("choice IN ('go', 'iterate', 'stop')", name="choice"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    experiment_id: Mapped[int] = mapped_column(ForeignKey(Experiment.id), index=True)
    choice: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(Text)
    figures: Mapped[dict[str, Any]] = mapped_column(JSON)
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id))
    decided_at: Mapped[datetime] = mapped_column(UtcDateTime)

    experiment: Mapped[Experiment] = relationship()
    person: Mapped[Person] = relationship()


class Image(Base):
    """A picture, decoded and re-encoded by us; ``digest`` names it for good."""

    __tablename__ = "images"

    id: Mapped[int] = mapped_column(primary_key=True)
    # SHA-256 of the largest file, 64 hex digits.
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    width: Mapped[int]
    height: Mapped[int]
    author_id: Mapped[int] = mapped_column(ForeignKey(Person.id))
    # When it was sent; as long as something shows it, the last time that it was noted as in use.
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    files: Mapped[list["ImageFile"]] = relationship(
        order_by="ImageFile.width", cascade="all, delete-orphan"
    )


class ImageFile(Base):
    """One width of a picture, as WebP. In the database, so that every machine has it."""

    __tablename__ = "image_files"

    image_id: Mapped[int] = mapped_column(ForeignKey(Image.id), primary_key=True)
    width: Mapped[int] = mapped_column(primary_key=True)
    height: Mapped[int]
    body: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)


def name_of_test(experiment: Experiment) -> str:
    """Return the product in quotes and the number of its test: “Larder”, test 2."""
    return f"{name_of(experiment.release)}, test {experiment.attempt}"
