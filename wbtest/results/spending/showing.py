"""What page and dashboard show of the money: costs by source, the lines behind them, a sentence."""

from collections.abc import Mapping
from datetime import datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from msgspec import Struct

from wbtest.audience.counts import Totals, by_source_ever
from wbtest.extensions import clock
from wbtest.publishing.models import Experiment
from wbtest.results.spending.costs import Costs, costs_of, paid, together
from wbtest.results.spending.in_words import about_days, conclusion
from wbtest.results.spending.lines import Line
from wbtest.results.spending.models import Spend
from wbtest.results.spending.money import CURRENCIES, Currency
from wbtest.results.spending.spends import line_in, span_of, spends_of


class Entry(Struct, frozen=True):
    """A line with its place in its sending, and what is to be known about its days."""

    place: int
    line: Line
    about_days: str


class Sending(Struct, frozen=True):
    """The lines that somebody entered together."""

    key: str
    who: str
    at: datetime
    entries: tuple[Entry, ...]

    @property
    def total(self) -> int:
        """What they add up to."""
        return sum(entry.line.amount for entry in self.entries)

    @property
    def is_list(self) -> bool:
        """Whether they are more than one."""
        return len(self.entries) > 1


class Spending(Struct, frozen=True):
    """What was spent on a test; ``currency`` is None until somebody has entered something.

    ``costs`` are of every source that cost money or brought somebody, ``paid`` of those that cost,
    ``everybody`` of all.
    """

    currency: Currency | None
    sentence: str
    costs: tuple[Costs, ...]
    paid: Costs
    everybody: Costs
    sendings: tuple[Sending, ...]


def spending_of(experiment: Experiment) -> Spending:
    """Return what a started test cost, from one query for the lines and one for the visitors."""
    return _spending(experiment, spends_of(experiment), by_source_ever(experiment))


def spent_on(experiment: Experiment) -> Spending:
    """Return the same for a page that shows nothing where nothing was spent: then nobody came."""
    spends = spends_of(experiment)
    return _spending(experiment, spends, by_source_ever(experiment) if spends else {})


def _spending(experiment: Experiment, spends: list[Spend], came: Mapping[str, Totals]) -> Spending:
    currency = CURRENCIES[spends[0].currency] if spends else None
    spent: dict[str, int] = {}
    for spend in spends:
        spent[spend.source] = spent.get(spend.source, 0) + spend.amount
    costs = costs_of(spent, came)
    return Spending(
        currency=currency,
        sentence=conclusion(costs, currency) if currency else "",
        costs=tuple(costs),
        paid=together(paid(costs)),
        everybody=together(costs),
        sendings=tuple(_sendings(experiment, spends)),
    )


def _sendings(experiment: Experiment, spends: list[Spend]) -> list[Sending]:
    span = span_of(experiment)
    today = clock.now().astimezone(ZoneInfo(experiment.time_zone)).date()
    found = []
    for key, group in groupby(spends, lambda spend: spend.sending):
        rows = list(group)
        lines = [(spend.place, line_in(spend)) for spend in rows]
        entries = tuple(Entry(n, line, about_days(line, span, today)) for n, line in lines)
        found.append(Sending(key, rows[0].person.name, rows[0].at, entries))
    return found
