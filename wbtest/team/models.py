"""The team, its people and their accounts: sessions, second factors, tokens, the audit log."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    DDL,
    JSON,
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    String,
    Text,
    event,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from wbtest.extensions import Base
from wbtest.store import UtcDateTime


class TeamSettings(Base):
    """What the team is called, and who answers for its pages: one row, from the set-up on."""

    __tablename__ = "team_settings"
    __table_args__ = (CheckConstraint("approvals BETWEEN 1 AND 9", name="approvals"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    # Who is responsible for the public pages, as the privacy page names it.
    controller: Mapped[str] = mapped_column(String(300))
    contact_email: Mapped[str] = mapped_column(String(320))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # How many must approve a text, and the ids of people who must be among them.
    approvals: Mapped[int] = mapped_column(default=1)
    required: Mapped[list[int]] = mapped_column(JSON, default=list)
    # For the coach, a line each: words it marks, words it lets pass, ids of rules that are off.
    jargon: Mapped[str] = mapped_column(Text, default="")
    allowed: Mapped[str] = mapped_column(Text, default="")
    muted: Mapped[str] = mapped_column(Text, default="")


class PagesVersion(Base):
    """One row that grows when what public pages show changed; the door polls it."""

    __tablename__ = "pages_version"

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(default=0)


class Person(Base):
    """Somebody with a log-in. Who leaves the team stays here, as the author of what they wrote."""

    __tablename__ = "people"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(320), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    password_hash: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    # Flask-Login asks this of the person it finds.
    is_authenticated = True


class Membership(Base):
    """A person who is in the team, and what they may do. Roles are a ladder."""

    __tablename__ = "memberships"
    __table_args__ = (
        CheckConstraint("role IN ('viewer', 'editor', 'approver', 'owner')", name="role"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id), primary_key=True)
    role: Mapped[str] = mapped_column(String(10))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # Whether their way home leads to the start page: until the first visitor came, or they hid it.
    sees_start: Mapped[bool] = mapped_column(default=True)

    person: Mapped[Person] = relationship()


class LoginSession(Base):
    """One device that is logged in. Only a hash of its token is kept; deleting it logs out."""

    __tablename__ = "login_sessions"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # What its browser says it is, in a few words, and the part of its address that many share.
    device: Mapped[str] = mapped_column(String(60), default="")
    network: Mapped[str] = mapped_column(String(50), default="")
    # Noted once an hour at most, and only after the first.
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # When its person last proved who they are: at the log-in, or where it was asked for again.
    proved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    person: Mapped[Person] = relationship()


class Invitation(Base):
    """An open invitation; gone when it is accepted or taken back. Only a hash of it is kept."""

    __tablename__ = "invitations"
    __table_args__ = (
        CheckConstraint("role IN ('viewer', 'editor', 'approver', 'owner')", name="role"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(320), unique=True)
    role: Mapped[str] = mapped_column(String(10))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    invited_by_id: Mapped[int] = mapped_column(ForeignKey(Person.id))
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)

    invited_by: Mapped[Person] = relationship()


class SetupLink(Base):
    """The one-time link that the server prints while there is no owner."""

    __tablename__ = "setup_links"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class LimitCount(Base):
    """How often something was done in a part of a stretch of time; shared by all processes."""

    __tablename__ = "limit_counts"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, primary_key=True, index=True)
    hits: Mapped[int]


class LimitKey(Base):
    """The random key under which limits are counted on a day (UTC). No backup holds it."""

    __tablename__ = "limit_keys"

    day: Mapped[date] = mapped_column(primary_key=True)
    secret: Mapped[bytes]


class AuditLine(Base):
    """Somebody did something that matters. Added, and never changed; it outlives what it is about.

    ``who`` and ``about`` are words of that moment, so that they stay readable.
    """

    __tablename__ = "audit_lines"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    action: Mapped[str] = mapped_column(String(40))
    about: Mapped[str] = mapped_column(String(300))
    person_id: Mapped[int | None]
    who: Mapped[str] = mapped_column(String(450))
    # The token with which a program did it for them, by its name and how it begins; '' without.
    token: Mapped[str] = mapped_column(String(120), default="", server_default="")
    # A part of the address that thousands share: 203.0.113.0/24.
    network: Mapped[str] = mapped_column(String(50))


# The database itself refuses a change. Lines may go when the team is gone.
_LEFT = "EXISTS (SELECT 1 FROM team_settings)"
GUARDS = {
    "sqlite": (
        "CREATE TRIGGER audit_lines_stay_as_they_are BEFORE UPDATE ON audit_lines"
        " BEGIN SELECT RAISE(ABORT, 'lines of the audit log are never changed'); END",
        # INSERT OR REPLACE deletes a line without asking the trigger for that.
        "CREATE TRIGGER audit_lines_stay_themselves BEFORE INSERT ON audit_lines"
        " WHEN EXISTS (SELECT 1 FROM audit_lines WHERE id = NEW.id)"
        " BEGIN SELECT RAISE(ABORT, 'lines of the audit log are never changed'); END",
        f"CREATE TRIGGER audit_lines_stay BEFORE DELETE ON audit_lines WHEN {_LEFT}"
        " BEGIN SELECT RAISE(ABORT, 'lines of the audit log are never deleted'); END",
    ),
    "postgresql": (
        "CREATE OR REPLACE FUNCTION keep_audit_lines() RETURNS trigger LANGUAGE plpgsql AS $$"
        f" BEGIN IF TG_OP = 'DELETE' THEN IF NOT ({_LEFT}) THEN RETURN OLD; END IF; END IF;"
        " RAISE EXCEPTION 'lines of the audit log are never changed or deleted'; END $$",
        "CREATE TRIGGER audit_lines_stay BEFORE UPDATE OR DELETE ON audit_lines"
        " FOR EACH ROW EXECUTE FUNCTION keep_audit_lines()",
        "CREATE TRIGGER audit_lines_stay_together BEFORE TRUNCATE ON audit_lines"
        " FOR EACH STATEMENT EXECUTE FUNCTION keep_audit_lines()",
    ),
}
for _database, _statements in GUARDS.items():
    for _statement in _statements:
        event.listen(
            AuditLine.__table__,
            "after_create",
            DDL(_statement.replace("%", "%%")).execute_if(dialect=_database),  # type: ignore[no-untyped-call]
        )


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


class ApiToken(Base):
    """A program acts in the name of the member who made its token; deleting it ends that.

    It hangs on the membership: a member who leaves the team takes their tokens along.
    """

    __tablename__ = "api_tokens"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(
        ForeignKey(Membership.person_id, ondelete="CASCADE"), index=True
    )
    name: Mapped[str] = mapped_column(String(80))
    # How it begins, so that people can tell theirs apart.
    prefix: Mapped[str] = mapped_column(String(12))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    # Names of scopes, with spaces between.
    scopes: Mapped[str] = mapped_column(String(40))
    # Their role when they made it; with a lower one the token opens nothing any more.
    role: Mapped[str] = mapped_column(String(10))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_used_on: Mapped[date | None]

    membership: Mapped[Membership] = relationship(viewonly=True)
    person: Mapped[Person] = relationship(
        primaryjoin="foreign(ApiToken.person_id) == Person.id", viewonly=True
    )

    @property
    def called(self) -> str:
        """How people tell it from their others: its name, and how it begins."""
        return f"“{self.name}” ({self.prefix}…)"
