"""Tries at one secret, such as somebody's password: so many in a while from one place.

The verb that compares counts them. How much one network may ask is counted before (``limits``).
"""

from collections.abc import Iterator
from contextlib import contextmanager

from limits import RateLimitItem, parse

from wbtest.extensions import clock, limiter
from wbtest.store import Refused
from wbtest.team import limits, origin

# From one network, session or known browser.
MOST = parse("10 per 15 minutes")
# From all networks together. Who is known goes on, so that strangers lock nobody out.
MOST_OF_STRANGERS = parse("100 per hour")
# Beside the name of the account, so that no limit of another kind counts the same.
KIND = "account"


class TooManyTries(Refused):
    """Somebody guesses, or forgot."""

    status = 429

    def __init__(self, seconds: int) -> None:
        super().__init__(in_words(seconds))
        self.seconds = seconds


@contextmanager
def counted(account: str, known_as: str = "") -> Iterator[None]:
    """Count one more try at this account's secret; all are forgiven when the block does not raise.

    ``known_as`` names the session or browser that asks, where the account knows it; the network
    counts otherwise. Counting is a write of its own, so this must not stand inside
    ``store.writing``. Raises TooManyTries when it may not be tried any more; then nothing is
    compared.
    """
    place = known_as or (limits.network() if origin.is_asked() else "")
    counts = [(MOST, place)] if known_as else [(MOST, place), (MOST_OF_STRANGERS, "anywhere")]
    for most, where in counts:
        _count(most, where, account)
    yield
    for most, where in counts:
        limiter.limiter.clear(most, where, account, KIND)


def _count(most: RateLimitItem, *where: str) -> None:
    if not limiter.limiter.hit(most, *where, KIND):
        ends = limiter.limiter.get_window_stats(most, *where, KIND).reset_time
        raise TooManyTries(max(1, round(ends - clock.now().timestamp())))


def in_words(seconds: int) -> str:
    """Return what to say to whoever has to wait.

    >>> in_words(61)
    'Wait 2 minutes, then try again.'
    """
    minutes = -(-seconds // 60)
    wait = "a minute" if minutes == 1 else f"{minutes} minutes"
    return f"Wait {wait}, then try again."
