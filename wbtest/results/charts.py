"""The charts of a test as JSON for Plotly: what the verdict rests on, how far people went, when.

Made from results, never from rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import pairwise
from math import log
from typing import Any

from wbtest.audience.result_counts import Totals
from wbtest.publishing.rule_text import as_percent
from wbtest.results.chart_style import (
    BESIDE,
    DASHES,
    FOOT_HEIGHT,
    LEGEND,
    ROW_HEIGHT,
    WORDS_HEIGHT,
    MarkedMoment,
    Parts,
    as_json,
    bars_of,
    day_axis,
    figures_of,
    foot_words,
    level,
    line_words,
    local_time,
    midnight_after,
    moments_in_words,
    odds,
    rates_end,
    row_figures,
    row_name,
    rows_axis,
    saying,
    short,
    signed_up_of,
)
from wbtest.results.figures import Results, VariantFigures
from wbtest.results.funnel import FunnelStep
from wbtest.results.notes import numbered, verdict_mark
from wbtest.results.trust import SMALL, day_name
from wbtest.web import percent

# Green and amber are the verdict's own; what is below needs no alarm of its own.
COLOURS = {
    "above": "var(--go)",
    "open": "var(--iterate)",
    "below": "var(--soft)",
    "ahead": "var(--accent)",
    "behind": "var(--soft)",
    "withheld": "var(--soft)",
}
MOST_POINTS = 160
# Evidence further down than this says no more, and would squeeze the rest of the chart.
LOWEST_EVIDENCE = -4.0


def intervals(results: Results) -> str:
    """Each variant's decision interval, against target and floor."""
    rule, variants = results.rule, results.variants
    most = rates_end(
        rule.target, [each.decision.high for each in variants], [each.rate for each in variants]
    )
    traces, notes = [], []
    for k, variant in enumerate(variants):
        traces += _interval(variant, -k)
        notes += [
            row_name(variant.name, -k),
            row_figures(figures_of(variant.totals), -k, COLOURS[variant.standing]),
        ]
    # On the sides that are turned from each other, since there may be no room between the lines.
    notes.append(foot_words(f"floor {as_percent(rule.floor)}", rule.floor, "right"))
    notes.append(foot_words(f"target {as_percent(rule.target)}", rule.target))
    return as_json(
        traces,
        height=8 + FOOT_HEIGHT + ROW_HEIGHT * len(variants),
        beside=BESIDE,
        x={"range": [0, most], "tickformat": ".0%", "nticks": 4, "tickangle": 0},
        y=rows_axis(len(variants)),
        shapes=[level(rate, is_upright=True) for rate in (rule.floor, rule.target)],
        annotations=notes,
        showlegend=False,
    )


def evidence(results: Results, annotations: Sequence[MarkedMoment] = ()) -> str:
    """The evidence for, or against, the target at the end of every hour."""
    looks, variants = results.looks, results.variants
    is_below = shows_below(results)
    paths = looks.below if is_below else looks.above
    bar = results.needed_below if is_below else results.needed_above
    shown = _shown_looks(results)
    last = results.life.settled_at(results.rule)
    moments = [min(looks.moment(look), last) for look in shown]
    times = [local_time(moment, results.life.time_zone) for moment in moments]
    whens = moments_in_words(moments, results.life.time_zone)
    traces = [
        {
            "type": "scatter",
            "x": times,
            "y": [round(float(paths[look, k]), 3) for look in shown],
            "mode": "lines",
            "name": short(variant.name),
            "line": {"color": COLOURS[variant.standing], "width": 2.5, "dash": DASHES[k]},
            **saying(
                [
                    f"{when}, {odds(float(paths[look, k]))}"
                    for when, look in zip(whens, shown, strict=True)
                ]
            ),
        }
        for k, variant in enumerate(variants)
    ]
    highest = max(float(paths.max()), bar * 1.3)
    lowest = max(min(float(paths.min()), -1.0), LOWEST_EVIDENCE)
    decades = -(-int(highest / log(10)) // 5) or 1
    ticks = [tens for tens in range(-1, int(highest / log(10)) + 1) if tens % decades == 0]
    ends = results.life.started_at, last
    happened = numbered(annotations, results.life.time_zone, ends)
    lines, texts, height = [level(bar), *happened.lines], happened.numbers, happened.height
    reached = results.verdict.reached_at
    if reached is not None and not results.verdict.is_withheld:
        line, text = verdict_mark(reached, results.life.time_zone, ends, above=height)
        lines, texts, height = [*lines, line], [*texts, text], height + WORDS_HEIGHT
    sure = line_words(f"enough evidence: {odds(bar)}", above=height)
    top = height + WORDS_HEIGHT + 6
    return as_json(
        traces,
        height=102 + top + 58 * max(len(variants), 3),
        top=top,
        x=day_axis(results.life.days_until(last)),
        y={
            "range": [lowest, highest * 1.05],
            "tickvals": [tens * log(10) for tens in ticks],
            "ticktext": [odds(tens * log(10)) for tens in ticks],
        },
        shapes=lines,
        annotations=[sure, *texts],
        showlegend=len(variants) > 1,
        **happened.layout,
    )


def evidence_by_day(results: Results) -> list[tuple[str, list[float]]]:
    """Return the same as it stood when each day was over, as log E; the newest first, which is now.

    Days that were over before anybody came are left out.
    """
    looks, life = results.looks, results.life
    paths = looks.below if shows_below(results) else looks.above
    last = life.settled_at(results.rule)
    midnights = [midnight_after(day, life.time_zone) for day in life.days_until(last)[:-1]]
    over = [(at, int(looks.ends.searchsorted(at.timestamp(), "right")) - 1) for at in midnights]
    known = [(at, paths[look].tolist()) for at, look in reversed(over) if look >= 0]
    days = moments_in_words([at for at, _ in known], life.time_zone)
    now = "Now", paths[_shown_looks(results)[-1]].tolist()
    return [now, *((day, row) for day, (_, row) in zip(days, known, strict=True))]


def shows_below(results: Results) -> bool:
    """Whether the evidence worth drawing is that the target is missed."""
    if results.verdict.word != "not_enough":
        return results.verdict.word == "not_met"
    return all((variant.rate or 0) < results.rule.target for variant in results.variants)


def _interval(variant: VariantFigures, y: int) -> list[Parts]:
    """A bar from end to end, and a dot at the rate once there is one."""
    colour = COLOURS[variant.standing]
    low, high = variant.decision
    bar = {
        "type": "scatter",
        "x": [low, high],
        "y": [y, y],
        "mode": "lines",
        "line": {"color": colour, "width": 9},
        "opacity": 0.3,
        "hoverinfo": "skip",
    }
    if variant.rate is None:
        return [bar]
    counts = signed_up_of(variant.totals)
    said = f"{counts}, {percent(variant.rate)}; between {percent(low)} and {percent(high)}"
    dot = {
        "type": "scatter",
        "x": [variant.rate],
        "y": [y],
        "mode": "markers",
        "marker": {"color": colour, "size": 13},
        "name": short(variant.name),
        **saying([said]),
    }
    return [bar, dot]


def _shown_looks(results: Results) -> list[int]:
    """Which looks to draw: not more than a line needs, none after the end, always the last one."""
    final = results.life.final_at(results.rule).timestamp()
    # The first look after the end holds everything that the later ones do.
    last = min(int(results.looks.ends.searchsorted(final)), len(results.looks.ends) - 1)
    step = last // MOST_POINTS + 1
    return sorted({*range(0, last, step), last})


Days = Mapping[date, Sequence[Totals]]


# In pixels: a bar of the funnel, and one of several in its step. Steps of several have a gap of
# this many bars between them.
STEP_HEIGHT, BAR_HEIGHT = 24, 18
STEP_GAP = 0.7


def funnel(results: Results, stages: Sequence[FunnelStep]) -> str:
    """From served to the last step: a bar for each variant, with the share of the step before."""
    variants = results.variants
    is_alone = len(variants) == 1
    apart = 1 if is_alone else len(variants) + STEP_GAP
    bottom = (len(stages) - 1) * apart + len(variants) - 0.5
    traces: list[Parts] = []
    notes: list[Parts] = []
    for step, stage in enumerate(stages):
        middle = step * apart + (len(variants) - 1) / 2
        notes.append(row_name(stage.name, -middle, is_strong=False))
    for k, variant in enumerate(variants):
        counts = [stage.counts[k] for stage in stages]
        places = [-(step * apart + k) for step in range(len(stages))]
        said = [f"{stage.name}, {n:,}" for stage, n in zip(stages, counts, strict=True)]
        bars = {"orientation": "h", "x": counts, "y": places, "width": 0.75}
        traces.append(bars_of(k, variant) | bars | saying(said))
        # Of few no share is told, nor where a step is no part of the one before.
        shares = [
            f" ({now / before:.0%})" if before >= SMALL and now <= before else ""
            for before, now in pairwise([0, *counts])
        ]
        for place, count, share in zip(places, counts, shares, strict=True):
            notes.append(row_figures([f"{count:,}{share}"], place))
    bar = STEP_HEIGHT if is_alone else BAR_HEIGHT
    foot = 8 if is_alone else FOOT_HEIGHT
    return as_json(
        traces,
        height=8 + foot + round(bar * (bottom + 0.5)),
        beside=BESIDE | {"b": foot},
        x={"visible": False, "range": [0, max(*(max(stage.counts) for stage in stages), 1)]},
        y={"visible": False, "range": [-bottom, 0.5]},
        barmode="overlay",
        annotations=notes,
        showlegend=not is_alone,
    )


def visits_by_day(results: Results, days: Days, annotations: Sequence[MarkedMoment] = ()) -> str:
    """People who saw the page for the first time, by day and variant."""
    numbers = [[row[k].seen for row in days.values()] for k in range(len(results.variants))]
    said = [[f"{number:,} saw it" for number in column] for column in numbers]
    return _by_day(results, days, numbers, said, annotations)


def signups_by_day(results: Results, days: Days, annotations: Sequence[MarkedMoment] = ()) -> str:
    """Those of them who signed up, by the day of their visit and variant."""
    columns = list(zip(*days.values(), strict=True)) or [()] * len(results.variants)
    numbers = [[totals.converted for totals in column] for column in columns]
    said = [[signed_up_of(totals) for totals in column] for column in columns]
    return _by_day(results, days, numbers, said, annotations)


def _by_day(
    results: Results,
    days: Days,
    numbers: Sequence[Sequence[int]],
    said: Sequence[Sequence[str]],
    annotations: Sequence[MarkedMoment],
) -> str:
    whens = [day_name(day) for day in days]
    traces: list[dict[str, Any]] = [
        bars_of(k, variant)
        | {
            "x": [day.isoformat() for day in days],
            "y": numbers[k],
            **saying([f"{when}, {text}" for when, text in zip(whens, said[k], strict=True)]),
        }
        for k, variant in enumerate(results.variants)
    ]
    ends = results.life.started_at, results.life.settled_at(results.rule)
    happened = numbered(annotations, results.life.time_zone, ends, by_day=True)
    return as_json(
        traces,
        height=300 + happened.height,
        top=8 + happened.height,
        x=day_axis(list(days)),
        # Few are counted one by one: half a person is none.
        y={"rangemode": "tozero", "tickformat": ",d", "nticks": 4}
        | ({"dtick": 1} if max(map(sum, zip(*numbers, strict=True)), default=0) < 4 else {}),
        barmode="stack",
        bargap=0.3,
        shapes=happened.lines,
        annotations=happened.numbers,
        legend=LEGEND | {"traceorder": "normal"},
        showlegend=len(results.variants) > 1,
        **happened.layout,
    )
