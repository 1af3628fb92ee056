"""Rows of one person's account: links that change it, the second factor, the mails they want."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, Date, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from wbtest.extensions import Base
from wbtest.store import UtcDateTime
from wbtest.team.models import Person


class AccountLink(Base):
    """A link in a mail that changes a log-in once. Only a hash is kept; deleting it spends it."""

    __tablename__ = "account_links"
    __table_args__ = (CheckConstraint("kind IN ('reset', 'email')", name="kind"),)

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    # The address that was written to and will be the log-in's; '' for a new password.
    new_email: Mapped[str] = mapped_column(String(320), default="")
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)

    person: Mapped[Person] = relationship()


class SecondFactor(Base):
    """The secret that a person's phone shares with us, and how far its codes are used up."""

    __tablename__ = "second_factors"

    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id), primary_key=True)
    # Encrypted under the server's key, so that a copy of the database makes no codes.
    secret: Mapped[str] = mapped_column(String(200))
    # The time step of the newest code that was taken: no code is taken twice.
    last_step: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class RecoveryCode(Base):
    """A code on paper, for who has lost the phone. Only a hash is kept; deleting it spends it."""

    __tablename__ = "recovery_codes"

    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id), index=True)


class DailyMail(Base):
    """Whether a person wants the mail of the day, and which morning was its last."""

    __tablename__ = "daily_mails"

    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id), primary_key=True)
    is_wanted: Mapped[bool] = mapped_column(default=True)
    # Where the person's mornings are, '' until they say so.
    time_zone: Mapped[str] = mapped_column(String(60), default="")
    # The last morning, there, on which it was looked whether there is something to tell.
    looked_on: Mapped[date | None] = mapped_column(Date)
    # The person's role then, and the moment up to which each thing was told; {} for nothing.
    told: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class MailChoice(Base):
    """Whether a member wants mails about tests; without a row their role decides."""

    __tablename__ = "mail_choices"

    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id), primary_key=True)
    is_wanted: Mapped[bool]
