"""When a mail or an event for a webhook that failed is tried again, and when it's given up."""

from datetime import timedelta

LONGEST_WAIT = timedelta(hours=11)
MOST_ATTEMPTS = 13
# A server may be down from Friday to Monday.
GIVEN_UP_AFTER = timedelta(hours=72)
# A webhook whose server is away is asked at least this often, by one of its events.
LONGEST_REST = timedelta(hours=1)


def wait_after(attempts: int) -> timedelta:
    """How long to wait after that many failures: 1, 3, 9 … minutes, at most 11 hours.

    All attempts together take the 72 hours after which one gives up.

    >>> sum((wait_after(n) for n in range(1, MOST_ATTEMPTS)), timedelta()) // timedelta(hours=1)
    72
    """
    # The exponent is bounded, since a webhook may fail more often than one can raise three to.
    factor: int = 3 ** (min(max(attempts, 1), 10) - 1)
    return min(timedelta(minutes=factor), LONGEST_WAIT)


def rest_after(failures: int) -> timedelta:
    """How long a webhook whose server is away rests: 1, 3, 9, 27 and then every 60 minutes."""
    return min(wait_after(failures), LONGEST_REST)
