"""What is known of each variant's rate, and its charts as JSON for Plotly.

Day by day with the decision interval, which is always valid; and the posterior densities, for
reference.
Each variant has a panel of its own, since bands that lie on each other cannot be told apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import accumulate
from typing import NamedTuple

from wbtest import statistics
from wbtest.publishing.rule_text import as_percent
from wbtest.results.chart_style import (
    AXIS,
    DASHES,
    FOOT_HEIGHT,
    WORDS_HEIGHT,
    MarkedMoment,
    Parts,
    as_json,
    day_axis,
    foot_words,
    level,
    line_words,
    local_time,
    midnight_after,
    moments_in_words,
    rates_end,
    saying,
    short,
    words,
)
from wbtest.results.charts import COLOURS
from wbtest.results.figures import Results, VariantFigures
from wbtest.results.notes import numbered
from wbtest.statistics import Counts, Interval
from wbtest.web import percent

# More points than this a line does not need, and each costs two searches for a root.
MOST_POINTS = 30
# Of each variant: seen, converted so far, and those of the seen who converted whenever they did.
Sums = tuple[tuple[int, int, int], ...]


class Point(NamedTuple):
    """A variant when a day was over: what had been counted of it by then."""

    at: datetime
    counts: Counts
    interval: Interval


def course_of(results: Results) -> list[list[Point]]:
    """Return the points of each variant, in the sealed order; the last one is now."""
    rule = results.rule
    last = results.life.settled_at(rule)
    days = results.life.days_until(last)
    ends = [midnight_after(day, results.life.time_zone) for day in days]
    window = timedelta(hours=rule.conversion_window_hours)
    odds_ratio = statistics.odds_ratio(rule.target, rule.hoped_for)
    sums = _sums(results, days)
    points: list[list[Point]] = [[] for _ in results.variants]
    for place in _shown(len(days) - 1):
        at = ends[place]
        # Who was seen on a day is settled once the window after that day is over.
        old = sum(end + window <= at for end in ends[: place + 1])
        for k, path in enumerate(points):
            seen, arrived, _ = sums[place + 1][k]
            old_ones, _, converted = sums[old][k]
            counts, settled = Counts(seen, arrived), Counts(old_ones, converted)
            interval = statistics.decision_interval(
                counts, rule.alpha, rule.beta, len(points), settled, odds_ratio
            )
            path.append(Point(at, counts, interval))
    for path, variant in zip(points, results.variants, strict=True):
        counts = Counts(variant.totals.seen, variant.totals.converted)
        path.append(Point(last, counts, variant.decision))
    return points


def _sums(results: Results, days: Sequence[date]) -> list[Sums]:
    """What had been counted after each number of days, from none to all."""
    nothing: Sums = tuple((0, 0, 0) for _ in results.variants)
    rows = [
        tuple((each.seen, each.arrived, each.converted) for each in results.days[day])
        if day in results.days
        else nothing
        for day in days
    ]
    return list(accumulate([nothing, *rows], _add))


def _add(one: Sums, other: Sums) -> Sums:
    return tuple((a[0] + b[0], a[1] + b[1], a[2] + b[2]) for a, b in zip(one, other, strict=True))


def _shown(count: int) -> list[int]:
    """Which of the days that are over to draw, the last one among them."""
    step = -(-count // MOST_POINTS) or 1
    return sorted(range(count - 1, -1, -step))


# The gap is a share of a panel.
PANEL_HEIGHT, PANEL_GAP = 150, 0.22
# The name of the first panel stands above it, in pixels.
TITLE_HEIGHT = 21


def course_chart(
    results: Results, points: Sequence[Sequence[Point]], annotations: Sequence[MarkedMoment] = ()
) -> str:
    """Each variant's rate and decision interval as they stood at the end of each day."""
    life, rule, count = results.life, results.rule, len(results.variants)
    most = rates_end(
        rule.target,
        # What was hardly known at first would squeeze what is known since.
        [point.interval.high for path in points for point in path[len(path) // 2 :]],
        [variant.rate for variant in results.variants],
    )
    traces: list[Parts] = []
    texts: list[Parts] = []
    axes: Parts = {}
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
            "nticks": 3,
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


POINTS = 61
# What lies outside these quantiles of every variant is not drawn.
TAIL = 0.0005


class Density(NamedTuple):
    """Beta(½ + x, ½ + n − x) of one variant at ascending ``rates``.

    ``heights`` are densities per unit of rate, ``above`` the chance that the rate is at least that.
    ``top`` is how high it is where it is at home: of few it may be endless at a rate of 0 or 1.
    """

    key: str
    rates: tuple[float, ...]
    heights: tuple[float, ...]
    above: tuple[float, ...]
    top: float


def densities(results: Results) -> list[Density]:
    """Return the density of each variant that anybody has seen, all at the same rates."""
    import numpy as np
    from scipy import special

    known = [
        (v.key, statistics.posterior(Counts(v.totals.seen, v.totals.converted)))
        for v in results.variants
        if v.totals.seen
    ]
    if not known:
        return []
    low = min(float(special.betaincinv(beta.a, beta.b, TAIL)) for _, beta in known)
    high = max(float(special.betainccinv(beta.a, beta.b, TAIL)) for _, beta in known)
    # At 0 and 1 a density may be endless.
    rates = np.linspace(max(low, 1e-6), min(high, 1 - 1e-6), POINTS)
    found = []
    for key, beta in known:
        logs = special.xlogy(beta.a - 1, rates) + special.xlog1py(beta.b - 1, -rates)
        heights = np.exp(logs - special.betaln(beta.a, beta.b))
        above = special.betaincc(beta.a, beta.b, rates)
        top = heights.max() if min(beta.a, beta.b) > 1 else np.interp(beta.mean, rates, heights)
        points, dense, more = (tuple(column.tolist()) for column in (rates, heights, above))
        found.append(Density(key, points, dense, more, float(top)))
    return found


def beliefs(results: Results, densities: Sequence[Density]) -> str:
    """How likely each rate is, for each variant that was seen."""
    by_key = {density.key: density for density in densities}
    traces = []
    for k, variant in enumerate(results.variants):
        density = by_key.get(variant.key)
        if density is None:
            continue
        said = [
            f"{percent(above, 0)} chance of {percent(rate)} or more"
            for rate, above in zip(density.rates, density.above, strict=True)
        ]
        traces.append(
            {
                "type": "scatter",
                "mode": "lines",
                "x": density.rates,
                "y": density.heights,
                "name": short(variant.name),
                "line": {"color": f"var(--series-{k + 1})", "width": 2.5, "dash": DASHES[k]},
                **saying(said),
            }
        )
    target = results.rule.target
    ends = [density.rates[-1] for density in densities]
    return as_json(
        traces,
        height=320,
        top=8,
        beside={"b": FOOT_HEIGHT},
        x={"range": [0, max([1.1 * target, *ends])], "tickformat": ".0%", "nticks": 4},
        y={"visible": False, "range": [0, 1.1 * max([d.top for d in densities], default=1.0)]},
        shapes=[level(target, is_upright=True)],
        annotations=[foot_words(f"target {as_percent(target)}", target)],
        showlegend=len(traces) > 1,
    )
