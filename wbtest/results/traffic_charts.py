"""Charts of who came: how far, and when; as JSON for Plotly. All of them *for information*."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from wbtest.audience.counts import Totals
from wbtest.results.annotating.numbers import numbered
from wbtest.results.dashboard.funnel import Stage
from wbtest.results.drawing import (
    LEGEND,
    Note,
    as_json,
    bars_of,
    day_axis,
    day_words,
    saying,
    signed_up_of,
)
from wbtest.results.figures import Results

Days = Mapping[date, Sequence[Totals]]


def funnel(results: Results, stages: Sequence[Stage]) -> str:
    """From served to the last step: a bar for each variant."""
    variants = list(enumerate(results.variants))
    # Plotly draws the first one at the bottom.
    upwards = list(reversed(stages))
    traces = []
    for k, variant in reversed(variants):
        counts = [stage.counts[k] for stage in upwards]
        traces.append(
            bars_of(k, variant)
            | {
                "x": counts,
                "y": [stage.name for stage in upwards],
                "orientation": "h",
                "text": [f"{count:,}" for count in counts],
                "textposition": "outside",
                "cliponaxis": False,
                **saying([f"{stage.name}, {stage.counts[k]:,}" for stage in upwards]),
            }
        )
    most = max(max(stage.counts) for stage in stages)
    return as_json(
        traces,
        height=90 + len(stages) * (22 + 17 * len(variants)),
        x={"visible": False, "range": [0, 1.25 * max(most, 1)]},
        y={"showgrid": False},
        barmode="group",
        bargap=0.25,
        legend=LEGEND | {"traceorder": "reversed"},
        showlegend=len(variants) > 1,
    )


def visits_by_day(results: Results, days: Days, annotations: Sequence[Note] = ()) -> str:
    """People who saw the page for the first time, by day and variant."""
    numbers = [[row[k].seen for row in days.values()] for k in range(len(results.variants))]
    said = [[f"{number:,} saw it" for number in column] for column in numbers]
    return _by_day(results, days, numbers, said, annotations)


def signups_by_day(results: Results, days: Days, annotations: Sequence[Note] = ()) -> str:
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
    annotations: Sequence[Note],
) -> str:
    whens = [day_words(day) for day in days]
    traces: list[dict[str, Any]] = [
        bars_of(k, variant)
        | {
            "x": [day.isoformat() for day in days],
            "y": numbers[k],
            **saying([f"{when}, {text}" for when, text in zip(whens, said[k], strict=True)]),
        }
        for k, variant in enumerate(results.variants)
    ]
    ends = results.life.started_at, min(results.life.now, results.life.final_at(results.rule))
    happened = numbered(annotations, results.life.time_zone, ends, by_day=True)
    return as_json(
        traces,
        height=300 + happened.height,
        top=8 + happened.height,
        x=day_axis(list(days)),
        # Few are counted one by one: half a person is none.
        y={"rangemode": "tozero", "tickformat": ",d", "nticks": 6},
        barmode="stack",
        bargap=0.3,
        shapes=happened.lines,
        annotations=happened.numbers,
        legend=LEGEND | {"traceorder": "normal"},
        showlegend=len(results.variants) > 1,
        **happened.layout,
    )
