"""Charts of segments: rates with Wilson's intervals, as JSON for Plotly; exploratory."""

from __future__ import annotations

from collections.abc import Sequence

from wbtest.http import percent
from wbtest.publishing.in_words import as_percent
from wbtest.results.dashboard.segments import FEWEST, Segment
from wbtest.results.drawing import (
    WORDS_HEIGHT,
    Parts,
    as_json,
    level,
    line_words,
    rates_end,
    saying,
    short,
    signed_up_of,
    words,
)

MOST_ROWS = 8


def rows(segments: Sequence[Segment], target: float) -> str:
    """Names one below the other, those with most visitors first; a table has the rest."""
    shown = list(segments[:MOST_ROWS])
    places = [-k for k in range(len(shown))]
    trace = _trace(shown, "x") | {
        "x": [_rate(segment) for segment in shown],
        "y": places,
    }
    return as_json(
        [trace],
        height=78 + 34 * max(len(shown), 1),
        top=24,
        x={"range": [0, _end(shown, target)], "tickformat": ".0%", "nticks": 6},
        y={
            "showgrid": False,
            "range": [0.5 - max(len(shown), 1), 0.5],
            "tickvals": places,
            "ticktext": [short(segment.name) for segment in shown],
        },
        shapes=[level(target, is_upright=True)],
        annotations=[
            words(f"target {as_percent(target)}", side="left")
            | {"x": target, "xref": "x", "y": 1, "yref": "paper", "yanchor": "bottom"}
        ],
        showlegend=False,
    )


def columns(segments: Sequence[Segment], target: float, every: int = 1) -> str:
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
