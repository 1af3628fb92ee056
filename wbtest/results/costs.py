"""What the team spent on each source, and what a visitor and a sign-up from there cost.

Amounts are read as people type them and stored in the smallest unit. Costs count everyone who was
served the page and every sign-up that counts, seen or not: money paid for them alike. For
information; no verdict rests on it.
"""

import re
import secrets
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy.orm import joinedload

from wbtest.audience.result_counts import Totals, by_source_ever
from wbtest.extensions import clock, db
from wbtest.publishing.models import Experiment, name_of_test
from wbtest.publishing.sources import source_name
from wbtest.results.figures import check_started
from wbtest.results.models import Spend
from wbtest.store import Gone, Invalid, hold, writing
from wbtest.team.audit import record
from wbtest.team.models import Person


class NotAnAmount(ValueError):
    """What was typed isn't an amount; the text says why."""


class Currency(NamedTuple):
    """A currency: its code, its sign ('' where several share one), the digits of its cents."""

    code: str
    sign: str = ""
    digits: int = 2

    def write(self, amount: float) -> str:
        """Return an amount, in the smallest unit, for people.

        >>> CURRENCIES["GBP"].write(123_456), CURRENCIES["CHF"].write(50)
        ('£1,234.56', 'CHF\\xa00.50')
        >>> CURRENCIES["JPY"].write(1200.4), CURRENCIES["EUR"].write(0.3)
        ('¥1,200', 'under €0.01')
        """
        few = "under " if 0 < amount < 0.5 else ""
        shown = max(round(amount), 1) if few else round(amount)
        before = self.sign or f"{self.code}\N{NO-BREAK SPACE}"
        return f"{few}{before}{shown / 10**self.digits:,.{self.digits}f}"

    def plain(self, amount: float) -> str:
        """Return the amount as programs read it.

        >>> CURRENCIES["GBP"].plain(123_456)
        '1234.56'
        """
        return f"{amount / 10**self.digits:.{self.digits}f}"


CURRENCIES = {
    found.code: found
    for found in (
        *(Currency("EUR", "€"), Currency("USD", "$"), Currency("GBP", "£"), Currency("CHF")),
        *(Currency("JPY", "¥", digits=0), Currency("AUD"), Currency("BRL"), Currency("CAD")),
        *(Currency("CNY"), Currency("CZK"), Currency("DKK"), Currency("HKD"), Currency("HUF")),
        *(Currency("ILS", "₪"), Currency("INR", "₹"), Currency("KRW", "₩", digits=0)),
        *(Currency("MXN"), Currency("NOK"), Currency("NZD"), Currency("PLN"), Currency("RON")),
        *(Currency("SEK"), Currency("SGD"), Currency("TRY", "₺"), Currency("ZAR")),
    )
}
_NUMBER = re.compile(r"\d{1,9}(\.\d+)?", re.ASCII)


def amount_of(typed: str, currency: Currency) -> int:
    """Return the amount in the smallest unit of the currency, above 0.

    A comma reads as a point. With three digits after it an amount could be thousands as well, so
    more digits than the currency has are refused. Raises NotAnAmount.

    >>> [amount_of(typed, CURRENCIES["EUR"]) for typed in ("1234.56", "12,5", " 7 ")]
    [123456, 1250, 700]
    """
    text = typed.strip().replace(",", ".")
    example = "1234.50" if currency.digits else "1234"
    if not _NUMBER.fullmatch(text):
        raise NotAnAmount(f"Enter an amount like {example}.")
    amount = Decimal(text).scaleb(currency.digits)
    if amount != int(amount):
        raise NotAnAmount(f"{currency.code} amounts look like {example}: too many decimals.")
    if not amount:
        raise NotAnAmount("Enter an amount above 0.")
    return int(amount)


class Costs(NamedTuple):
    """What was spent, in the smallest unit of the currency, and how many came."""

    source: str
    spent: int
    visitors: int = 0
    signups: int = 0

    @property
    def per_visitor(self) -> float | None:
        """What a visitor cost; None without visitors or money."""
        return self.spent / self.visitors if self.visitors and self.spent else None

    @property
    def per_signup(self) -> float | None:
        """What a sign-up cost; None without sign-ups or money.

        >>> Costs("newsletter", 10_080, 400, 48).per_signup
        210.0
        """
        return self.spent / self.signups if self.signups and self.spent else None


def costs_of(spent: Mapping[str, int], counted: Mapping[str, Totals]) -> list[Costs]:
    """Return every source that cost money or brought someone, most money first.

    >>> [costs.source for costs in costs_of({"flyer": 500, "x": 900}, {"direct": Totals(served=3)})]
    ['x', 'flyer', 'direct']
    """
    nobody = Totals()
    found = [
        Costs(source, spent.get(source, 0), totals.served, totals.signups)
        for source in {*spent, *counted}
        for totals in [counted.get(source, nobody)]
    ]
    return sorted(found, key=lambda costs: (-costs.spent, -costs.visitors, costs.source))


def total(parts: Iterable[Costs]) -> Costs:
    """Return the sum of sources.

    >>> total([Costs("x", 900, 30, 4), Costs("flyer", 500)])
    Costs(source='', spent=1400, visitors=30, signups=4)
    """
    sums = [sum(column) for column in zip(*(costs[1:] for costs in parts), strict=True)]
    return Costs("", *sums) if sums else Costs("", 0)


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
    if not lines:
        return Spending(None, [], [], Costs("", 0), Costs("", 0))
    spent: Counter[str] = Counter()
    for line in lines:
        spent[line.source] += line.amount
    costs = costs_of(spent, by_source_ever(experiment))
    return Spending(
        currency=CURRENCIES[lines[0].currency],
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
        raise Invalid(
            "source", "Enter the source as it appears in the link. For example, newsletter."
        )
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
            raise Gone("Somebody has already deleted this line.")
        session.delete(spend)
        record("spend.deleted", _about(experiment, spend), by=person)


def _about(experiment: Experiment, spend: Spend) -> str:
    amount = CURRENCIES[spend.currency].write(spend.amount)
    days = f"{spend.first_day} to {spend.last_day}"
    return f"{amount} on {name_of_test(experiment)} ({spend.source}, {days})"
