"""Noting what happened, and everything that is noted: by the team, and by the test itself."""

import secrets
from datetime import datetime, timedelta
from itertools import count

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy.orm import joinedload

from wbtest.audience.sources import source_name
from wbtest.extensions import clock, db
from wbtest.publishing.models import Experiment
from wbtest.results.annotating.models import Annotation
from wbtest.results.figures import check_started
from wbtest.store import Gone, Invalid, Refused, hold, writing
from wbtest.team.audit.log import record
from wbtest.team.models import Person
from wbtest.writing.wording import find_fault, on_one_line

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


class Note(Struct, frozen=True):
    """A moment, in UTC, and what happened; without a ``key`` it is a step of the test itself.

    ``source`` and ``who`` wrote it are '' where there is none. ``number`` is what charts call it; 0
    for the start, which is where every chart begins.
    """

    at: datetime
    text: str
    source: str = ""
    who: str = ""
    person_id: int | None = None
    key: str = ""
    number: int = 0


def notes_of(experiment: Experiment) -> list[Note]:
    """Return what the team noted and the steps of the test, the earliest first."""
    query = (
        db.select(Annotation)
        .where(Annotation.experiment_id == experiment.id)
        .options(joinedload(Annotation.person))
    )
    written = [
        Note(found.at, found.text, found.source, found.person.name, found.person_id, found.key)
        for found in db.session.scalars(query)
    ]
    steps = [
        Note(step.at, ": ".join(filter(None, (STEPS[step.what], step.why))))
        for step in experiment.steps
        if step.what in STEPS
    ]
    ordered = sorted([*steps, *written], key=lambda note: (note.at, note.key))
    numbers = count(1)
    return [each if _is_start(each) else replace(each, number=next(numbers)) for each in ordered]


def add_note(
    experiment: Experiment, person: Person, at: datetime, text: str, source: str = ""
) -> Annotation:
    """Note what happened ``at`` a moment; the same once more is that same note.

    Raises NotStarted, or Invalid for a text of no use and a moment that cannot be of the test.
    """
    check_started(experiment)
    text, named = on_one_line(text).strip(), source_name(source)
    if not text:
        raise Invalid("text", "Say what happened, such as “A post went up”.")
    if fault := find_fault(text, LONGEST_NOTE):
        raise Invalid("text", fault)
    _check_moment(experiment, at)
    with writing() as session:
        hold(experiment)
        query = db.select(Annotation).where(Annotation.experiment_id == experiment.id)
        there: list[Annotation] = list(session.scalars(query))
        for found in there:
            if (found.at, found.text, found.source) == (at, text, named):
                return found
        if len(there) >= MOST_NOTES:
            raise Invalid("text", f"{MOST_NOTES} notes fit on a test. Delete one first.")
        note = Annotation(
            experiment_id=experiment.id,
            key=secrets.token_hex(8),
            at=at,
            text=text,
            source=named,
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
        record(experiment.workspace_id, "note.deleted", about, by=person)


def _check_moment(experiment: Experiment, at: datetime) -> None:
    assert experiment.started_at is not None, "it was checked before"
    if at > clock.now():
        raise Invalid("day", "This is still to come. Note it when it has happened.")
    if at < experiment.started_at - EARLIEST:
        raise Invalid("day", "This was more than a month before the test. Check the year.")


def _is_start(note: Note) -> bool:
    return not note.key and note.text == STEPS["started"]
