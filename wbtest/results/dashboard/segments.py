"""Visitors by what they have in common: day, weekday, hour, source, device, language. Pure.

Descriptive, *for information*: whoever looks at thirty segments finds a difference in one of them,
so no verdict comes from here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple, TypeVar

from wbtest import statistics
from wbtest.audience.counts import Hourly, Totals
from wbtest.audience.recording.hours import clock_of, day_of
from wbtest.results.totals import total
from wbtest.statistics import Counts, Interval

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
DAY_HOURS = 24
# Fewer visitors than this make no rate worth comparing.
FEWEST = 30
# Sources and languages that a page names; whoever visits can make up more.
MOST_SHOWN = 50
Place = TypeVar("Place", date, int)


class Segment(NamedTuple):
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


def most_visited(segments: Sequence[Segment], most: int = MOST_SHOWN) -> list[Segment]:
    """Return the first so many and the rest put together: what counts apart from what does not.

    Whoever makes up a source for each visit makes a page no longer by that. Files hold all.
    """
    shown = list(segments[:most])
    for is_counted, words in ((True, ""), (False, ", not counted")):
        rest = [each for each in segments[most:] if each.is_counted == is_counted]
        if rest:
            row = tuple(total(column) for column in zip(*(each.row for each in rest), strict=True))
            name = "1 other" if len(rest) == 1 else f"{len(rest):,} others"
            shown.append(Segment(f"{name}{words}", row, is_counted))
    return shown


def segments_by_weekday(days: Mapping[date, Sequence[Totals]], arms: int) -> list[Segment]:
    """Return the seven weekdays from what was counted on each local day, that of the visit."""
    rows: list[list[Sequence[Totals]]] = [[] for _ in WEEKDAYS]
    for day, row in days.items():
        rows[day.weekday()].append(row)
    return [
        Segment(name, tuple(total(row[k] for row in found) for k in range(arms)))
        for name, found in zip(WEEKDAYS, rows, strict=True)
    ]


def segments_by_hour(hours: Mapping[int, Sequence[Totals]], arms: int) -> list[Segment]:
    """Return the 24 hours of the day from what was counted in each there, that of the visit."""
    nothing = (Totals(),) * arms
    return [Segment(f"{k}:00", tuple(hours.get(k, nothing))) for k in range(DAY_HOURS)]


def totals_by_day(
    hours: Sequence[Hourly], keys: Sequence[str], time_zone: str
) -> dict[date, tuple[Totals, ...]]:
    """Return what was counted on each local day; days on which nothing happened are left out."""
    return _placed(hours, keys, lambda hour: day_of(hour, time_zone))


def totals_by_clock(
    hours: Sequence[Hourly], keys: Sequence[str], time_zone: str
) -> dict[int, tuple[Totals, ...]]:
    """Return what was counted in each local hour of the day, 0 to 23, over all days."""
    return _placed(hours, keys, lambda hour: clock_of(hour, time_zone))


def _placed(
    hours: Iterable[Hourly], keys: Sequence[str], place_of: Callable[[int], Place]
) -> dict[Place, tuple[Totals, ...]]:
    """Return the totals of each place in order, one for each variant."""
    found: defaultdict[Place, defaultdict[str, list[Hourly]]]
    found = defaultdict(lambda: defaultdict(list))
    places: dict[int, Place] = {}
    for row in hours:
        if row.hour not in places:
            places[row.hour] = place_of(row.hour)
        found[places[row.hour]][row.variant].append(row)
    return {place: tuple(total(row[key]) for key in keys) for place, row in sorted(found.items())}
