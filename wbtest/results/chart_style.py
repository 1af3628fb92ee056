"""How every chart is drawn: type, colours, axes, and the words on it.

Colours are names of the page's own custom properties, which the page's script looks up when it
draws: one figure serves light, dark and paper. Names that people typed are escaped, since Plotly
reads a little markup in its texts, and never become part of a template for hovering.
"""

from __future__ import annotations

import html
import textwrap
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from math import exp, inf, log
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from wbtest.audience.result_counts import Totals
from wbtest.results.figures import VariantFigures
from wbtest.results.trust import SMALL, day_name
from wbtest.web import percent

Parts = dict[str, Any]


class MarkedMoment(Protocol):
    """Something that happened, in the team's words: a post went up, an ad started.

    On a chart it is a ``number``, the same as in the list of what happened; 0 for what is on none.
    """

    @property
    def at(self) -> datetime: ...

    @property
    def text(self) -> str: ...

    @property
    def number(self) -> int: ...


Drawn = list[Parts]
LONGEST_NAME = 30
# Of one of two lines of a name beside the plot.
LONGEST_LINE = 16
# In pixels: a line of words over a chart, a row of marks, the columns of names and of figures
# beside the plot, and below it the ticks with the words of the dotted lines.
WORDS_HEIGHT = 20
ROW_HEIGHT = 48
NAMES_WIDTH = 128
FIGURES_WIDTH = 76
FOOT_HEIGHT = 46
BESIDE = {"l": NAMES_WIDTH + 4, "r": FIGURES_WIDTH + 8, "b": FOOT_HEIGHT}
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
    traces: Sequence[Parts],
    *,
    height: int,
    x: Parts,
    y: Parts,
    top: int = 8,
    beside: Mapping[str, int] | None = None,
    **layout: Any,
) -> str:
    """Return the figure as JSON that may stand in a script element; ``height`` is in pixels.

    ``x`` and ``y`` are what is special about the axes, ``beside`` about the margins, ``layout``
    about the rest.
    """
    import plotly.io

    figure = {
        "data": list(traces),
        "layout": {
            **LAYOUT,
            "height": height,
            "margin": {"l": 4, "r": 4, "t": top, "b": 4} | dict(beside or {}),
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


def saying(points: Sequence[str | None], *, is_named: bool = True) -> Parts:
    """Return what each point of a trace says, under the mouse and to who steps through by keyboard.

    None for a point that says nothing. ``is_named``: the name of the trace comes before it.
    """
    name = "%{fullData.name}: " if is_named else ""
    template = f"{name}%{{customdata}}<extra></extra>"
    return {"customdata": list(points), "hovertemplate": template}


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


def line_words(text: str, *, above: int = 0) -> Parts:
    """Return what a dotted line is, over the chart: on the line it would cover what is drawn."""
    place = {"y": 1, "yref": "paper", "yanchor": "bottom", "yshift": above}
    return words(f"··· {text}", side="left") | place


def row_name(name: str, y: float, *, is_strong: bool = True, **parts: Any) -> Parts:
    """Return the name of a row, in the column at the start."""
    font = {"color": "var(--ink)", "weight": 600} if is_strong else {"color": "var(--soft)"}
    return words(two_lines(name), side="left", y=y, align="left", xshift=-NAMES_WIDTH) | {
        "font": font,
        **parts,
    }


def row_figures(
    figures: Sequence[str], y: float, colour: str = "var(--ink)", **parts: Any
) -> Parts:
    """Return what is known of a row, in the column at the end; each figure is a line."""
    lines = "<br>".join(figures)
    return (
        words(lines, side="right", y=y, colour=colour, align="right", xshift=FIGURES_WIDTH) | parts
    )


def foot_words(text: str, at: float, side: str = "left") -> Parts:
    """Return what an upright dotted line is, below the ticks: over the plot it would cover marks.

    ``side`` of the line: the words begin there, or end there.
    """
    place = {"x": at, "xref": "x", "y": 0, "yref": "paper", "yanchor": "top", "yshift": -22}
    return words(text, side=side) | place


def rows_axis(count: int) -> Parts:
    """Return a y axis for so many rows, the first at 0 and each of the others 1 below."""
    return {"visible": False, "range": [0.5 - count, 0.5]}


def day_axis(days: Sequence[date]) -> Parts:
    """Return an x axis that names five days at most, as 3 Mar."""
    shown = days[:: -(-len(days) // 5) or 1]
    return {
        "showgrid": False,
        "type": "date",
        "tickvals": [day.isoformat() for day in shown],
        "ticktext": [f"{day.day} {day:%b}" for day in shown],
    }


def moments_in_words(moments: Sequence[datetime], time_zone: str) -> list[str]:
    """Return moments as a chart says them: the local day, and the time where it is not midnight."""
    zone = ZoneInfo(time_zone)
    said = []
    for moment in moments:
        local = moment.astimezone(zone)
        # A day that is over ends with the midnight after it.
        is_midnight = local.hour == local.minute == 0
        day = local - timedelta(minutes=1) if is_midnight else local
        said.append(day_name(day) if is_midnight else f"{day_name(day)}, {local:%H:%M}")
    return said


def midnight_after(day: date, time_zone: str) -> datetime:
    """Return when a local day is over, in UTC."""
    zone = ZoneInfo(time_zone)
    return datetime.combine(day + timedelta(days=1), time.min, zone).astimezone(UTC)


def rates_end(target: float, highs: Sequence[float], rates: Sequence[float | None]) -> float:
    """Return where an axis of rates ends: wide open intervals may run out of the chart."""
    ends = [min(high, 4 * target) for high in highs]
    return min(1.0, 1.05 * max([1.5 * target, *ends, *(1.2 * (rate or 0) for rate in rates)]))


def bars_of(k: int, variant: VariantFigures) -> Parts:
    """Return the beginning of a bar trace, in the colour of the ``k``-th variant."""
    colour = {"color": f"var(--series-{k + 1})"}
    return {"type": "bar", "name": short(variant.name), "marker": colour}


def short(text: str, longest: int = LONGEST_NAME) -> str:
    """Return a name as text for Plotly, cut to what a narrow screen has room for.

    >>> short("Half the waste in a week, for anybody who cooks"), short("食材を捨てない" * 3)
    ('Half the waste in a week, for…', '食材を捨てない食材を捨てない…')
    """
    # Signs of Chinese, Japanese and Korean are twice as wide as others.
    widths = [1 + (unicodedata.east_asian_width(sign) in "WF") for sign in text]
    if sum(widths) <= longest:
        return html.escape(text, quote=False)
    end = next(k for k in range(len(text)) if sum(widths[: k + 1]) > longest - 1)
    return html.escape(f"{text[:end].rstrip()}…", quote=False)


def two_lines(name: str) -> str:
    """Return a name as text for Plotly, on two lines at most.

    >>> two_lines("Half the waste in a week, for home cooks"), two_lines("食材を捨てない" * 3)
    ('Half the waste<br>in a week, for…', '食材を捨てない食<br>材を捨てない食…')
    """
    is_wide = any(unicodedata.east_asian_width(sign) in "WF" for sign in name)
    width = LONGEST_LINE // 2 if is_wide else LONGEST_LINE
    lines = textwrap.wrap(name, width)
    if len(lines) > 2:
        # What textwrap itself would leave out is a whole word, and a name may be one.
        lines = [lines[0], f"{lines[1][: width - 1].rstrip()}…"]
    return "<br>".join(html.escape(line, quote=False) for line in lines)


def figures_of(totals: Totals) -> list[str]:
    """Return the rate as counts, and in per cent once they are many: 92 of 711, 12.9 %."""
    if not totals.seen:
        return ["nobody yet"]
    share = [percent(totals.converted / totals.seen)] if totals.seen >= SMALL else []
    return [signed_up_of(totals), *share]


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


def odds_in_words(log_e: float) -> str:
    """Return evidence as odds, and say which way they go.

    >>> odds_in_words(log(60)), odds_in_words(-log(2.5)), odds_in_words(0.0)
    ('60 to 1 in favour', '2.5 to 1 against', 'even')
    """
    text = odds(abs(log_e))
    if text == odds(0):
        return "even"
    return f"{text} {'in favour' if log_e > 0 else 'against'}"


def belief(chance: float) -> str:
    r"""Return a chance that nobody can be wholly sure of.

    >>> belief(0.9999), belief(0.43), belief(0.001)
    ('over 99%', '43%', 'under 1%')
    """
    if chance > 0.99:
        return "over 99%"
    return "under 1%" if chance < 0.01 else percent(chance, 0)


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
