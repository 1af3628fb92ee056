"""Rows of the outbox, the webhooks they may go to, and what the background worker last did."""

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from wbtest.delivery.chat_messages import service_of
from wbtest.extensions import Base
from wbtest.store import UtcDateTime


class OutboxMail(Base):
    """A mail, committed with what caused it and sent later, at least once, under one id."""

    __tablename__ = "outbox_mails"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'sent', 'failed', 'bounced')", name="state"),
        Index(None, "state", "due_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[str] = mapped_column(String(200), unique=True)
    recipient: Mapped[str] = mapped_column(String(320))
    subject: Mapped[str] = mapped_column(String(300))
    body: Mapped[str] = mapped_column(Text)
    # The test whose page it looks like as HTML, None for plain text alone.
    experiment_id: Mapped[int | None] = mapped_column(ForeignKey("experiments.id"))
    # RFC 8058 one-click address, empty for mail to the team.
    leave_url: Mapped[str] = mapped_column(String(500), default="")
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # When it is tried next; of one that is settled, when that was.
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Webhook(Base):
    """An address that is told of events, signed with a secret both sides know."""

    __tablename__ = "webhooks"
    __table_args__ = (CheckConstraint("state IN ('active', 'disabled')", name="state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    url: Mapped[str] = mapped_column(String(500))
    secret: Mapped[str] = mapped_column(String(100))
    # Names of the events it wants.
    events: Mapped[list[str]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(10), default="active")
    # Why it was disabled, in a sentence.
    reason: Mapped[str] = mapped_column(Text, default="")
    # Failures in a row, and until when nothing is sent there after the last one.
    failures: Mapped[int] = mapped_column(default=0)
    rests_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    @property
    def service(self) -> str:
        """The chat app that it posts messages to, '' where it sends signed events."""
        return service_of(self.url)


class OutboxEvent(Base):
    """One event for one webhook, committed with what caused it; ``event_id`` is the webhook-id."""

    __tablename__ = "outbox_events"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'sent', 'failed')", name="state"),
        UniqueConstraint("webhook_id", "event_id"),
        Index(None, "state", "due_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    webhook_id: Mapped[int] = mapped_column(ForeignKey(Webhook.id), index=True)
    event_id: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(40))
    body: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    attempts: Mapped[int] = mapped_column(default=0)
    # The status of the last answer, None when there was none; and what was wrong with it.
    code: Mapped[int | None]
    error: Mapped[str] = mapped_column(Text, default="")
    # When it was put into the queue; set again when an owner sends it again.
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # When it is tried next; of one that is settled, when that was.
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class JobRun(Base):
    """When a job of the worker last ran, and how it went; ``doctor`` reads this."""

    __tablename__ = "job_runs"

    name: Mapped[str] = mapped_column(String(50), primary_key=True)
    ran_at: Mapped[datetime] = mapped_column(UtcDateTime)
    succeeded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    error: Mapped[str] = mapped_column(Text, default="")
