"""What happened while a test ran, noted by the team and by the test itself.

On a chart a note is a line with the number it has in the list: words along the lines would cover
what is drawn.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy.orm import joinedload

from wbtest.extensions import clock, db
from wbtest.publishing.models import Experiment, name_of_test
from wbtest.results.chart_style import (
    LINE,
    WORDS_HEIGHT,
    Drawn,
    MarkedMoment,
    Parts,
    level,
    local_time,
    short,
    words,
)
from wbtest.results.figures import check_started
from wbtest.results.models import Annotation
from wbtest.store import Gone, Invalid, Refused, hold, writing
from wbtest.team.audit import record
from wbtest.team.models import Person
from wbtest.writing.text_rules import find_fault, on_one_line

LONGEST_NOTE = 200
MOST_NOTES = 200
# What happened earlier explains no visit; it is a slip of the finger.
EARLIEST = timedelta(days=31)
STEPS = {
    "started": "The test started",
    "paused": "Paused",
    "resumed": "Resumed",
    "ended": "The test ended",
}


class NotTheWriter(Refused):
    """Somebody else wrote it, and who asks is no owner."""

    status = 403


@dataclass(frozen=True)
class Note:
    """What happened at a moment, in UTC; without a ``key`` it is a step of the test itself.

    What the team noted of a day is drawn at its noon. ``day`` is local to the test. ``number`` is
    what charts call it; 0 for the start, which is where every chart begins.
    """

    at: datetime
    day: date
    text: str
    who: str = ""
    person_id: int | None = None
    key: str = ""
    number: int = 0


def notes_of(experiment: Experiment) -> list[Note]:
    """Return what the team noted and the steps of the test, the earliest first."""
    zone = ZoneInfo(experiment.time_zone)
    query = (
        db.select(Annotation)
        .where(Annotation.experiment_id == experiment.id)
        .options(joinedload(Annotation.person))
    )
    written = [
        Note(
            datetime.combine(found.day, time(12), zone).astimezone(UTC),
            found.day,
            found.text,
            found.person.name,
            found.person_id,
            found.key,
        )
        for found in db.session.scalars(query)
    ]
    steps = [
        Note(
            step.at,
            step.at.astimezone(zone).date(),
            ": ".join(filter(None, (STEPS[step.what], step.why))),
        )
        for step in experiment.steps
        if step.what in STEPS
    ]
    ordered = sorted([*steps, *written], key=lambda note: (note.at, note.key))
    numbers = count(1)
    return [each if _is_start(each) else replace(each, number=next(numbers)) for each in ordered]


def add_note(experiment: Experiment, person: Person, day: date, text: str) -> Annotation:
    """Note what happened on a day. Raises NotStarted, or Invalid at the field that must change."""
    check_started(experiment)
    text = on_one_line(text).strip()
    if not text:
        raise Invalid("text", "Enter what happened. For example, “A post went up”.")
    if fault := find_fault(text, LONGEST_NOTE):
        raise Invalid("text", fault)
    _check_day(experiment, day)
    with writing() as session:
        hold(experiment)
        there = session.scalar(
            db.select(db.func.count()).where(Annotation.experiment_id == experiment.id)
        )
        if there >= MOST_NOTES:
            raise Invalid("text", f"A test holds {MOST_NOTES} notes. Delete one first.")
        note = Annotation(
            experiment_id=experiment.id,
            key=secrets.token_hex(8),
            day=day,
            text=text,
            person_id=person.id,
            written_at=clock.now(),
        )
        session.add(note)
    return note


def delete_note(experiment: Experiment, person: Person, key: str, *, is_owner: bool) -> None:
    """Delete a note; what it said stays in the audit log.

    Raises Gone without one, NotTheWriter for a member who neither wrote it nor ``is_owner``.
    """
    with writing() as session:
        hold(experiment)
        note = session.get(Annotation, (experiment.id, key))
        if note is None:
            raise Gone("Somebody has already deleted this note.")
        if note.person_id != person.id and not is_owner:
            raise NotTheWriter("Only its author or an owner can delete a note.")
        session.delete(note)
        about = f"{name_of_test(experiment)}: {note.text}"
        record("note.deleted", about, by=person)


def _check_day(experiment: Experiment, day: date) -> None:
    assert experiment.started_at is not None, "it was checked before"
    zone = ZoneInfo(experiment.time_zone)
    if day > clock.now().astimezone(zone).date():
        raise Invalid("day", "That day hasn’t come yet. Add the note once it has happened.")
    if day < experiment.started_at.astimezone(zone).date() - EARLIEST:
        raise Invalid("day", "This is more than a month before the test. Check the year.")


def _is_start(note: Note) -> bool:
    return not note.key and note.text == STEPS["started"]


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
    notes: Sequence[MarkedMoment],
    time_zone: str,
    ends: Ends,
    *,
    by_day: bool = False,
    above: int = 0,
) -> Numbered:
    """Return what is drawn of notes on a chart that goes from the one of ``ends`` to the other.

    ``by_day``, where the axis knows no hours. The first row begins so many pixels ``above``.
    """
    shown = sorted((note for note in notes if note.number), key=lambda note: note.at)
    places = [_place(note, time_zone, by_day=by_day) for note in shown]
    moments = [*ends, *(note.at for note in shown)]
    first, whole = min(moments), max(moments) - min(moments)
    shares = [(note.at - first) / whole for note in shown] if whole else [0.0] * len(shown)
    rows = rows_of_notes(shares)
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


def rows_of_notes(shares: Sequence[float]) -> list[tuple[int, list[int]]]:
    """Return which places share a number, each time with the row it stands in, 0 the lowest.

    ``shares`` ascend from 0 to 1. Where all rows are taken, a place joins the one before it.

    >>> rows_of_notes([0.1, 0.15, 0.5]), rows_of_notes([0.1, 0.11, 0.12, 0.13])
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


def _place(note: MarkedMoment, time_zone: str, *, by_day: bool) -> str:
    at = local_time(note.at, time_zone)
    return at[:10] if by_day else at


def _line(place: str) -> Parts:
    """Thinner than target and bar: it says when, and is nothing that data are held against."""
    line = LINE | {"color": "var(--soft)", "width": 1}
    return level(0, is_upright=True) | {"x0": place, "x1": place, "line": line}


def _number(notes: Sequence[MarkedMoment], place: str, share: float, above: int) -> Parts:
    numbers = [str(note.number) for note in notes]
    text = numbers[0] if len(notes) == 1 else f"{numbers[0]}–{numbers[-1]}"
    said = "<br>".join(_said(note) for note in notes[:8])
    return _above(text, place, share, above) | {"hovertext": said}


def _above(text: str, place: str, share: float, above: int) -> Parts:
    """Words over their line; near an end they lean inwards, so that they are not cut off."""
    side = "left" if share < 0.05 else "right" if share > 0.95 else "center"
    where = {"x": place, "xref": "x", "y": 1, "yref": "paper", "yanchor": "bottom"}
    return words(text, side=side, colour="var(--soft)") | where | {"yshift": above}


def _said(note: MarkedMoment) -> str:
    return f"{note.number}: {short(note.text, LONGEST_WORDS)}"
