"""A POST with an ``Idempotency-Key`` is done once: whoever repeats it gets the answer of then.

Its row is stored before it is done. So where a process dies in between, nothing is done twice, and
whoever repeats it is told that nobody knows; they look, and use a new key.
"""

import hmac
import re
from datetime import datetime, timedelta

from flask import Response

from wbtest.api.answers import Told
from wbtest.api.bodies import Unfit
from wbtest.api.models import KeptAnswer
from wbtest.extensions import clock, db
from wbtest.runtime import runtime
from wbtest.store import Refused, insert, writing

KEPT_FOR = timedelta(hours=24)
# Headers of an answer that are told again; all others are made anew.
TOLD_AGAIN = ("Content-Type", "Location", "ETag")
_KEY = re.compile(r"[\x21-\x7e]{1,255}")


class UsedOtherwise(Refused):
    """A key that came before with another request."""

    status = 422

    def __init__(self) -> None:
        super().__init__("This Idempotency-Key came before with another request: use a new one.")


class StillRunning(Refused):
    """A repeated request whose first is not answered yet, and perhaps never will be."""

    def __init__(self) -> None:
        super().__init__(
            "The first request with this Idempotency-Key is not answered yet. Try again in a few "
            "seconds. If it stays so, look whether it was done before you use a new key."
        )


def checked_key(key: str) -> str:
    """Return a key that can be kept. Raises Unfit."""
    if not _KEY.fullmatch(key):
        raise Unfit("An Idempotency-Key is 1 to 255 letters, digits and signs without spaces.")
    return key


def digest_of(method: str, address: str, if_match: str, body: bytes) -> str:
    """Return what tells one request from another.

    Under the server's own key: a body may hold a password, and a bare hash of it could be guessed.
    """
    key = runtime().settings.secret_key
    told = b"\0".join((method.encode(), address.encode(), if_match.encode(), body))
    return hmac.new(key.encode(), told, "sha256").hexdigest()


def claim(token_id: int, key: str, digest: str) -> Response | None:
    """Begin a request under a key: None, or the answer that it got before.

    Raises UsedOtherwise and StillRunning.
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
            raise UsedOtherwise
        if kept.status is None:
            raise StillRunning
        return Response(kept.body, kept.status, kept.headers)


def keep(token_id: int, key: str, answer: Response) -> None:
    """Keep an answer for whoever repeats the request; a refusal is forgotten, since it did nothing.

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
        again = answer.again if isinstance(answer, Told) else None
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
