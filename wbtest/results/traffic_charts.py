"""Charts of who came: by day and by source, as JSON for Plotly. All of them *for information*."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from wbtest.audience.counts import Totals
from wbtest.publishing.in_words import as_percent
from wbtest.results.drawing import (
    DASHES,
    LEGEND,
    as_json,
    bars_of,
    day_axis,
    level,
    short,
    signed_up_of,
    words,
)
from wbtest.results.figures import Results
from wbtest.results.totals import total

SYMBOLS = ("circle", "square", "diamond", "triangle-up", "x", "cross")
MOST_SOURCES = 8


def rates_by_day(results: Results) -> str:
    """Of those first seen on a day, the share that signed up."""
    days, target = _days(results), results.rule.target
    traces = []
    for k, variant in enumerate(results.variants):
        seen = {day: row[k] for day, row in days.items() if row[k].seen}
        colour = f"var(--series-{k + 1})"
        traces.append(
            {
                "type": "scatter",
                "x": [day.isoformat() for day in seen],
                "y": [totals.converted / totals.seen for totals in seen.values()],
                "mode": "lines+markers",
                "name": short(variant.name),
                "line": {"color": colour, "width": 2, "dash": DASHES[k]},
                "marker": {"color": colour, "symbol": SYMBOLS[k], "size": 8},
                "customdata": [signed_up_of(totals) for totals in seen.values()],
                "hovertemplate": "%{fullData.name}: %{customdata}<extra></extra>",
            }
        )
    return as_json(
        traces,
        height=300,
        x=day_axis(list(days)),
        y={"tickformat": ".0%", "rangemode": "tozero"},
        shapes=[level(target)],
        annotations=[words(f"target {as_percent(target)}", side="right", y=target, yshift=10)],
        showlegend=len(results.variants) > 1,
    )


def visits_by_day(results: Results) -> str:
    """People who saw the page for the first time, by day and variant."""
    days = _days(results)
    traces = [
        bars_of(k, variant)
        | {
            "x": [day.isoformat() for day in days],
            "y": [row[k].seen for row in days.values()],
            "hovertemplate": "%{fullData.name}: %{y:,}<extra></extra>",
        }
        for k, variant in enumerate(results.variants)
    ]
    return as_json(
        traces,
        height=300,
        x=day_axis(list(days)),
        y={},
        barmode="stack",
        bargap=0.3,
        legend=LEGEND | {"traceorder": "normal"},
        showlegend=len(results.variants) > 1,
    )


def sources(results: Results) -> str:
    """People by where they came from, with how many of them signed up."""
    rows = [(source, total(row)) for source, row in list(results.sources.items())[:MOST_SOURCES]]
    rows.reverse()
    counts = [results.rule.counts_source(source) for source, _ in rows]
    bars = {
        "type": "bar",
        "x": [totals.seen for _, totals in rows],
        "y": list(range(len(rows))),
        "orientation": "h",
        "width": 0.5,
        "marker": {"color": ["var(--series-1)" if is_in else "var(--line)" for is_in in counts]},
        "text": [signed_up_of(totals) for _, totals in rows],
        "textposition": "outside",
        "cliponaxis": False,
        "hovertemplate": "%{text}<extra></extra>",
    }
    most = max((totals.seen for _, totals in rows), default=0)
    names = [short(source) for source, _ in rows]
    return as_json(
        [bars],
        height=60 + 40 * max(len(rows), 1),
        x={"visible": False, "range": [0, 1.45 * max(most, 1)]},
        y={"showgrid": False, "tickvals": list(range(len(rows))), "ticktext": names},
        showlegend=False,
    )


def _days(results: Results) -> dict[date, Sequence[Totals]]:
    return {day: row for (phase, day), row in results.days.items() if phase == results.phase}
