"""Keys to the API, as they are kept: without what would let anybody in."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from wbtest.extensions import Base
from wbtest.store import UtcDateTime
from wbtest.team.models import Membership, Person


class ApiToken(Base):
    """A program acts in the name of whoever made its token; deleting it ends it.

    It hangs on the membership: whoever leaves the team takes their tokens along.
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
