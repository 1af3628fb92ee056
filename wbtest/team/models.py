"""People, the workspaces they share, and their sessions."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from wbtest.extensions import Base
from wbtest.store import UtcDateTime


class Workspace(Base):
    """A team's room: its releases, experiments and the name that answers for its pages."""

    __tablename__ = "workspaces"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    # Who is responsible for the public pages, as the privacy page names it.
    controller: Mapped[str] = mapped_column(String(300))
    contact_email: Mapped[str] = mapped_column(String(320))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Person(Base):
    """Somebody with a log-in."""

    __tablename__ = "people"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(320), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    password_hash: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    # Flask-Login asks this of whoever it finds.
    is_authenticated = True


class Membership(Base):
    """What a person may do in a workspace. Roles are a ladder."""

    __tablename__ = "memberships"
    __table_args__ = (
        CheckConstraint("role IN ('viewer', 'editor', 'approver', 'owner')", name="role"),
    )

    workspace_id: Mapped[int] = mapped_column(ForeignKey(Workspace.id), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id), primary_key=True, index=True)
    role: Mapped[str] = mapped_column(String(10))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    workspace: Mapped[Workspace] = relationship()
    person: Mapped[Person] = relationship()


class LoginSession(Base):
    """One device that is logged in. Only a hash of its token is kept; deleting it logs out."""

    __tablename__ = "login_sessions"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)

    person: Mapped[Person] = relationship()


class SetupLink(Base):
    """The one-time link that the server prints while there is no owner."""

    __tablename__ = "setup_links"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class LimitCount(Base):
    """How often something was tried in a window of time; shared by all processes."""

    __tablename__ = "limit_counts"

    key: Mapped[str] = mapped_column(String(300), primary_key=True)
    hits: Mapped[int]
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
