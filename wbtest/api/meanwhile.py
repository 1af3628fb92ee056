"""What happened while a test ran: what was spent, and what the team noted."""

from datetime import UTC, date, datetime

import msgspec

from wbtest.api.faults import told_as
from wbtest.api.release_shapes import Given
from wbtest.publishing.models import Experiment
from wbtest.results.annotating.notes import add_note, notes_of
from wbtest.results.figures import check_started
from wbtest.results.spending.lines import Fault, line_of
from wbtest.results.spending.money import CURRENCIES
from wbtest.results.spending.spends import add_spends, line_in, span_of, spends_of
from wbtest.store import Invalid
from wbtest.team import access


class Spending(Given, kw_only=True):
    """An amount as people write it, `12.50`; without `last` it is that one day."""

    source: str
    first: date
    last: date | None = None
    amount: str
    currency: str
    note: str = ""


class SpendShown(msgspec.Struct, kw_only=True):
    source: str
    first: date
    last: date
    amount: str
    currency: str
    note: str
    by: str
    at: datetime


class Spends(msgspec.Struct):
    lines: list[SpendShown]


class Noting(Given, kw_only=True):
    """`at` names its zone: `2027-03-04T14:05:00+01:00`."""

    at: datetime
    text: str
    source: str = ""


class NoteShown(msgspec.Struct, kw_only=True):
    """A moment and what happened; without `by` it is a step of the test itself."""

    at: datetime
    text: str
    source: str
    by: str


class Notes(msgspec.Struct):
    notes: list[NoteShown]


def list_spend(experiment_id: int) -> Spends:
    """Every line of what was spent, the newest first."""
    return _spends(access.get(Experiment, experiment_id, "read"))


def add_spend(experiment_id: int, body: Spending) -> Spends:
    """Enter what was spent on a source. The same line once more is that same line."""
    experiment = access.get(Experiment, experiment_id, "edit")
    check_started(experiment)
    currency = CURRENCIES.get(body.currency)
    if currency is None:
        raise Invalid("currency", f"Give one of {', '.join(CURRENCIES)}.")
    typed = {
        "source": body.source,
        "first": body.first.isoformat(),
        "last": body.last.isoformat() if body.last else "",
        "amount": body.amount,
        "note": body.note,
    }
    try:
        line = line_of(typed, currency, span_of(experiment))
    except Fault as fault:
        raise Invalid(fault.field, str(fault)) from fault
    add_spends(experiment, access.person(), currency.code, [line])
    return _spends(experiment)


def list_annotations(experiment_id: int) -> Notes:
    """What was noted and the steps of the test, the earliest first."""
    return _notes(access.get(Experiment, experiment_id, "read"))


def add_annotation(experiment_id: int, body: Noting) -> Notes:
    """Note what happened at a moment, such as a post that went up."""
    experiment = access.get(Experiment, experiment_id, "edit")
    if body.at.tzinfo is None:
        raise Invalid("at", "Name the zone too, like 2027-03-04T14:05:00+01:00.")
    try:
        at = body.at.astimezone(UTC)
    except OverflowError as error:
        raise Invalid("at", "Choose a day of this century.") from error
    # On the page the moment is typed as a day and a time.
    with told_as(day="at"):
        add_note(experiment, access.person(), at, body.text, body.source)
    return _notes(experiment)


def _spends(experiment: Experiment) -> Spends:
    lines = []
    for spend in spends_of(experiment):
        line = line_in(spend)
        lines.append(
            SpendShown(
                source=line.source,
                first=line.first,
                last=line.last,
                amount=CURRENCIES[spend.currency].plain(line.amount),
                currency=spend.currency,
                note=line.note,
                by=spend.person.name,
                at=spend.at,
            )
        )
    return Spends(lines)


def _notes(experiment: Experiment) -> Notes:
    return Notes(
        [
            NoteShown(at=each.at, text=each.text, source=each.source, by=each.who)
            for each in notes_of(experiment)
        ]
    )
