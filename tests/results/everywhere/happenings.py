"""What may happen to a test, as values, and the places where it may run. Pure.

Times are microseconds after the start, unless they are said to be after something else.
"""

from datetime import UTC, date, datetime
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from wbtest.audience.group_counts import VisitorGroup
from wbtest.publishing.page_options import AsksFor

SECOND = 1_000_000
HOUR = 3600 * SECOND
DAY = 24 * HOUR
# Visitors come on these days; what follows may take longer.
DAYS = 4
# Between start and end of each a clock is changed there, or the date is one that few have.
PLACES = (
    ("UTC", "2026-03-01T09:00"),
    ("Europe/Berlin", "2025-10-24T09:00"),
    ("Europe/Berlin", "2026-03-27T22:30"),
    ("America/New_York", "2025-10-31T14:00"),
    ("America/New_York", "2026-03-06T14:00"),
    # Three quarters of an hour off, and half an hour put forward and back.
    ("Asia/Kathmandu", "2026-03-01T09:00"),
    ("Australia/Lord_Howe", "2025-10-03T21:15"),
    ("Australia/Lord_Howe", "2026-04-03T21:15"),
    ("Pacific/Chatham", "2026-04-03T09:00"),
    # At midnight, where a day begins at one o'clock or one of its hours comes twice.
    ("America/Havana", "2025-10-31T16:00"),
    ("Africa/Cairo", "2026-04-22T12:00"),
    ("Asia/Beirut", "2025-10-24T12:00"),
    ("America/Santiago", "2026-04-03T12:00"),
    # Two hours at once.
    ("Antarctica/Troll", "2026-03-27T12:00"),
    # Both sides of the date line; and where it was moved, so that a day is left out.
    ("Pacific/Kiritimati", "2026-02-27T09:00"),
    ("Pacific/Pago_Pago", "2026-02-27T09:00"),
    ("Pacific/Apia", "2011-12-28T20:00"),
)


class Place(NamedTuple):
    """Where a test runs, when it starts there, and in which zone its server stands."""

    zone: str
    start: datetime
    server: str = "UTC"

    def at(self, after: int) -> datetime:
        """The moment so long after the start."""
        return datetime.fromtimestamp(self.start.timestamp() + after / SECOND, UTC)

    @property
    def first_day(self) -> date:
        """The local day on which the test starts."""
        return self.start.astimezone(ZoneInfo(self.zone)).date()


class Form(NamedTuple):
    """A form that somebody sends, so long after their visit.

    ``is_other``: it stood on another variant than the one that they were shown first.
    """

    after: int
    address: int = 0
    has_cookie: bool = True
    reason: str = ""
    is_other: bool = False


class Visit(NamedTuple):
    """Somebody, or a crowd of ``size`` who all do the same; every ``every``-th sends the forms.

    ``pick`` chooses a variant. ``machine`` is '' for people.
    ``objects``: against being counted, when all the rest has happened.
    """

    at: int
    pick: int = 0
    source: str = "newsletter"
    device: str = "phone"
    language: str = "en"
    reason: str = ""
    is_served: bool = True
    seen_after: int | None = SECOND
    acts: tuple[tuple[str, str], ...] = ()
    forms: tuple[Form, ...] = ()
    machine: str = ""
    objects: bool = False
    size: int = 1
    every: int = 1


class Follow(NamedTuple):
    """What comes of an address; it is confirmed so long after the sign-up, None for never.

    ``agrees`` is None for somebody who skips what is asked.
    """

    confirmed_after: int | None = None
    answer: str = ""
    agrees: bool | None = None
    is_erased: bool = False


class Part(NamedTuple):
    """What is asked of the tabs that can be filtered.

    The source is a place among those there are, days are counted from that of the start.
    """

    source: int | None = None
    device: str = ""
    days: tuple[int, int] | None = None


class History(NamedTuple):
    """A test from its start to the day on which everybody looks at it.

    ``moved_to``: the zone in which its days are recounted after that, '' for none.
    """

    place: Place
    visits: tuple[Visit, ...]
    variants: int = 2
    conversion: str = "signup"
    window_hours: int = 24
    sources: tuple[str, ...] | None = None
    confirms: bool = True
    asks: bool = False
    asks_for: tuple[AsksFor, ...] = ()
    is_cookieless: bool = False
    weights: tuple[int, ...] = (1, 1, 1, 1)
    follows: tuple[Follow, ...] = ()
    waiting: tuple[int, ...] = ()
    aside: tuple[VisitorGroup, ...] = ()
    looked_after: int = (DAYS + 6) * DAY
    is_ended: bool = False
    is_printed: bool = False
    part: Part = Part()
    moved_to: str = ""


def place(zone: str, start: str, server: str = "UTC") -> Place:
    """A place whose test starts at a moment in UTC."""
    return Place(zone, datetime.fromisoformat(f"{start}+00:00"), server)


@lru_cache
def edges(where: Place) -> tuple[int, ...]:
    """The moments at which a day begins there or a clock is changed."""
    found, before = [], None
    for after in range(0, DAYS * DAY, HOUR // 4):
        local = where.at(after).astimezone(ZoneInfo(where.zone))
        shown = local.date(), local.utcoffset()
        if before not in (None, shown):
            found.append(after)
        before = shown
    return tuple(found)
