"""Tries at one secret, such as somebody's password: so many in a while from one place.

The verb that compares counts them. How much one IP may ask is counted before (``limits``).
"""

from collections.abc import Iterator
from contextlib import contextmanager

from wbtest.team import limits, origin

# From one IP, session or known browser.
MOST = (10, limits.QUARTER)
# From everywhere together. Who is known goes on, so that strangers lock nobody out.
MOST_OF_STRANGERS = (100, limits.HOUR)


@contextmanager
def counted(account: str, known_as: str = "") -> Iterator[None]:
    """Count one more try at this account's secret; all are forgiven when the block does not raise.

    ``known_as`` names the session or browser that asks, where the account knows it; the IP
    counts otherwise. Counting is a write of its own, so this must not stand inside
    ``store.writing``. Raises RateLimited when it may not be tried any more; then nothing is
    compared.
    """
    place = known_as or (limits.line() if origin.is_asked() else "")
    counts = {f"tries {place} {account}": MOST}
    if not known_as:
        counts[f"tries anywhere {account}"] = MOST_OF_STRANGERS
    for key, (most, lasts) in counts.items():
        limits.admit(key, most, lasts)
    yield
    limits.forgive(counts)
