"""What was spent and what it bought, as rows for a spreadsheet."""

from collections.abc import Iterator, Sequence
from math import inf
from typing import Any

from wbtest.publishing.rule import Hypothesis
from wbtest.results.spending.costs import Price
from wbtest.results.spending.money import Currency
from wbtest.results.spending.showing import Spending

Rows = Iterator[Sequence[Any]]


def rows_of_spends(spending: Spending) -> Rows:
    """The lines as they were entered; ``files.read_lines`` reads them again."""
    yield (
        *("source", "first_day", "last_day", "amount", "currency", "note"),
        *("entered_by", "entered_at"),
    )
    for sending in spending.sendings:
        for entry in sending.entries:
            line, currency = entry.line, spending.currency
            assert currency is not None, "there are lines"
            days = line.first.isoformat(), line.last.isoformat()
            amount = currency.plain(line.amount), currency.code
            yield line.source, *days, *amount, line.note, sending.who, sending.at.isoformat()


def rows_of_costs(spending: Spending, rule: Hypothesis) -> Rows:
    """What a visitor, a sign-up and a confirmed sign-up cost, by source and in all.

    Intervals are of 95 %; an endless end is empty. ``counts``: whether the rule counts the source.
    """
    prices = ("per_signup", "per_confirmed")
    yield (
        *("source", "counts", "currency", "spent", "visitors", "signups", "confirmed"),
        "per_visitor",
        *(f"{name}{end}" for name in prices for end in ("", "_low", "_high")),
    )
    named = [(costs.source, costs) for costs in spending.costs]
    sums = [("(all that cost)", spending.paid), ("(everybody)", spending.everybody)]
    for name, costs in [*named, *sums]:
        is_counted = ("yes" if rule.counts_source(name) else "no") if costs.source else ""
        currency = spending.currency
        yield (
            *(name, is_counted, currency.code if currency else "", _money(costs.spent, currency)),
            *(costs.visitors, costs.signups, costs.confirmed, _money(costs.per_visitor, currency)),
            *_price(costs.per_signup, currency),
            *_price(costs.per_confirmed, currency),
        )


def _price(price: Price | None, currency: Currency | None) -> list[float | str]:
    ends = (price.each, price.low, price.high) if price else (None, None, None)
    return [_money(end, currency) for end in ends]


def _money(amount: float | None, currency: Currency | None) -> float | str:
    """An amount in whole units of the currency."""
    if amount is None or amount == inf or currency is None:
        return ""
    return amount / float(10**currency.digits)
