"""Who came and when, as the tabs and their files ask for it: few selects, then pure.

What no filter touches stands in the results already, and is not read again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from operator import attrgetter
from typing import NamedTuple

from wbtest.audience import counts
from wbtest.audience.counts import Hourly, Kind, Totals
from wbtest.publishing.models import Experiment
from wbtest.results.dashboard.filters import Choices, Filters, read_filters
from wbtest.results.dashboard.segments import (
    MOST_SHOWN,
    Segment,
    segments_by_hour,
    segments_by_weekday,
    totals_by_clock,
    totals_by_day,
)
from wbtest.results.figures import Results
from wbtest.results.totals import total

DEVICES = ("phone", "tablet", "desktop")
LANGUAGE_UNKNOWN = "names none"
Counted = tuple[Kind, str, Totals]


class WhoCame(NamedTuple):
    """Everybody that the filters let through, by what they have in common."""

    sources: list[Segment]
    devices: list[Segment]
    languages: list[Segment]
    weekdays: list[Segment]
    hours: list[Segment]

    @property
    def is_anybody(self) -> bool:
        """Whether anything is among them, if only what came of an earlier visit."""
        return any(segment.all != Totals() for segment in self.sources)


def filters_of(found: Results, given: Mapping[str, str]) -> tuple[Choices, Filters]:
    """Return what may be asked of a started experiment, and what an address asks."""
    last = min(found.life.now, found.life.final_at(found.rule))
    sources = sorted(found.sources)
    # They come with most visits first.
    offered = None if len(sources) <= MOST_SHOWN else [*found.sources][:MOST_SHOWN]
    choices = Choices(sources, DEVICES, found.life.days_until(last), offered)
    return choices, read_filters(given, choices)


def days_of(
    experiment: Experiment, found: Results, filters: Filters
) -> Mapping[date, Sequence[Totals]]:
    """Return what was counted on each local day."""
    if not filters.is_asked:
        return found.days
    hours = _hours(experiment, found, filters)
    return totals_by_day(hours, _keys(found), experiment.time_zone)


def who_came(experiment: Experiment, found: Results, filters: Filters) -> WhoCame:
    """Return all segments. Sources are all there were, the rest are of those that count."""
    rule, keys = found.rule, _keys(found)
    cut = filters.cut(rule, experiment.time_zone, all_sources=True)
    everybody = counts.kinds_of_visitors(experiment, cut)
    # Whoever asks for a source looks at it, whether it counts or not.
    rows = [row for row in everybody if filters.source or rule.counts_source(row[0].source)]
    weekdays, hours = _times(experiment, found, filters)
    return WhoCame(
        sources=_by(everybody, keys, attrgetter("source"), rule.counts_source),
        devices=_by(rows, keys, attrgetter("device")),
        languages=_by(rows, keys, lambda kind: kind.language or LANGUAGE_UNKNOWN),
        weekdays=weekdays,
        hours=hours,
    )


def _times(
    experiment: Experiment, found: Results, filters: Filters
) -> tuple[list[Segment], list[Segment]]:
    """Weekdays and hours of the day."""
    keys = _keys(found)
    days = days_of(experiment, found, filters)
    clock = totals_by_clock(_hours(experiment, found, filters), keys, experiment.time_zone)
    return segments_by_weekday(days, len(keys)), segments_by_hour(clock, len(keys))


def _by(
    rows: Iterable[Counted],
    keys: Sequence[str],
    name_of: Callable[[Kind], str],
    is_counted: Callable[[str], bool] = lambda _: True,
) -> list[Segment]:
    """Put those of one name together, the name with most visits first."""
    found: defaultdict[str, defaultdict[str, list[Totals]]] = defaultdict(lambda: defaultdict(list))
    for kind, variant, totals in rows:
        found[name_of(kind)][variant].append(totals)
    segments = [
        Segment(name, tuple(total(row[key]) for key in keys), is_counted(name))
        for name, row in found.items()
    ]
    return sorted(segments, key=lambda segment: (-segment.all.served, segment.name))


def _hours(experiment: Experiment, found: Results, filters: Filters) -> list[Hourly]:
    cut = filters.cut(found.rule, experiment.time_zone)
    return counts.hours_of(experiment, cut)


def _keys(found: Results) -> list[str]:
    return [variant.key for variant in found.variants]
