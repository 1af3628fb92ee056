"""Visitors by what they have in common, and the filters of an address; for reference.

Segments are by day, weekday, hour, source, device and language. Their charts show rates with
Wilson's intervals, as JSON for Plotly. What no filter touches is in the results already, and is
not read again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from operator import attrgetter
from typing import NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from wbtest import statistics
from wbtest.audience import result_counts
from wbtest.audience.recording.counting_rules import clock_of, day_of
from wbtest.audience.result_counts import Cut, Hourly, Totals, VisitorKind
from wbtest.publishing.models import Experiment
from wbtest.publishing.rule import Hypothesis
from wbtest.publishing.rule_text import as_percent
from wbtest.results.chart_style import (
    BESIDE,
    FOOT_HEIGHT,
    ROW_HEIGHT,
    WORDS_HEIGHT,
    Parts,
    as_json,
    figures_of,
    foot_words,
    level,
    line_words,
    rates_end,
    row_figures,
    row_name,
    rows_axis,
    saying,
    short,
    signed_up_of,
)
from wbtest.results.figures import Results
from wbtest.results.history import total
from wbtest.results.trust import day_name
from wbtest.results.visitor_checks import WEEKDAYS
from wbtest.statistics import Counts, Interval
from wbtest.web import percent

DAY_HOURS = 24
# Fewer visitors than this make no rate worth comparing.
FEWEST = 30
# Sources and languages that a page names; visitors can make up more.
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

    So made-up sources, one for each visit, make a page no longer. Files hold all.
    """
    shown = list(segments[:most])
    for is_counted, ending in ((True, ""), (False, ", not counted")):
        rest = [each for each in segments[most:] if each.is_counted == is_counted]
        if rest:
            row = tuple(total(column) for column in zip(*(each.row for each in rest), strict=True))
            name = "1 other" if len(rest) == 1 else f"{len(rest):,} others"
            shown.append(Segment(f"{name}{ending}", row, is_counted))
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
    found: defaultdict[Place, defaultdict[str, list[Totals]]]
    found = defaultdict(lambda: defaultdict(list))
    places: dict[int, Place] = {}
    for row in hours:
        if row.hour not in places:
            places[row.hour] = place_of(row.hour)
        found[places[row.hour]][row.variant].append(row.totals)
    return {place: tuple(total(row[key]) for key in keys) for place, row in sorted(found.items())}


MOST_ROWS = 8


def chart_rows(segments: Sequence[Segment], target: float) -> str:
    """Names one below the other, those with most visitors first; a table has the rest."""
    shown = list(segments[:MOST_ROWS])
    places = [-k for k in range(len(shown))]
    trace = _trace(shown, "x") | {
        "x": [_rate(segment) for segment in shown],
        "y": places,
    }
    return as_json(
        [trace],
        height=8 + FOOT_HEIGHT + ROW_HEIGHT * max(len(shown), 1),
        beside=BESIDE,
        x={"range": [0, _end(shown, target)], "tickformat": ".0%", "nticks": 4, "tickangle": 0},
        y=rows_axis(max(len(shown), 1)),
        shapes=[level(target, is_upright=True)],
        annotations=[
            *(row_name(segment.name, -k) for k, segment in enumerate(shown)),
            *(row_figures(figures_of(segment.all), -k) for k, segment in enumerate(shown)),
            foot_words(f"target {as_percent(target)}", target),
        ],
        showlegend=False,
    )


def chart_columns(segments: Sequence[Segment], target: float, every: int = 1) -> str:
    """Segments beside each other, in their own order; ``every`` so many one is named."""
    named = list(range(0, len(segments), every))
    trace = _trace(segments, "y") | {
        "x": list(range(len(segments))),
        "y": [_rate(segment) for segment in segments],
    }
    return as_json(
        [trace],
        height=298,
        top=WORDS_HEIGHT + 8,
        x={
            "showgrid": False,
            "range": [-0.6, len(segments) - 0.4],
            "tickvals": named,
            "ticktext": [_abbreviated(segments[k].name) for k in named],
        },
        y={"range": [0, _end(segments, target)], "tickformat": ".0%", "nticks": 6},
        shapes=[level(target)],
        annotations=[line_words(f"target {as_percent(target)}")],
        showlegend=False,
    )


def _abbreviated(name: str) -> str:
    """Monday as Mon, 18:00 as 18."""
    return short(name.partition(":")[0][:3])


def _trace(segments: Sequence[Segment], axis: str) -> Parts:
    """Dots with bars; open dots where few came, grey ones where the rule does not count them."""
    colours = ["var(--series-1)" if segment.is_counted else "var(--edge)" for segment in segments]
    rates = [_rate(segment) or 0.0 for segment in segments]
    ends = [segment.wilson for segment in segments]
    return {
        "type": "scatter",
        "mode": "markers",
        "marker": {
            "color": colours,
            "size": 10,
            "symbol": ["circle-open" if segment.is_small else "circle" for segment in segments],
            "line": {"width": 2, "color": colours},
        },
        f"error_{axis}": {
            "type": "data",
            "symmetric": False,
            "array": [end.high - rate for rate, end in zip(rates, ends, strict=True)],
            "arrayminus": [rate - end.low for rate, end in zip(rates, ends, strict=True)],
            "color": "var(--series-2)",
            "thickness": 2,
            "width": 4,
        },
        **saying([_said(segment) for segment in segments], is_named=False),
    }


def _said(segment: Segment) -> str | None:
    if not segment.all.seen:
        return None
    low, high = segment.wilson
    return (
        f"{short(segment.name)}: {signed_up_of(segment.all)}, "
        f"between {percent(low)} and {percent(high)}"
    )


def _rate(segment: Segment) -> float | None:
    return segment.all.converted / segment.all.seen if segment.all.seen else None


def _end(segments: Sequence[Segment], target: float) -> float:
    large = [segment for segment in segments if segment.all.seen >= FEWEST]
    return rates_end(target, [s.wilson.high for s in large], [_rate(s) for s in segments])


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
        parts += [f"since {day_name(self.since)}"] if self.since else []
        parts += [f"until {day_name(self.until)}"] if self.until else []
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


DEVICES = ("phone", "tablet", "desktop")
LANGUAGE_UNKNOWN = "not stated"
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
    last = found.life.settled_at(found.rule)
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
    hours = result_counts.hours_of(experiment, filters.cut(found.rule, experiment.time_zone))
    return totals_by_day(hours, _keys(found), experiment.time_zone)


def who_came(experiment: Experiment, found: Results, filters: Filters) -> WhoCame:
    """Return all segments. Sources are all there were, the rest are of those that count."""
    rule, keys = found.rule, _keys(found)
    cut = filters.cut(rule, experiment.time_zone, all_sources=True)
    everybody = result_counts.kinds_of_visitors(experiment, cut)
    # A reader who filters by a source sees it, whether it counts or not.
    rows = [row for row in everybody if filters.source or rule.counts_source(row[0].source)]
    hours = result_counts.hours_of(experiment, filters.cut(rule, experiment.time_zone))
    days = found.days
    if filters.is_asked:
        days = totals_by_day(hours, keys, experiment.time_zone)
    clock = totals_by_clock(hours, keys, experiment.time_zone)
    return WhoCame(
        sources=_by(everybody, keys, attrgetter("source"), rule.counts_source),
        devices=_by(rows, keys, attrgetter("device")),
        languages=_by(rows, keys, lambda kind: kind.language or LANGUAGE_UNKNOWN),
        weekdays=segments_by_weekday(days, len(keys)),
        hours=segments_by_hour(clock, len(keys)),
    )


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


def _keys(found: Results) -> list[str]:
    return [variant.key for variant in found.variants]
