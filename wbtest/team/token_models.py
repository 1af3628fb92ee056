"""Keys to the API, as they are kept: without what would let anybody in."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from wbtest.extensions import Base
from wbtest.store import UtcDateTime
from wbtest.team.models import Membership, Person, Workspace


class ApiToken(Base):
    """A program acts in the name of whoever made its token, in one workspace; deleting it ends it.

    It hangs on the membership: whoever leaves the workspace takes their tokens along.
    """

    __tablename__ = "api_tokens"
    __table_args__ = (
        ForeignKeyConstraint(
            ["workspace_id", "person_id"],
            [Membership.workspace_id, Membership.person_id],
            ondelete="CASCADE",
        ),
        Index(None, "workspace_id", "person_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey(Workspace.id))
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id), index=True)
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

    membership: Mapped[Membership] = relationship(
        viewonly=True, primaryjoin="and_(ApiToken.workspace_id == Membership.workspace_id, "
        "ApiToken.person_id == Membership.person_id)", foreign_keys=[workspace_id, person_id],
    )  # fmt: skip
    person: Mapped[Person] = relationship(foreign_keys=[person_id])

    @property
    def called(self) -> str:
        """How people tell it from their others: its name, and how it begins."""
        return f"“{self.name}” ({self.prefix}…)"
