"""Entering what was spent, deleting it, and what it bought."""

import secrets
from collections import Counter
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import joinedload

from wbtest.audience.counts import by_source_ever
from wbtest.extensions import clock, db
from wbtest.publishing.models import Experiment
from wbtest.publishing.sources import source_name
from wbtest.results.figures import check_started
from wbtest.results.spending.costs import Costs, costs_of, total
from wbtest.results.spending.models import Spend
from wbtest.results.spending.money import CURRENCIES, Currency, NotAnAmount, amount_of
from wbtest.store import Gone, Invalid, hold, writing
from wbtest.team.audit.log import record
from wbtest.team.models import Person

MOST_SPENDS = 200


@dataclass(frozen=True)
class Spending:
    """What was spent on a test; ``currency`` is None until someone has entered something.

    ``costs`` has every source that cost money or brought someone; ``paid`` is the sum of those
    that cost money, ``everyone`` of all.
    """

    currency: Currency | None
    lines: list[Spend]
    costs: list[Costs]
    paid: Costs
    everyone: Costs


def spending_of(experiment: Experiment) -> Spending:
    """Return what a started test cost; without any lines nobody is counted."""
    lines = spends_of(experiment)
    spent: Counter[str] = Counter()
    for line in lines:
        spent[line.source] += line.amount
    costs = costs_of(spent, by_source_ever(experiment)) if lines else []
    return Spending(
        currency=CURRENCIES[lines[0].currency] if lines else None,
        lines=lines,
        costs=costs,
        paid=total(each for each in costs if each.spent),
        everyone=total(costs),
    )


def spends_of(experiment: Experiment) -> list[Spend]:
    """Return every line with who entered it, the newest first."""
    query = (
        db.select(Spend)
        .where(Spend.experiment_id == experiment.id)
        .options(joinedload(Spend.person))
        .order_by(Spend.at.desc(), Spend.key)
    )
    return list(db.session.scalars(query))


def add_spend(
    experiment: Experiment,
    person: Person,
    source: str,
    first_day: date,
    last_day: date | None,
    amount: str,
    currency: str,
) -> Spend:
    """Store what was spent on a source; without a last day it is the first.

    ``amount`` is as people write it, ``currency`` a code. Raises NotStarted, or Invalid with the
    field that must change.
    """
    check_started(experiment)
    named, last_day = source_name(source), last_day or first_day
    if not named:
        raise Invalid("source", "Enter the source from its link, such as newsletter.")
    if last_day < first_day:
        raise Invalid("last", "The last day is before the first. Swap them.")
    if currency not in CURRENCIES:
        raise Invalid("currency", f"Choose one of {', '.join(CURRENCIES)}.")
    try:
        cents = amount_of(amount, CURRENCIES[currency])
    except NotAnAmount as error:
        raise Invalid("amount", str(error)) from error
    with writing() as session:
        hold(experiment)
        there = spends_of(experiment)
        if there and there[0].currency != currency:
            known = there[0].currency
            raise Invalid("currency", f"This test’s amounts are in {known}. Convert the amount.")
        if len(there) >= MOST_SPENDS:
            raise Invalid("amount", f"A test holds {MOST_SPENDS} lines. Add some up.")
        spend = Spend(
            experiment_id=experiment.id,
            key=secrets.token_hex(8),
            source=named,
            first_day=first_day,
            last_day=last_day,
            amount=cents,
            currency=currency,
            person_id=person.id,
            at=clock.now(),
        )
        session.add(spend)
        record("spend.added", _about(experiment, spend), by=person)
    return spend


def delete_spend(experiment: Experiment, person: Person, key: str) -> None:
    """Delete a line; the audit log keeps what it said. Raises Gone without one."""
    with writing() as session:
        hold(experiment)
        spend = session.get(Spend, (experiment.id, key))
        if spend is None:
            raise Gone("Somebody deleted this line before.")
        session.delete(spend)
        record("spend.deleted", _about(experiment, spend), by=person)


def _about(experiment: Experiment, spend: Spend) -> str:
    amount = CURRENCIES[spend.currency].write(spend.amount)
    days = f"{spend.first_day} to {spend.last_day}"
    return f"{amount} on /p/{experiment.slug} ({spend.source}, {days})"
