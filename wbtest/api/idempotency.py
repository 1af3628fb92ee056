"""A POST with an ``Idempotency-Key`` is done once: who repeats it gets the first answer again.

Its row is stored before it is done. So where a process dies in between, nothing is done twice, and
who repeats it is told that nobody knows; they look, and use a new key.
"""

import hmac
import re
from datetime import datetime, timedelta
from typing import Any

from flask import Response
from sqlalchemy import JSON, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from wbtest.api.serialization import BadRequest, JsonResponse
from wbtest.extensions import Base, clock, db, runtime
from wbtest.store import Refused, UtcDateTime, insert, writing
from wbtest.team.models import ApiToken

KEPT_FOR = timedelta(hours=24)
# Headers that a repeated answer keeps; all others are set again.
TOLD_AGAIN = ("Content-Type", "Location", "ETag")
_KEY = re.compile(r"[\x21-\x7e]{1,255}")


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


class KeyReused(Refused):
    """A key that came before with another request."""

    status = 422

    def __init__(self) -> None:
        super().__init__("This Idempotency-Key was used with another request. Use a new one.")


class StillRunning(Refused):
    """A repeated request whose first is not answered yet, and perhaps never will be."""

    def __init__(self) -> None:
        super().__init__(
            "The first request with this Idempotency-Key hasn’t been answered yet. Try again in a "
            "few seconds. If that doesn’t help, check whether it was done before you use a new key."
        )


def check_key(key: str) -> str:
    """Return a key that can be kept. Raises BadRequest."""
    if not _KEY.fullmatch(key):
        raise BadRequest(
            "An Idempotency-Key has 1 to 255 letters, digits and signs, without spaces."
        )
    return key


def digest_of(method: str, address: str, if_match: str, body: bytes) -> str:
    """Return what tells one request from another.

    Under the server's own key: a body may hold a password, and a bare hash of it could be guessed.
    """
    key = runtime().settings.secret_key
    told = b"\0".join((method.encode(), address.encode(), if_match.encode(), body))
    return hmac.new(key.encode(), told, "sha256").hexdigest()


def begin_request(token_id: int, key: str, digest: str) -> Response | None:
    """Begin a request under a key: None, or the answer that it got before.

    Raises KeyReused and StillRunning.
    """
    now = clock.now()
    with writing() as session:
        session.execute(
            db.delete(KeptAnswer).where(
                KeptAnswer.token_id == token_id,
                KeptAnswer.key == key,
                KeptAnswer.kept_at <= now - KEPT_FOR,
            )
        )
        row = {"token_id": token_id, "key": key, "digest": digest, "kept_at": now}
        begun = (
            insert(db.engine.dialect.name, KeptAnswer)
            .values(**row, status=None, headers={}, body=b"")
            .on_conflict_do_nothing()
            .returning(KeptAnswer.key)
        )
        if session.execute(begun).first() is not None:
            return None
        kept = session.get_one(KeptAnswer, (token_id, key))
        if kept.digest != digest:
            raise KeyReused
        if kept.status is None:
            raise StillRunning
        return Response(kept.body, kept.status, kept.headers)


def keep_answer(token_id: int, key: str, answer: Response) -> None:
    """Keep an answer for a repeat of the request; a refusal is forgotten, since it did nothing.

    A fault of ours stays open: what was done by then, nobody knows. A secret is told once: of an
    answer that holds one, what is kept is its ``again``.
    """
    if answer.status_code >= 500 and answer.status_code != 503:
        return
    row = (KeptAnswer.token_id == token_id, KeptAnswer.key == key)
    with writing() as session:
        if answer.status_code >= 400:
            session.execute(db.delete(KeptAnswer).where(*row))
            return
        again = answer.again if isinstance(answer, JsonResponse) else None
        body = answer.get_data() if again is None else again
        headers = {name: answer.headers[name] for name in TOLD_AGAIN if name in answer.headers}
        session.execute(
            db.update(KeptAnswer)
            .where(*row)
            .values(status=answer.status_code, headers=headers, body=body)
        )


def forget_old_answers(now: datetime) -> None:
    """Delete what was kept for long enough; a job of the worker."""
    with writing() as session:
        session.execute(db.delete(KeptAnswer).where(KeptAnswer.kept_at <= now - KEPT_FOR))
