"""The course of the rates, as JSON for Plotly; safe to watch.

A panel for each variant, since bands that lie on each other cannot be told apart.
"""

from __future__ import annotations

from collections.abc import Sequence

from wbtest.http import percent
from wbtest.publishing.in_words import as_percent
from wbtest.results.annotating.numbers import numbered
from wbtest.results.charts import COLOURS
from wbtest.results.dashboard.course import Point
from wbtest.results.drawing import (
    AXIS,
    WORDS_HEIGHT,
    Note,
    Parts,
    as_json,
    day_axis,
    level,
    line_words,
    local_time,
    moments_in_words,
    rates_end,
    saying,
    short,
    words,
)
from wbtest.results.figures import Results
from wbtest.results.variants import VariantFigures

# The gap is a share of a panel.
PANEL_HEIGHT, PANEL_GAP = 150, 0.22
# The name of the first panel stands above it, in pixels.
TITLE_HEIGHT = 21


def course(
    results: Results, points: Sequence[Sequence[Point]], annotations: Sequence[Note] = ()
) -> str:
    """Each variant's rate and decision interval as they stood at the end of each day."""
    life, rule, count = results.life, results.rule, len(results.variants)
    most = rates_end(
        rule.target,
        # What was hardly known at first would squeeze what is known since.
        [point.interval.high for path in points for point in path[len(path) // 2 :]],
        [variant.rate for variant in results.variants],
    )
    traces, axes, texts = [], {}, []
    last = points[0][-1].at
    ends = life.started_at, last
    happened = numbered(annotations, life.time_zone, ends, above=TITLE_HEIGHT)
    lines = happened.lines
    for k, (variant, path) in enumerate(zip(results.variants, points, strict=True)):
        bottom = 1 - (k + 1) * (1 + PANEL_GAP) / (count * (1 + PANEL_GAP))
        top = bottom + 1 / (count * (1 + PANEL_GAP))
        axis = "y" if k == 0 else f"y{k + 1}"
        axes[f"yaxis{k + 1 if k else ''}"] = AXIS | {
            "domain": [round(max(bottom, 0), 4), round(top, 4)],
            "range": [0, most],
            "tickformat": ".0%",
            "nticks": 4,
        }
        traces += _course_of(results, variant, path, axis)
        bold = {"color": "var(--ink)", "weight": 600}
        place = {"y": top, "yref": "paper", "yanchor": "bottom"}
        texts.append(words(short(variant.name), side="left", font=bold) | place)
        lines.append(level(rule.target) | {"yref": axis})
    above = TITLE_HEIGHT + happened.height
    texts.append(line_words(f"target {as_percent(rule.target)}", above=above))
    y = axes.pop("yaxis")
    return as_json(
        traces,
        height=54 + PANEL_HEIGHT * count + above,
        top=WORDS_HEIGHT + 6 + above,
        x=day_axis(life.days_until(last)) | {"anchor": f"y{count}" if count > 1 else "y"},
        y=y,
        shapes=lines,
        annotations=[*texts, *happened.numbers],
        showlegend=False,
        **happened.layout,
        **axes,
    )


def _course_of(
    results: Results, variant: VariantFigures, path: Sequence[Point], axis: str
) -> list[Parts]:
    """A band from end to end, and the line of rates."""
    colour, zone = COLOURS[variant.standing], results.life.time_zone
    times = [local_time(point.at, zone) for point in path]
    band = {
        "type": "scatter",
        "x": times + times[::-1],
        "y": [p.interval.low for p in path] + [p.interval.high for p in path][::-1],
        "yaxis": axis,
        "mode": "lines",
        "line": {"width": 0},
        "fill": "toself",
        "fillcolor": colour,
        "opacity": 0.25,
        "hoverinfo": "skip",
    }
    said: list[str | None] = []
    whens = moments_in_words([point.at for point in path], zone)
    for when, point in zip(whens, path, strict=True):
        low, high = point.interval
        counts = point.counts
        said.append(
            f"{when}, {counts.converted:,} of {counts.seen:,}; "
            f"between {percent(low)} and {percent(high)}"
        )
    rates = {
        "type": "scatter",
        "x": times,
        "y": [point.counts.rate for point in path],
        "yaxis": axis,
        "mode": "lines+markers",
        "line": {"color": colour, "width": 2},
        "marker": {"color": colour, "size": 5},
        "name": short(variant.name),
        **saying(said),
    }
    return [band, rates]
