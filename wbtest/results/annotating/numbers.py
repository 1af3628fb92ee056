"""What happened, on a chart over time: a line, and above the chart the number it has in the list.

Words along the lines would cover what is drawn, the more of them the longer they are. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from wbtest.results.drawing import (
    LINE,
    WORDS_HEIGHT,
    Drawn,
    Note,
    Parts,
    level,
    local_time,
    short,
    words,
)

# Numbers nearer to each other than this share of the chart stand in rows, one above the other.
NEAR = 1 / 12
MOST_ROWS = 3
LONGEST_WORDS = 70
Ends = tuple[datetime, datetime]


class Numbered(NamedTuple):
    """Lines through a chart and the numbers above it, which take ``height`` pixels.

    ``layout`` carries the words, for a picture that is taken along without the list.
    """

    lines: Drawn
    numbers: Drawn
    height: int
    layout: dict[str, Any]


def numbered(
    notes: Sequence[Note], time_zone: str, ends: Ends, *, by_day: bool = False, above: int = 0
) -> Numbered:
    """Return what is drawn of notes on a chart that goes from the one of ``ends`` to the other.

    ``by_day``, where the axis knows no hours. The first row begins so many pixels ``above``.
    """
    shown = sorted((note for note in notes if note.number), key=lambda note: note.at)
    places = [_place(note, time_zone, by_day=by_day) for note in shown]
    moments = [*ends, *(note.at for note in shown)]
    first, whole = min(moments), max(moments) - min(moments)
    shares = [(note.at - first) / whole for note in shown] if whole else [0.0] * len(shown)
    rows = rows_of(shares)
    return Numbered(
        lines=[_line(place) for place in places],
        numbers=[
            _number(
                [shown[k] for k in row],
                places[row[0]],
                shares[row[0]],
                above + WORDS_HEIGHT * height,
            )
            for height, row in rows
        ],
        height=WORDS_HEIGHT * (1 + max((height for height, _ in rows), default=-1)),
        layout={"meta": [_said(note) for note in shown]} if shown else {},
    )


def verdict_mark(at: datetime, time_zone: str, ends: Ends, *, above: int) -> tuple[Parts, Parts]:
    """Return the line of the verdict, and its word so many pixels above the chart."""
    place, (first, last) = local_time(at, time_zone), ends
    line = level(0, is_upright=True) | {"x0": place, "x1": place, "line": LINE | {"dash": "solid"}}
    share = (at - first) / (last - first) if last > first else 0.0
    return line, _above("verdict", place, share, above)


def rows_of(shares: Sequence[float]) -> list[tuple[int, list[int]]]:
    """Return which places share a number, each time with the row it stands in, 0 the lowest.

    ``shares`` ascend from 0 to 1. Where all rows are taken, a place joins the one before it.

    >>> rows_of([0.1, 0.15, 0.5]), rows_of([0.1, 0.11, 0.12, 0.13])
    ([(0, [0]), (1, [1]), (0, [2])], [(0, [0]), (1, [1]), (2, [2, 3])])
    """
    found: list[tuple[int, list[int]]] = []
    ends = [-1.0] * MOST_ROWS
    for k, share in enumerate(shares):
        row = next((row for row in range(MOST_ROWS) if share - ends[row] >= NEAR), None)
        if row is None:
            found[-1][1].append(k)
        else:
            ends[row] = share
            found.append((row, [k]))
    return found


def _place(note: Note, time_zone: str, *, by_day: bool) -> str:
    at = local_time(note.at, time_zone)
    return at[:10] if by_day else at


def _line(place: str) -> Parts:
    """Thinner than target and bar: it says when, and is nothing that data are held against."""
    line = LINE | {"color": "var(--soft)", "width": 1}
    return level(0, is_upright=True) | {"x0": place, "x1": place, "line": line}


def _number(notes: Sequence[Note], place: str, share: float, above: int) -> Parts:
    numbers = [str(note.number) for note in notes]
    text = numbers[0] if len(notes) == 1 else f"{numbers[0]}–{numbers[-1]}"
    said = "<br>".join(_said(note) for note in notes[:8])
    return _above(text, place, share, above) | {"hovertext": said}


def _above(text: str, place: str, share: float, above: int) -> Parts:
    """Words over their line; near an end they lean inwards, so that they are not cut off."""
    side = "left" if share < 0.05 else "right" if share > 0.95 else "center"
    where = {"x": place, "xref": "x", "y": 1, "yref": "paper", "yanchor": "bottom"}
    return words(text, side=side, colour="var(--soft)") | where | {"yshift": above}


def _said(note: Note) -> str:
    return f"{note.number}: {short(note.text, LONGEST_WORDS)}"
