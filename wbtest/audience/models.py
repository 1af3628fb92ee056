"""What visitors did: events, counters of machines, and the roll-ups kept beside them.

Every key leads with the experiment, so that a sharded database can place it; a test holds all
tables to that. Events name times in whole microseconds since 1970 (``…_us``), which sort and
subtract without a zone. Neither an IP nor a user agent is stored anywhere.

The coarser totals add up what ``HourlyCount`` holds, in the same transaction, so that a page reads
as much after a million visits as after a thousand. What is asked of a part of the time and of a
kind of visitor at once is only in the hourly roll-up.
"""

from datetime import date, datetime
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from wbtest.extensions import Base
from wbtest.publishing.models import Experiment
from wbtest.store import UtcDateTime
from wbtest.team.models import Person


class Visit(Base):
    """A person was served the page for the first time. '' in ``excluded_because`` means it counts.

    The reason is part of the key, so a row that does not count can never hide one that does. A
    beacon proves a visit too: a page that was fetched ahead and then opened is asked for once.
    """

    __tablename__ = "visits"

    experiment_id: Mapped[int] = mapped_column(ForeignKey(Experiment.id), primary_key=True)
    visitor: Mapped[str] = mapped_column(String(32), primary_key=True)
    excluded_because: Mapped[str] = mapped_column(String(20), primary_key=True, default="")
    variant: Mapped[str] = mapped_column(String(30))
    at_us: Mapped[int] = mapped_column(BigInteger)
    source: Mapped[str] = mapped_column(String(64))
    device: Mapped[str] = mapped_column(String(10))
    language: Mapped[str] = mapped_column(String(8), default="")
    # 16 bits of a keyed hash of the network, so one that some 256 networks share; -1 for unknown.
    # As the page's key goes with the purge, so does the row.
    mark: Mapped[int] = mapped_column(default=-1)


class Sighting(Base):
    """The page was visible to a person, as its beacon said. Signing up never makes one.

    ``is_counted`` is false when it came after the visitor's sign-up: the same gate stands before
    both sides of the rate. The one exception to the first sentence stands under ``suspected``: who
    sends a sign-up that may be a machine's gets such a row, which keeps the visitor from counting.
    """

    __tablename__ = "sightings"

    experiment_id: Mapped[int] = mapped_column(ForeignKey(Experiment.id), primary_key=True)
    visitor: Mapped[str] = mapped_column(String(32), primary_key=True)
    excluded_because: Mapped[str] = mapped_column(String(20), primary_key=True, default="")
    variant: Mapped[str] = mapped_column(String(30))
    at_us: Mapped[int] = mapped_column(BigInteger)
    source: Mapped[str] = mapped_column(String(64))
    device: Mapped[str] = mapped_column(String(10))
    language: Mapped[str] = mapped_column(String(8), default="")
    is_counted: Mapped[bool] = mapped_column(default=True)


class Signup(Base):
    """Somebody left an address; one row per experiment and normalised address.

    Who joined its waiting list, too, has a second one there, with a key of its own
    (``email_addresses.list_key``): each is kept for as long as was promised beside its form.

    ``is_converted`` says that this row is its visitor's conversion: seen before, and what the rule
    counts done within the sealed window. ``opted_out`` (browser objected to being counted) and
    other reasons in ``excluded_because`` keep the address but leave the figures alone.

    Who left (``left_at``) stays as a count: ``email_key`` is a random text that is no address, and
    email, name, consent and token are empty.
    """

    __tablename__ = "signups"
    __table_args__ = (
        Index(None, "experiment_id", "visitor"),
        Index(None, "experiment_id", "at_us"),
        Index(None, "experiment_id", "answer_hash"),
        Index(None, "experiment_id", "other_variant"),
        Index(None, "experiment_id", "token_hash"),
        Index(None, "experiment_id", "mailed_us"),
    )

    experiment_id: Mapped[int] = mapped_column(ForeignKey(Experiment.id), primary_key=True)
    email_key: Mapped[str] = mapped_column(String(320), primary_key=True)
    email: Mapped[str] = mapped_column(String(320))
    name: Mapped[str] = mapped_column(String(120), default="")
    # Empty when the browser kept no cookie: then nothing ties the row to a visit.
    visitor: Mapped[str] = mapped_column(String(32), default="")
    excluded_because: Mapped[str] = mapped_column(String(20), default="")
    variant: Mapped[str] = mapped_column(String(30))
    at_us: Mapped[int] = mapped_column(BigInteger)
    source: Mapped[str] = mapped_column(String(64))
    device: Mapped[str] = mapped_column(String(10))
    language: Mapped[str] = mapped_column(String(8), default="")
    is_converted: Mapped[bool] = mapped_column(default=False)
    # The exact words beside the button and the digest of the page, for the record of consent.
    consent: Mapped[str] = mapped_column(Text, default="")
    page_digest: Mapped[str] = mapped_column(String(64), default="")
    # Flagged, never dropped: a throw-away address, and a confirmation that a scanner may have sent.
    is_disposable: Mapped[bool] = mapped_column(default=False)
    is_automated: Mapped[bool] = mapped_column(default=False)
    # Another variant under which the same address came again, '' for none.
    other_variant: Mapped[str] = mapped_column(String(30), default="")
    # When our last mail to the address was queued: one a day at most. None for no mail.
    mailed_us: Mapped[int | None] = mapped_column(BigInteger)
    # Hash of the token in the mail that confirms or leaves.
    token_hash: Mapped[str] = mapped_column(String(64), default="")
    # Whether our mail asked to confirm the address. Only then it is erased if nobody does.
    is_asked_to_confirm: Mapped[bool] = mapped_column(default=False)
    confirmed_us: Mapped[int | None] = mapped_column(BigInteger)
    # The steps after the address. ``answer_hash`` is of the token in the form that asks for them.
    answer_hash: Mapped[str] = mapped_column(String(64), default="")
    # JSON: each question as it was asked, and what was answered; '' for none.
    answers: Mapped[str] = mapped_column(Text, default="")
    answered_us: Mapped[int | None] = mapped_column(BigInteger)
    # The first yes to the price, to a call, and the first click through to the pre-order. A ``no``
    # is the newest one, and None after a yes; without yes and no the step was skipped.
    price_us: Mapped[int | None] = mapped_column(BigInteger)
    price_no_us: Mapped[int | None] = mapped_column(BigInteger)
    call_us: Mapped[int | None] = mapped_column(BigInteger)
    call_no_us: Mapped[int | None] = mapped_column(BigInteger)
    preorder_us: Mapped[int | None] = mapped_column(BigInteger)
    # When the mail with the decision was queued.
    told_us: Mapped[int | None] = mapped_column(BigInteger)
    left_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


# Our mail asked to confirm the address, and nobody did.
IS_UNCONFIRMED = sa.and_(
    Signup.is_asked_to_confirm, Signup.confirmed_us.is_(None), Signup.left_at.is_(None)
)


class Objection(Base):
    """A visitor who objected to being counted, kept for a moment: see ``erasure``."""

    __tablename__ = "objections"

    experiment_id: Mapped[int] = mapped_column(ForeignKey(Experiment.id), primary_key=True)
    visitor: Mapped[str] = mapped_column(String(32), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class Newcomers(Base):
    """The marks of new visitors, of one group of events and one quarter of an hour.

    ``admitted`` of those who count, ``kept`` of those who do not and have a row: 16 bits for each
    visitor. ``quarter`` is in quarters of an hour since 1970; ``number`` rises from row to row of a
    test. Kept for a day. See ``recording.gate``.
    """

    __tablename__ = "newcomers"

    experiment_id: Mapped[int] = mapped_column(ForeignKey(Experiment.id), primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    quarter: Mapped[int]
    admitted: Mapped[bytes] = mapped_column(LargeBinary)
    kept: Mapped[bytes] = mapped_column(LargeBinary)


class CrowdNetwork(Base):
    """A mark that belongs to an announced crowd: its place in the sealed rule, and its people."""

    __tablename__ = "crowd_networks"

    experiment_id: Mapped[int] = mapped_column(ForeignKey(Experiment.id), primary_key=True)
    crowd: Mapped[int] = mapped_column(primary_key=True)
    mark: Mapped[int] = mapped_column(primary_key=True)
    admitted: Mapped[int] = mapped_column(default=0)


class NetworkFinding(Base):
    """What a look at the networks of a test found, as of that moment; ``findings`` as JSON.

    Of a purged test the words stay, and the marks in them go.
    """

    __tablename__ = "network_findings"

    experiment_id: Mapped[int] = mapped_column(ForeignKey(Experiment.id), primary_key=True)
    findings: Mapped[dict[str, Any]] = mapped_column(JSON)


class Engagement(Base):
    """What somebody did on the page, once each: of a fixed list, ``item`` says which."""

    __tablename__ = "engagements"

    experiment_id: Mapped[int] = mapped_column(ForeignKey(Experiment.id), primary_key=True)
    visitor: Mapped[str] = mapped_column(String(32), primary_key=True)
    kind: Mapped[str] = mapped_column(String(10), primary_key=True)
    item: Mapped[str] = mapped_column(String(16), primary_key=True)
    variant: Mapped[str] = mapped_column(String(30))
    at_us: Mapped[int] = mapped_column(BigInteger)


class EngagementCount(Base):
    """How many people did each of these things, and how many of those converted.

    Kept in the transaction that changes either.
    """

    __tablename__ = "engagement_counts"

    experiment_id: Mapped[int] = mapped_column(ForeignKey(Experiment.id), primary_key=True)
    variant: Mapped[str] = mapped_column(String(30), primary_key=True)
    kind: Mapped[str] = mapped_column(String(10), primary_key=True)
    item: Mapped[str] = mapped_column(String(16), primary_key=True)
    count: Mapped[int] = mapped_column(default=0)
    converted: Mapped[int] = mapped_column(default=0)


class SettingAside(Base):
    """A group that an owner takes out of the figures beside the sealed ones, or back into them.

    ``value`` says which group of its ``kind``: the marks of networks with commas between, the start
    of an hour in seconds since 1970, a mail domain, a source, or the reason for which people were
    left out. Marks and domains go with the visitors' rows; '' is left of them.
    """

    __tablename__ = "settings_aside"
    __table_args__ = (
        CheckConstraint("direction IN ('out', 'in')", name="direction"),
        CheckConstraint("kind IN ('mark', 'hour', 'domain', 'source', 'reason')", name="kind"),
    )

    experiment_id: Mapped[int] = mapped_column(ForeignKey(Experiment.id), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    direction: Mapped[str] = mapped_column(String(3))
    kind: Mapped[str] = mapped_column(String(10))
    value: Mapped[str] = mapped_column(Text)
    why: Mapped[str] = mapped_column(Text)
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    withdrawn_by_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    withdrawn_by: Mapped[Person | None] = relationship(foreign_keys=[withdrawn_by_id])


class Alarm(Base):
    """The owners were told of something unusual about a page, once for each hour and kind."""

    __tablename__ = "alarms"

    experiment_id: Mapped[int] = mapped_column(ForeignKey(Experiment.id), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    hour: Mapped[int] = mapped_column(BigInteger, primary_key=True)


class MachineCount(Base):
    """Requests of bots, link previews and prefetches, counted by hour; never rows.

    ``variant`` is what they were shown, ``hour`` as in the roll-up of people. Under the reason
    ``lost`` stand events of people that the store did not take, of whom no more is known.
    """

    __tablename__ = "machine_counts"

    experiment_id: Mapped[int] = mapped_column(ForeignKey(Experiment.id), primary_key=True)
    variant: Mapped[str] = mapped_column(String(30), primary_key=True)
    hour: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    reason: Mapped[str] = mapped_column(String(20), primary_key=True)
    family: Mapped[str] = mapped_column(String(60), primary_key=True)
    count: Mapped[int] = mapped_column(default=0)


class PeopleCounted:
    """The columns of every roll-up of people, behind its key. See ``HourlyCount``."""

    served: Mapped[int] = mapped_column(default=0, sort_order=1)
    seen: Mapped[int] = mapped_column(default=0, sort_order=1)
    converted: Mapped[int] = mapped_column(default=0, sort_order=1)
    arrived: Mapped[int] = mapped_column(default=0, sort_order=1)
    signups: Mapped[int] = mapped_column(default=0, sort_order=1)
    unseen: Mapped[int] = mapped_column(default=0, sort_order=1)
    confirmed: Mapped[int] = mapped_column(default=0, sort_order=1)
    answered: Mapped[int] = mapped_column(default=0, sort_order=1)
    price: Mapped[int] = mapped_column(default=0, sort_order=1)
    price_no: Mapped[int] = mapped_column(default=0, sort_order=1)
    call: Mapped[int] = mapped_column(default=0, sort_order=1)
    call_no: Mapped[int] = mapped_column(default=0, sort_order=1)
    preorder: Mapped[int] = mapped_column(default=0, sort_order=1)


class HourlyCount(PeopleCounted, Base):
    """The roll-up that dashboards read, kept in the transaction that inserts the events.

    ``hour`` is the start, in whole seconds since 1970, of an hour of the experiment's own time
    zone, so that hours add up to local days. Columns count rows with no reason for exclusion:

    served      first visits, by their hour
    seen        counted sightings, by their hour (n)
    converted   conversions, by the hour of the *sighting* (x of that cohort)
    arrived     the same conversions, by the hour of what the rule counts: the sign-up, its
                confirmation, or what people did after it
    signups     all sign-ups, with beacon or without, by the hour they arrived
    unseen      those of them without a counted sighting, or outside the window
    confirmed   those of ``signups`` that were confirmed, by the hour the *sign-up* arrived
    answered    those of ``signups`` that answered a question afterwards, by the same hour
    price       those of ``signups`` that said yes to the price, likewise
    price_no    those of ``signups`` that said no to it, likewise
    call        those of ``signups`` that agreed to a call, likewise
    call_no     those of ``signups`` that said no to it, likewise
    preorder    those of ``signups`` that clicked through to the pre-order, likewise

    ``converted`` and ``arrived`` stand at variant, source and device of the sighting, the
    sign-ups at their own. Rows that do not count stand under ``excluded_because``, with the same
    meaning.
    """

    __tablename__ = "hourly_counts"

    experiment_id: Mapped[int] = mapped_column(ForeignKey(Experiment.id), primary_key=True)
    variant: Mapped[str] = mapped_column(String(30), primary_key=True)
    hour: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    source: Mapped[str] = mapped_column(String(64), primary_key=True)
    device: Mapped[str] = mapped_column(String(10), primary_key=True)
    language: Mapped[str] = mapped_column(String(8), primary_key=True, default="")
    excluded_because: Mapped[str] = mapped_column(String(20), primary_key=True, default="")


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


COLUMNS = tuple(PeopleCounted.__annotations__)
# Sums are read as plain rows: as attributes of the classes each of them would cost twice as much.
VISITS = cast(sa.Table, Visit.__table__)
SIGHTINGS = cast(sa.Table, Sighting.__table__)
SIGNUPS = cast(sa.Table, Signup.__table__)
ENGAGEMENTS = cast(sa.Table, Engagement.__table__)
ENGAGEMENT_COUNTS = cast(sa.Table, EngagementCount.__table__)
MACHINE_COUNTS = cast(sa.Table, MachineCount.__table__)
HOURLY_COUNTS = cast(sa.Table, HourlyCount.__table__)
HOUR_TOTALS = cast(sa.Table, HourTotal.__table__)
DAY_TOTALS = cast(sa.Table, DayTotal.__table__)
KIND_TOTALS = cast(sa.Table, KindTotal.__table__)
NEWCOMERS = cast(sa.Table, Newcomers.__table__)
CROWD_NETWORKS = cast(sa.Table, CrowdNetwork.__table__)
OBJECTIONS = cast(sa.Table, Objection.__table__)
