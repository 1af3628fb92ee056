"""Tries at one secret, such as somebody's password: so many in a while, wherever they come from.

The verb that compares counts them. How much one network may ask is counted before (``limits``).
"""

from collections.abc import Iterator
from contextlib import contextmanager

from limits import parse

from wbtest.extensions import clock, limiter
from wbtest.store import Refused

MOST = parse("10 per 15 minutes")
# Beside the name of the account, so that no limit of another kind counts the same.
KIND = "account"


class TooManyTries(Refused):
    """Somebody guesses, or forgot."""

    status = 429

    def __init__(self, seconds: int) -> None:
        super().__init__(in_words(seconds))
        self.seconds = seconds


@contextmanager
def counted(account: str) -> Iterator[None]:
    """Count one more try at this account's secret; all are forgiven when the block does not raise.

    Counting is a write of its own, so this must not stand inside ``store.writing``. Raises
    TooManyTries when it may not be tried any more; then nothing is compared.
    """
    if not limiter.limiter.hit(MOST, account, KIND):
        ends = limiter.limiter.get_window_stats(MOST, account, KIND).reset_time
        raise TooManyTries(max(1, round(ends - clock.now().timestamp())))
    yield
    limiter.limiter.clear(MOST, account, KIND)


def in_words(seconds: int) -> str:
    """Return what to say to whoever has to wait.

    >>> in_words(61)
    'Wait 2 minutes, then try again.'
    """
    minutes = -(-seconds // 60)
    wait = "a minute" if minutes == 1 else f"{minutes} minutes"
    return f"Wait {wait}, then try again."
