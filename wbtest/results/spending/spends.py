"""Writing down what was spent, taking it away again, and reading it."""

import secrets
from collections import Counter
from collections.abc import Collection, Sequence
from datetime import date
from functools import cache
from zoneinfo import ZoneInfo

from msgspec import Struct
from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import joinedload

from wbtest.extensions import clock, db
from wbtest.publishing.models import Experiment
from wbtest.results.figures import check_started, sealed_rule
from wbtest.results.spending.lines import Line, Span
from wbtest.results.spending.models import Spend
from wbtest.results.spending.money import CURRENCIES, Currency
from wbtest.store import Invalid, hold, writing
from wbtest.team.audit.log import record
from wbtest.team.models import Person

MOST_SPENDS = 1_000
# A line by its sending and its place in it.
Key = tuple[str, int]


class Added(Struct, frozen=True):
    """The lines that are new, and how many were there already, word for word."""

    new: tuple[Line, ...]
    known: int


def add_spends(experiment: Experiment, person: Person, code: str, lines: Sequence[Line]) -> Added:
    """Store the lines that are not there yet; all of them, or none.

    ``code`` is the currency. Two equal lines that are sent together are two payments; whatever of
    them stands there from an earlier time is not stored again. Raises NotStarted, or Invalid for
    another currency than that of the lines before, and for too many lines.
    """
    check_started(experiment)
    with writing() as session:
        hold(experiment)
        there = spends_of(experiment)
        if code not in CURRENCIES:
            raise Invalid("currency", "Choose the currency in which you paid.")
        if there and there[0].currency != code:
            known = there[0].currency
            raise Invalid("currency", f"Amounts here are in {known}. To change it, delete them.")
        stored = Counter(line_in(spend) for spend in there)
        new = list((Counter(lines) - stored).elements())
        if len(there) + len(new) > MOST_SPENDS:
            raise Invalid("lines", f"{MOST_SPENDS:,} lines fit in a test. Add some of them up.")
        sending = secrets.token_hex(8)
        for place, line in enumerate(new):
            session.add(
                Spend(
                    experiment_id=experiment.id,
                    sending=sending,
                    place=place,
                    source=line.source,
                    first_day=line.first.isoformat(),
                    last_day=line.last.isoformat(),
                    amount=line.amount,
                    currency=code,
                    note=line.note,
                    person_id=person.id,
                    at=clock.now(),
                )
            )
        if new:
            about = _told(experiment, new, CURRENCIES[code])
            record(experiment.workspace_id, "spend.added", about, by=person)
    return Added(tuple(new), len(lines) - len(new))


def delete_spends(
    experiment: Experiment, person: Person, keys: Collection[Key] = (), sending: str = ""
) -> int:
    """Delete these lines, and all of a sending; return how many there were.

    What they said stays in the audit log.
    """
    with writing() as session:
        hold(experiment)
        gone = [
            spend
            for spend in spends_of(experiment)
            if (spend.sending, spend.place) in keys or spend.sending == sending
        ]
        for spend in gone:
            session.delete(spend)
        if gone:
            lines = [line_in(spend) for spend in gone]
            about = _told(experiment, lines, CURRENCIES[gone[0].currency])
            record(experiment.workspace_id, "spend.deleted", about, by=person)
    return len(gone)


def spends_of(experiment: Experiment) -> list[Spend]:
    """Return every line, with who entered it; the newest sending first, by day within it."""
    return list(db.session.scalars(_spends(), {"experiment_id": experiment.id}))


@cache
def _spends() -> Select[Spend]:
    """Made once, since to put it together takes longer than to run it."""
    return (
        select(Spend)
        .where(Spend.experiment_id == bindparam("experiment_id"))
        .options(joinedload(Spend.person))
        .order_by(Spend.at.desc(), Spend.sending, Spend.first_day, Spend.place)
    )


def find_currency(experiment: Experiment) -> Currency | None:
    """Return the currency of the lines, or None while there are none."""
    query = db.select(Spend.currency).where(Spend.experiment_id == experiment.id).limit(1)
    code = db.session.scalar(query)
    return CURRENCIES[code] if code else None


def line_in(spend: Spend) -> Line:
    """Return what a stored line says."""
    days = date.fromisoformat(spend.first_day), date.fromisoformat(spend.last_day)
    return Line(spend.source, *days, spend.amount, spend.note)


def span_of(experiment: Experiment) -> Span:
    """Return the days of a started test, up to the last that its rule allows while it runs."""
    zone = ZoneInfo(experiment.time_zone)
    assert experiment.started_at is not None, "a draft has no days"
    first, last = experiment.started_at.astimezone(zone).date(), sealed_rule(experiment).ends_on
    if experiment.ended_at is not None:
        # The worker ends a test a moment after its last day.
        last = min(last, experiment.ended_at.astimezone(zone).date())
    return Span(first, last)


def _told(experiment: Experiment, lines: Sequence[Line], currency: Currency) -> str:
    """What the log keeps of lines: where and how much, then each of them while there is room."""
    total = currency.write(sum(line.amount for line in lines))
    each = "; ".join(
        f"{line.source} {currency.write(line.amount)}, {line.first} to {line.last}"
        for line in lines
    )
    return f"{total} on /p/{experiment.slug} ({each})"
