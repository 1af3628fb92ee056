"""Tries for an account that no decorator counts: where a form asks on behalf of any other one."""

from limits import parse

from wbtest.extensions import clock, limiter
from wbtest.store import Refused
from wbtest.team.limits import ACCOUNT


class TooManyTries(Refused):
    """Somebody guesses, or forgot."""

    status = 429

    def __init__(self, seconds: int) -> None:
        super().__init__(in_words(seconds))
        self.seconds = seconds


def count_try(limit: str, account: str) -> None:
    """Count one more try for this account, among those of the views with ``per_account``.

    Raises TooManyTries when it may not be tried any more.
    """
    item = parse(limit)
    if not limiter.limiter.hit(item, account, ACCOUNT):
        ends = limiter.limiter.get_window_stats(item, account, ACCOUNT).reset_time
        raise TooManyTries(max(1, round(ends - clock.now().timestamp())))


def forgive_tries(limit: str, account: str) -> None:
    """Forget what ``count_try`` counted: it was the account's own person."""
    limiter.limiter.clear(parse(limit), account, ACCOUNT)


def in_words(seconds: int) -> str:
    """Return what to say to whoever has to wait.

    >>> in_words(61)
    'Wait 2 minutes, then try again.'
    """
    minutes = -(-seconds // 60)
    wait = "a minute" if minutes == 1 else f"{minutes} minutes"
    return f"Wait {wait}, then try again."
