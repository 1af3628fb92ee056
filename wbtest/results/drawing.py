"""How every chart is drawn: type, colours, axes, and the words on it.

Colours are names of the page's own custom properties, which the page's script looks up when it
draws: one figure serves light, dark and paper. Names that people typed are escaped, since Plotly
reads a little markup in its texts, and never become part of a template for hovering.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from datetime import date, datetime
from math import exp, inf, log
from typing import Any
from zoneinfo import ZoneInfo

from wbtest.audience.counts import Totals
from wbtest.results.variants import VariantFigures

Parts = dict[str, Any]
LONGEST_NAME = 30
# Variants are told apart by more than a colour.
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
# Target, floor and the bar of evidence: what the data are held against.
LINE = {"color": "var(--ink)", "dash": "dot", "width": 1.5}
AXIS = {
    "gridcolor": "var(--line)",
    "zeroline": False,
    "fixedrange": True,
    "automargin": True,
    "ticklabelstandoff": 6,
}
LEGEND = {"orientation": "h", "yref": "container", "y": 0, "yanchor": "bottom"}
LAYOUT = {
    "autosize": True,
    "font": {"family": "var(--sans)", "size": 13, "color": "var(--soft)"},
    "paper_bgcolor": "rgba(0,0,0,0)",
    "plot_bgcolor": "rgba(0,0,0,0)",
    "legend": LEGEND,
    "dragmode": False,
    "hoverlabel": {"bgcolor": "var(--paper)", "bordercolor": "var(--edge)"},
}


def as_json(
    traces: Sequence[Parts], *, height: int, x: Parts, y: Parts, top: int = 8, **layout: Any
) -> str:
    """Return the figure as JSON that may stand in a script element; ``height`` is in pixels.

    ``x`` and ``y`` are what is special about the axes, ``layout`` what is about the rest.
    """
    import plotly.io

    figure = {
        "data": list(traces),
        "layout": {
            **LAYOUT,
            "height": height,
            "margin": {"l": 4, "r": 4, "t": top, "b": 4},
            "xaxis": AXIS | x,
            "yaxis": AXIS | y,
            **layout,
        },
    }
    # Checking every property takes ten times as long as all the rest; tests do it.
    text: str = plotly.io.to_json(figure, validate=False)
    # Inside a script element only an end tag could end it.
    return text.replace("<", "\\u003c")


def level(at: float, *, is_upright: bool = False) -> Parts:
    """Return a dotted line through the whole chart, at a value of the x or the y axis."""
    across = {"x0": 0, "x1": 1, "xref": "paper", "y0": at, "y1": at, "yref": "y"}
    upright = {"y0": 0, "y1": 1, "yref": "paper", "x0": at, "x1": at, "xref": "x"}
    return {"type": "line", "line": LINE} | (upright if is_upright else across)


def words(text: str, *, side: str, colour: str = "var(--ink)", **parts: Any) -> Parts:
    """Return words on the chart; ``side`` of the place given is where they begin or end."""
    return {
        "text": text,
        "xref": "paper",
        "xanchor": side,
        "x": 0 if side == "left" else 1,
        "showarrow": False,
        "bgcolor": "var(--paper)",
        "borderpad": 1,
        "font": {"color": colour},
    } | parts


def day_axis(days: Sequence[date]) -> Parts:
    """Return an x axis that names six days at most, as 3 Mar."""
    shown = days[:: -(-len(days) // 6) or 1]
    return {
        "showgrid": False,
        "type": "date",
        "tickvals": [day.isoformat() for day in shown],
        "ticktext": [f"{day.day} {day:%b}" for day in shown],
    }


def bars_of(k: int, variant: VariantFigures) -> Parts:
    """Return the beginning of a bar trace, in the colour of the ``k``-th variant."""
    colour = {"color": f"var(--series-{k + 1})"}
    return {"type": "bar", "name": short(variant.name), "marker": colour}


def short(text: str) -> str:
    """Return a name as text for Plotly, cut to what a narrow screen has room for."""
    cut = text if len(text) <= LONGEST_NAME else f"{text[: LONGEST_NAME - 1]}…"
    return html.escape(cut, quote=False)


def signed_up_of(totals: Totals) -> str:
    """Return the rate as counts: 3 of 41."""
    return f"{totals.converted:,} of {totals.seen:,}"


def odds(log_e: float) -> str:
    """Return evidence as odds, for or against.

    >>> odds(log(60)), odds(-log(2.5)), odds(log(1e9))
    ('60 to 1', '1 to 2.5', '10^9 to 1')
    """
    times = exp(min(abs(log_e), 50))
    text = f"{times:,.0f}" if times >= 10 or abs(times - round(times)) < 0.05 else f"{times:.1f}"
    if times >= 1e6:
        text = f"10^{round(abs(log_e) / log(10))}"
    return f"{text} to 1" if log_e >= 0 else f"1 to {text}"


def times(ratio: float) -> str:
    """Return how many times one rate is of another.

    >>> times(1.234), times(float("inf"))
    ('1.23', 'any')
    """
    return "any" if ratio == inf else f"{ratio:.2f}"


def local_time(moment: datetime, time_zone: str) -> str:
    """Return a moment as the local time that Plotly shows without a zone."""
    local = moment.astimezone(ZoneInfo(time_zone))
    return local.replace(tzinfo=None).isoformat(timespec="minutes")
