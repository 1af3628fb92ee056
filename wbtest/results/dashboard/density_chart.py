"""The posterior densities as JSON for Plotly; for information."""

from __future__ import annotations

from collections.abc import Sequence

from wbtest.http import percent
from wbtest.publishing.in_words import as_percent
from wbtest.results.dashboard.densities import Density
from wbtest.results.drawing import DASHES, as_json, level, saying, short, words
from wbtest.results.figures import Results


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
        top=24,
        x={"range": [0, max([1.1 * target, *ends])], "tickformat": ".0%", "nticks": 6},
        y={"visible": False, "range": [0, 1.1 * max([d.top for d in densities], default=1.0)]},
        shapes=[level(target, is_upright=True)],
        annotations=[
            words(f"target {as_percent(target)}", side="left")
            | {"x": target, "xref": "x", "y": 1, "yref": "paper", "yanchor": "bottom"}
        ],
        showlegend=len(traces) > 1,
    )
