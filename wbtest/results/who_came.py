"""Which part of the figures an address asks for, and what is read of it. For information.

What no filter touches is in the results already, and is not read again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from operator import attrgetter
from typing import NamedTuple
from zoneinfo import ZoneInfo

from wbtest.audience import counts
from wbtest.audience.counts import Cut, Hourly, Totals, VisitorKind
from wbtest.publishing.models import Experiment
from wbtest.publishing.rule import Hypothesis
from wbtest.results.figures import Results
from wbtest.results.history import total
from wbtest.results.segments import (
    MOST_SHOWN,
    Segment,
    segments_by_hour,
    segments_by_weekday,
    totals_by_clock,
    totals_by_day,
)


class Choices(NamedTuple):
    """What may be chosen; ``days`` are local, the first first.

    ``offered`` are the sources that the form names, if not all: an address may name any.
    """

    sources: Sequence[str]
    devices: Sequence[str]
    days: Sequence[date]
    offered: Sequence[str] | None = None

    def sources_beside(self, asked: str) -> list[str]:
        """Return the sources that the form names, the one that is asked for among them."""
        named = self.sources if self.offered is None else self.offered
        return sorted({*named, asked} - {""})


class Filters(NamedTuple):
    """Where they are given: one source, one device, a first and a last local day."""

    source: str = ""
    device: str = ""
    since: date | None = None
    until: date | None = None

    @property
    def is_asked(self) -> bool:
        """Whether anything is left out that would be shown otherwise."""
        return any(self)

    @property
    def address(self) -> dict[str, str]:
        """The part of the address that asks for the same again."""
        given = {
            "from": self.since.isoformat() if self.since else "",
            "to": self.until.isoformat() if self.until else "",
            "source": self.source,
            "device": self.device,
        }
        return {name: value for name, value in given.items() if value}

    @property
    def words(self) -> str:
        """What is shown, as the page says it; '' where nothing is asked for.

        >>> Filters(source="x", since=date(2027, 3, 4)).words
        'from “x”, since 4 March'
        """
        parts = [f"from “{self.source}”"] if self.source else []
        parts += [f"on a {self.device}"] if self.device else []
        parts += [f"since {_day(self.since)}"] if self.since else []
        parts += [f"until {_day(self.until)}"] if self.until else []
        return ", ".join(parts)

    def cut(self, rule: Hypothesis, time_zone: str, *, all_sources: bool = False) -> Cut:
        """Return the part of the counts; without a source those that the rule counts, or all."""
        zone = ZoneInfo(time_zone)
        return Cut(
            sources=(self.source,) if self.source else None if all_sources else rule.sources,
            device=self.device or None,
            since=_midnight(self.since, zone) if self.since else None,
            before=_midnight(self.until + timedelta(days=1), zone) if self.until else None,
        )


def read_filters(given: Mapping[str, str], choices: Choices) -> Filters:
    """Return what an address asks for.

    >>> choices = Choices(["x"], ["phone"], [date(2027, 3, 1), date(2027, 3, 2)])
    >>> read_filters({"source": "x", "device": "fridge"}, choices).words
    'from “x”'
    """
    since, until = (_read_day(given.get(name, ""), choices.days) for name in ("from", "to"))
    if since and until and since > until:
        since = until = None
    source, device = given.get("source", ""), given.get("device", "")
    return Filters(
        source=source if source in choices.sources else "",
        device=device if device in choices.devices else "",
        since=since,
        until=until,
    )


def _read_day(text: str, days: Sequence[date]) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if days and days[0] <= day <= days[-1] else None


def _midnight(day: date, zone: ZoneInfo) -> int:
    return int(datetime.combine(day, time.min, zone).timestamp())


def _day(day: date) -> str:
    return f"{day.day} {day:%B}"


DEVICES = ("phone", "tablet", "desktop")
LANGUAGE_UNKNOWN = "names none"
Counted = tuple[VisitorKind, str, Totals]


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
    name_of: Callable[[VisitorKind], str],
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
