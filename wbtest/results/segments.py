"""Visitors by what they have in common: day, weekday, hour, source, device, language; exploratory.

Their charts show rates with Wilson's intervals, as JSON for Plotly.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple, TypeVar

from wbtest import statistics
from wbtest.audience.counts import Hourly, Totals
from wbtest.audience.recording.hours import clock_of, day_of
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
from wbtest.results.history import total
from wbtest.statistics import Counts, Interval
from wbtest.web import percent

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
    found: defaultdict[Place, defaultdict[str, list[Hourly]]]
    found = defaultdict(lambda: defaultdict(list))
    places: dict[int, Place] = {}
    for row in hours:
        if row.hour not in places:
            places[row.hour] = place_of(row.hour)
        found[places[row.hour]][row.variant].append(row)
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
