"""Visitors by what they have in common: day, weekday, hour, source, device, language. Pure.

Descriptive, *for information*: whoever looks at thirty segments finds a difference in one of them,
so no verdict comes from here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from wbtest.audience.counts import Hourly, Totals
from wbtest.audience.recording.hours import day_of
from wbtest.results import statistics
from wbtest.results.statistics import Counts, Interval
from wbtest.results.totals import total

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
DAY_HOURS = 24
# Fewer visitors than this make no rate worth comparing.
FEWEST = 30
NOTHING = Totals()
Place = TypeVar("Place", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Segment:
    """Who has something in common; ``row`` holds a totals for each variant, in the sealed order.

    ``is_counted``: whether the sealed rule counts them at all.
    """

    name: str
    row: tuple[Totals, ...]
    is_counted: bool = True

    @property
    def all(self) -> Totals:
        """All variants together."""
        return total(self.row)

    @property
    def wilson(self) -> Interval:
        """Wilson's 95 % interval of their rate."""
        return statistics.wilson(Counts(self.all.seen, self.all.converted))

    @property
    def is_small(self) -> bool:
        """Whether too few came to compare their rate with another."""
        return self.all.seen < FEWEST


def segments_by_weekday(
    hours: Iterable[Hourly], keys: Sequence[str], time_zone: str
) -> list[Segment]:
    """Return the seven local weekdays; sign-ups stand on the day of the visit."""

    def weekday(hour: int) -> int:
        return day_of(hour, time_zone).weekday()

    rows = _rows(hours, keys, weekday)
    return [Segment(name, rows(k)) for k, name in enumerate(WEEKDAYS)]


def segments_by_hour(hours: Iterable[Hourly], keys: Sequence[str], time_zone: str) -> list[Segment]:
    """Return the 24 local hours of the day; sign-ups stand in the hour of the visit."""
    zone = ZoneInfo(time_zone)

    def hour_of_day(hour: int) -> int:
        return datetime.fromtimestamp(hour, UTC).astimezone(zone).hour

    rows = _rows(hours, keys, hour_of_day)
    return [Segment(f"{k}:00", rows(k)) for k in range(DAY_HOURS)]


def segments_by_day(days: Mapping[date, Sequence[Totals]], arms: int) -> list[Segment]:
    """Return the seven local weekdays from what was counted on each day."""
    rows: list[list[Sequence[Totals]]] = [[] for _ in WEEKDAYS]
    for day, row in days.items():
        rows[day.weekday()].append(row)
    return [
        Segment(name, tuple(total(row[k] for row in found) for k in range(arms)))
        for name, found in zip(WEEKDAYS, rows, strict=True)
    ]


def segments_by_clock(
    hours: Mapping[int, Mapping[str, Totals]], keys: Sequence[str]
) -> list[Segment]:
    """Return the 24 local hours of the day from what was counted in each."""
    return [
        Segment(f"{k}:00", tuple(hours.get(k, {}).get(key, NOTHING) for key in keys))
        for k in range(DAY_HOURS)
    ]


def totals_by_day(
    hours: Sequence[Hourly], keys: Sequence[str], time_zone: str
) -> dict[date, tuple[Totals, ...]]:
    """Return what was counted on each local day; days on which nothing happened are left out."""

    def day(hour: int) -> date:
        return day_of(hour, time_zone)

    rows = _rows(hours, keys, day)
    return {found: rows(found) for found in sorted({day(row.hour) for row in hours})}


def _rows(
    hours: Iterable[Hourly], keys: Sequence[str], place_of: Callable[[int], Place]
) -> Callable[[Place], tuple[Totals, ...]]:
    """Return a function that gives the totals of a place, one for each variant."""
    found: defaultdict[tuple[Place, str], list[Hourly]] = defaultdict(list)
    places: dict[int, Place] = {}
    for row in hours:
        if row.hour not in places:
            places[row.hour] = place_of(row.hour)
        found[places[row.hour], row.variant].append(row)

    def rows(place: Place) -> tuple[Totals, ...]:
        return tuple(total(found.get((place, key), ())) for key in keys)

    return rows
