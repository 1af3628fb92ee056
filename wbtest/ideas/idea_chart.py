"""Every idea against its own target, as JSON for Plotly: one line is the target of them all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from wbtest.ideas.idea_list import Evidence, IdeaRow
from wbtest.publishing.rule_text import as_percent
from wbtest.results import charts, trust, verdict_text
from wbtest.results.chart_style import (
    BESIDE,
    FOOT_HEIGHT,
    ROW_HEIGHT,
    Parts,
    as_json,
    foot_words,
    level,
    row_figures,
    row_name,
    rows_axis,
    saying,
    short,
)
from wbtest.web import percent

# Times the target: what lies beyond is drawn at the edge, or it would squeeze all the others.
MOST = 4.0
NOBODY = "no visitors yet"


def tested(rows: Sequence[IdeaRow]) -> list[tuple[str, Evidence]]:
    """Return the names and evidence of those ideas that a test says something of."""
    return [(row.idea.name, row.evidence) for row in rows if row.evidence]


def conclusion(rows: Sequence[IdeaRow]) -> str:
    """Return what the chart shows, in one sentence."""
    found = tested(rows)
    counts = Counter(_word(evidence) for _, evidence in found)
    ideas = "1 idea has" if len(found) == 1 else f"{len(found)} ideas have"
    told = [
        f"{counts[word.text]} {word.text}"
        for word in verdict_text.STANDINGS.values()
        if counts[word.text]
    ]
    told += [f"{counts[NOBODY]} with {NOBODY}"] if counts[NOBODY] else []
    return f"{ideas} a test: {trust.listed(told)}."


def intervals(rows: Sequence[IdeaRow]) -> str:
    """Each tested idea's newest decision interval over its target, with its floor as a tick."""
    found = tested(rows)
    end = _end([evidence for _, evidence in found])
    notes = []
    for k, (name, evidence) in enumerate(found):
        said = row_figures(_word(evidence).split(" ", 1), -k, _colour(evidence))
        notes += [row_name(name, -k), said]
    notes.append(foot_words("target", 1))
    return as_json(
        [*_bars(found, end), _floors(found), _dots(found, end)],
        height=8 + FOOT_HEIGHT + ROW_HEIGHT * len(found),
        beside=BESIDE,
        x={
            "range": [0, end],
            "tickvals": [0, 1, 2, 3, 4],
            "ticktext": ["0", "1×", "2×", "3×", "4×"],
            # On a phone they would be turned.
            "tickangle": 0,
        },
        y=rows_axis(len(found)),
        shapes=[level(1, is_upright=True)],
        annotations=notes,
        showlegend=False,
    )


def _bars(found: Sequence[tuple[str, Evidence]], end: float) -> list[Parts]:
    """A bar from end to end of each interval; one trace for each colour."""
    drawn: dict[str, Parts] = {}
    for k, (_, evidence) in enumerate(found):
        if evidence.is_sparse:
            continue
        colour = _colour(evidence)
        bar = drawn.setdefault(
            colour,
            {
                "type": "scatter",
                "x": [],
                "y": [],
                "mode": "lines",
                "line": {"color": colour, "width": 9},
                "opacity": 0.3,
                "hoverinfo": "skip",
            },
        )
        ends = [evidence.of_target(rate) for rate in (evidence.low, evidence.high)]
        bar["x"] += [*(min(each, end) for each in ends), None]
        bar["y"] += [-k, -k, None]
    return list(drawn.values())


def _floors(found: Sequence[tuple[str, Evidence]]) -> Parts:
    return {
        "type": "scatter",
        "x": [evidence.of_target(evidence.floor) for _, evidence in found],
        "y": [-k for k in range(len(found))],
        "mode": "markers",
        "marker": {
            "symbol": "line-ns-open",
            "size": 16,
            "color": "var(--ink)",
            "line": {"width": 2, "color": "var(--ink)"},
        },
        "hoverinfo": "skip",
    }


def _dots(found: Sequence[tuple[str, Evidence]], end: float) -> Parts:
    """A dot at each rate; an arrow at the edge where the rate lies beyond it."""
    dots = [
        (k, name, evidence, evidence.of_target(evidence.rate))
        for k, (name, evidence) in enumerate(found)
        if evidence.rate is not None and not evidence.is_sparse
    ]
    return {
        "type": "scatter",
        # At the very edge half of an arrow would be cut off.
        "x": [0.99 * end if at > end else at for _, _, _, at in dots],
        "y": [-k for k, *_ in dots],
        "mode": "markers",
        "cliponaxis": False,
        "marker": {
            "color": [_colour(evidence) for _, _, evidence, _ in dots],
            "symbol": ["triangle-right" if at > end else "circle" for *_, at in dots],
            "size": 13,
        },
        **saying([_said(name, evidence) for _, name, evidence, _ in dots], is_named=False),
    }


def _said(name: str, evidence: Evidence) -> str:
    low, high = percent(evidence.low), percent(evidence.high)
    return (
        f"{short(name)}, {_word(evidence)}: {evidence.converted:,} of {evidence.seen:,}, "
        f"between {low} and {high}; target {as_percent(evidence.target)}, "
        f"floor {as_percent(evidence.floor)}"
    )


def _colour(evidence: Evidence) -> str:
    return "var(--soft)" if _word(evidence) == NOBODY else charts.COLOURS[evidence.standing]


def _word(evidence: Evidence) -> str:
    return evidence.word.text if evidence.seen else NOBODY


def _end(found: Sequence[Evidence]) -> float:
    """Where the axis ends: wide open intervals and very good rates run out of the chart."""
    highs = [evidence.of_target(evidence.high) for evidence in found if not evidence.is_sparse]
    return min(1.05 * max([1.5, *highs]), MOST)
