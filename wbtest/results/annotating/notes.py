"""Noting what happened, and everything that is noted: by the team, and by the test itself."""

import secrets
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from sqlalchemy.orm import joinedload

from wbtest.extensions import clock, db
from wbtest.publishing.models import Experiment
from wbtest.results.annotating.models import Annotation
from wbtest.results.figures import check_started
from wbtest.store import Gone, Invalid, Refused, hold, writing
from wbtest.team.audit.log import record
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
        raise Invalid("text", "Enter what happened, such as “A post went up”.")
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

    Raises Gone without one, NotTheWriter for whoever neither wrote it nor ``is_owner``.
    """
    with writing() as session:
        hold(experiment)
        note = session.get(Annotation, (experiment.id, key))
        if note is None:
            raise Gone("Somebody deleted this note before.")
        if note.person_id != person.id and not is_owner:
            raise NotTheWriter("Only who wrote a note, or an owner, may delete it.")
        session.delete(note)
        about = f"/p/{experiment.slug}: {note.text}"
        record("note.deleted", about, by=person)


def _check_day(experiment: Experiment, day: date) -> None:
    assert experiment.started_at is not None, "it was checked before"
    zone = ZoneInfo(experiment.time_zone)
    if day > clock.now().astimezone(zone).date():
        raise Invalid("day", "This day is still to come. Note it once it has happened.")
    if day < experiment.started_at.astimezone(zone).date() - EARLIEST:
        raise Invalid("day", "This is more than a month before the test. Check the year.")


def _is_start(note: Note) -> bool:
    return not note.key and note.text == STEPS["started"]
