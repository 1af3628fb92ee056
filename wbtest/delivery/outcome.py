"""What a webhook's server said of an event, and what that means. Pure."""

from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import NamedTuple

from wbtest.delivery.backoff import GIVEN_UP_AFTER

# What is wrong with one event and not with the webhook.
ABOUT_THE_EVENT = (400, 409, 413, 415, 422)
MOST_WORDS = 200


class Outcome(NamedTuple):
    """What the webhook's server said of an event; ``code`` is None when it did not answer."""

    code: int | None
    error: str
    retry_after: timedelta = timedelta()

    @property
    def is_sent(self) -> bool:
        return self.code is not None and 200 <= self.code < 300

    @property
    def is_gone(self) -> bool:
        """Whether the other side wants nothing more, ever."""
        return self.code == HTTPStatus.GONE

    @property
    def is_away(self) -> bool:
        """Whether the next event would fare no better."""
        return not self.is_sent and self.code not in ABOUT_THE_EVENT


def outcome_of(status: int, said: bytes, asked: str, now: datetime) -> Outcome:
    """Return what an answer means; ``asked`` is its Retry-After, '' for none."""
    if 200 <= status < 300:
        return Outcome(status, "")
    return Outcome(status, _words(status, said), retry_after(asked, now))


def retry_after(text: str, now: datetime) -> timedelta:
    """How long a server asks us to wait, in seconds or until a date; at most three days.

    >>> from datetime import UTC
    >>> retry_after("120", datetime(2027, 3, 1, tzinfo=UTC))
    datetime.timedelta(seconds=120)
    """
    if text.isascii() and text.isdigit():
        asked = timedelta(seconds=min(int(text[:9]), GIVEN_UP_AFTER.total_seconds()))
    else:
        try:
            asked = parsedate_to_datetime(text) - now
        except (ValueError, TypeError, OverflowError):
            return timedelta()
    return min(max(asked, timedelta()), GIVEN_UP_AFTER)


def _words(code: int, body: bytes) -> str:
    """Status and the first words of an answer."""
    try:
        status = f"{code} {HTTPStatus(code).phrase}"
    except ValueError:
        status = str(code)
    if 300 <= code < 400:
        return f"{status}: it sends us to another address, which we do not follow."
    said = " ".join(body.decode("utf-8", "replace").replace("\0", " ").split())[:MOST_WORDS]
    return f"{status}: {said}" if said else f"{status}."
