"""Between the moment on somebody's clock and the moment in the world. Pure."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

FOLDS = {0: "the first time", 1: "the second time"}


class NoMoment(ValueError):
    """A time that no clock of the place showed on that day; the text says what it would be."""


class TwoMoments(ValueError):
    """A time that the clocks of the place showed twice on that day, an hour or so apart."""


def moment_of(day: date, at: time, zone: str, fold: int | None = None) -> datetime:
    """Return the moment, in UTC, at which clocks in ``zone`` showed this.

    ``fold`` says which, when they showed it twice: 0 the first, 1 the second. Raises NoMoment, and
    TwoMoments when it does not say.

    >>> moment_of(date(2027, 3, 3), time(14, 5), "Asia/Kathmandu").isoformat()
    '2027-03-03T08:20:00+00:00'
    >>> moment_of(date(2027, 10, 31), time(1, 30), "Europe/London", fold=1).isoformat()
    '2027-10-31T01:30:00+00:00'
    """
    local = datetime.combine(day, at, ZoneInfo(zone))
    found = local.astimezone(UTC)
    shown = found.astimezone(ZoneInfo(zone))
    if shown.replace(tzinfo=None) != local.replace(tzinfo=None):
        raise NoMoment(
            f"Clocks in {zone} were put forward on {_day(day)}, past {at:%H:%M}. "
            f"Did you mean {shown:%H:%M}?"
        )
    if is_repeated(found, zone):
        if fold is None:
            raise TwoMoments(
                f"Clocks in {zone} were put back on {_day(day)} and showed {at:%H:%M} twice. "
                "Say which time it was."
            )
        return local.replace(fold=fold).astimezone(UTC)
    return found


def is_repeated(at: datetime, zone: str) -> bool:
    """Whether clocks in ``zone`` show the time of this moment twice."""
    local = at.astimezone(ZoneInfo(zone))
    return local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()


def on_the_clock(at: datetime, zone: str) -> str:
    """Return a moment as clocks in ``zone`` show it, and which time, when they show it twice.

    >>> on_the_clock(datetime(2027, 10, 31, 0, 30, tzinfo=UTC), "Europe/London")
    '31 October 2027, 01:30 (the first time)'
    """
    local = at.astimezone(ZoneInfo(zone))
    which = f" ({FOLDS[local.fold]})" if is_repeated(at, zone) else ""
    return f"{_day(local)}, {local:%H:%M}{which}"


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
