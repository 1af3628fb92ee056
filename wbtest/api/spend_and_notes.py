"""What happened while a test ran: what was spent, and what the team noted."""

from datetime import date, datetime

import msgspec
from flask import abort

from wbtest.api.serialization import RequestBody, shown
from wbtest.publishing.models import Experiment
from wbtest.results import costs, notes
from wbtest.team import access


class Spending(RequestBody, kw_only=True):
    """An amount as people write it, `12.50`; without `last` it is that one day."""

    source: str
    first: date
    last: date | None = None
    amount: str
    currency: str


class SpendShown(msgspec.Struct, kw_only=True):
    """A line of what was spent; `key` names it."""

    key: str
    source: str
    first: date
    last: date
    amount: str
    currency: str
    by: str
    at: datetime


class Spends(msgspec.Struct):
    lines: list[SpendShown]


class Noting(RequestBody, kw_only=True):
    """`day` is local to the test."""

    day: date
    text: str


class NoteShown(msgspec.Struct, kw_only=True):
    """A day and what happened; without `key` and `by` it is a step of the test itself."""

    key: str
    day: date
    text: str
    by: str


class Notes(msgspec.Struct):
    notes: list[NoteShown]


def list_spend(experiment_id: int) -> Spends:
    """Every line of what was spent, the newest first."""
    return _spends(access.get(Experiment, experiment_id, "read"))


def add_spend(experiment_id: int, body: Spending) -> Spends:
    """Enter what was spent on a source."""
    experiment = access.get(Experiment, experiment_id, "edit")
    costs.add_spend(
        experiment,
        access.person(),
        body.source,
        body.first,
        body.last,
        body.amount,
        body.currency,
    )
    return _spends(experiment)


def delete_spend(experiment_id: int, key: str) -> None:
    """Delete a line of what was spent; what it said stays in the audit log."""
    experiment = access.get(Experiment, experiment_id, "edit")
    costs.delete_spend(experiment, access.person(), key)


def list_notes(experiment_id: int) -> Notes:
    """What was noted and the steps of the test, the earliest first."""
    return _notes(access.get(Experiment, experiment_id, "read"))


def add_note(experiment_id: int, body: Noting) -> Notes:
    """Note what happened on a day, such as a post that went up."""
    experiment = access.get(Experiment, experiment_id, "edit")
    notes.add_note(experiment, access.person(), body.day, body.text)
    return _notes(experiment)


def delete_note(experiment_id: int, key: str) -> None:
    """Delete a note that you wrote, or as an owner any; what it said stays in the audit log."""
    experiment = access.get(Experiment, experiment_id, "edit")
    if key not in {each.key for each in notes.notes_of(experiment) if each.key}:
        abort(404)
    is_owner = access.has_permission("own")
    notes.delete_note(experiment, access.person(), key, is_owner=is_owner)


def _spends(experiment: Experiment) -> Spends:
    return Spends(
        [
            shown(
                SpendShown,
                line,
                first=line.first_day,
                last=line.last_day,
                amount=costs.CURRENCIES[line.currency].plain(line.amount),
                by=line.person.name,
            )
            for line in costs.spends_of(experiment)
        ]
    )


def _notes(experiment: Experiment) -> Notes:
    return Notes([shown(NoteShown, each, by=each.who) for each in notes.notes_of(experiment)])
