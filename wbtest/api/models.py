"""Answers that are kept for a day, so that whoever asks twice is not served twice."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from wbtest.extensions import Base
from wbtest.store import UtcDateTime
from wbtest.team.token_models import ApiToken


class KeptAnswer(Base):
    """What was answered to a POST that carried an ``Idempotency-Key``; no status while it runs."""

    __tablename__ = "kept_answers"

    token_id: Mapped[int] = mapped_column(
        ForeignKey(ApiToken.id, ondelete="CASCADE"), primary_key=True
    )
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    # HMAC of method, address and body.
    digest: Mapped[str] = mapped_column(String(64))
    kept_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    status: Mapped[int | None]
    headers: Mapped[dict[str, Any]] = mapped_column(JSON)
    body: Mapped[bytes] = mapped_column(LargeBinary)
