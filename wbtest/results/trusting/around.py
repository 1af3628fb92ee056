"""What the checks read beside the counts: how the test was run, and who left addresses. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from wbtest.audience.segments_counts import Newest

NOBODY = Newest()


class Paused(NamedTuple):
    """A time in which nobody counted; ``until`` is now while it lasts."""

    since: datetime
    until: datetime

    @property
    def hours(self) -> float:
        """How long it lasted."""
        return (self.until - self.since).total_seconds() / 3600


class Corrected(NamedTuple):
    """A mistake that was corrected in the words of the page: when, and what became what."""

    at: datetime
    said: str


class Around(NamedTuple):
    """How a test was run. ``names`` are the variants' in the sealed order.

    ``started`` and ``today`` are local days, None where nobody asks. ``facts_changed`` are the days
    on which somebody changed what visitors read of the team. ``pretenders`` are page loads that
    said they were Chrome and lacked what Chrome sends; ``newest`` is of the newest addresses, those
    ``without_cookie`` in the order of the names. ``unusual`` are hours of which the owners were
    told, the newest first, each with what was unusual.
    """

    names: tuple[str, ...] = ()
    time_zone: str = "UTC"
    started: date | None = None
    today: date | None = None
    is_over: bool = False
    attempt: int = 1
    confirms: bool = True
    is_cookieless: bool = False
    pauses: tuple[Paused, ...] = ()
    facts_changed: tuple[date, ...] = ()
    corrections: tuple[Corrected, ...] = ()
    pretenders: int = 0
    unusual: tuple[tuple[datetime, str], ...] = ()
    newest: Newest = NOBODY
    without_cookie: tuple[int, ...] = ()

    @property
    def days(self) -> int | None:
        """How many local days the test has lasted, or None."""
        if self.started is None or self.today is None:
            return None
        return (self.today - self.started).days + 1

    def name(self, place: int) -> str:
        """Return the name of a variant as a sentence has it."""
        return f"“{self.names[place]}”" if self.names else f"variant {place + 1}"

    def day(self, moment: datetime) -> str:
        """Return the local day as people say it: 5 March."""
        return day_name(moment.astimezone(ZoneInfo(self.time_zone)).date())


def day_name(day: date) -> str:
    """Return a day as people say it.

    >>> day_name(date(2027, 3, 5))
    '5 March'
    """
    return f"{day.day} {day:%B}"


def pauses_of(steps: Sequence[tuple[str, datetime]], end: datetime) -> tuple[Paused, ...]:
    """Return when a test rested, from its steps in their order; ``end`` is its end, or now.

    >>> from datetime import UTC
    >>> noon = datetime(2027, 3, 5, 12, tzinfo=UTC)
    >>> [pause.hours for pause in pauses_of([("paused", noon)], noon.replace(hour=18))]
    [6.0]
    """
    found: list[Paused] = []
    since: datetime | None = None
    for what, at in steps:
        if what == "paused":
            since = at
        elif what in ("resumed", "ended") and since is not None:
            found.append(Paused(since, at))
            since = None
    return (*found, Paused(since, max(end, since))) if since else tuple(found)
