"""Hours and days of a place: which local hour a moment falls into, which day an hour. Pure.

An hour is named by its first second since 1970. Where a clock is put forward or back, every moment
still falls into exactly one hour, and hours add up to local days of 23, 24, 24.5 or 25 hours.
"""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

# Since 1972 every zone is off UTC by whole quarters and changes at one, so no quarter hour of UTC
# lies in two local hours.
QUARTER_SECONDS = 900
QUARTER_US = QUARTER_SECONDS * 1_000_000
HOUR_SECONDS = 3600
HOUR_US = HOUR_SECONDS * 1_000_000


def hour_of(at_us: int, zone: str) -> int:
    """Return the start of the local hour of ``at_us``, in whole seconds since 1970.

    ``at_us`` is in microseconds since 1970, ``zone`` an IANA name.

    >>> hour_of(1_800_000_000_000_000, "Asia/Kathmandu")
    1799997300
    """
    return _hour_of_quarter(at_us // QUARTER_US, zone)


def day_of(hour: int, zone: str) -> date:
    """Return the local day in which an hour lies.

    >>> day_of(1799997300, "Asia/Kathmandu").isoformat()
    '2027-01-15'
    """
    return _local(hour, zone).date()


def clock_of(hour: int, zone: str) -> int:
    """Return the hour of the day, 0 to 23, as which an hour is known there.

    >>> clock_of(1799997300, "Asia/Kathmandu")
    13
    """
    return _local(hour, zone).hour


@lru_cache(maxsize=16_384)
def _hour_of_quarter(quarter: int, zone: str) -> int:
    moment = quarter * QUARTER_SECONDS
    offset = _offset(moment, zone)
    start = moment - (moment + offset) % HOUR_SECONDS
    while _offset(start, zone) != offset:
        # The clock was changed within this local hour: it begins at the change, since what lies
        # before belongs to another hour.
        start += QUARTER_SECONDS
    return start


def _offset(second: int, zone: str) -> int:
    """How far the zone is ahead of UTC, in seconds."""
    offset = _local(second, zone).utcoffset()
    return int((offset or timedelta()).total_seconds())


@lru_cache(maxsize=4096)
def _local(second: int, zone: str) -> datetime:
    return datetime.fromtimestamp(second, UTC).astimezone(ZoneInfo(zone))
