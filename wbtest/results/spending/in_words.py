"""What the costs say, in a sentence. Pure."""

from collections.abc import Sequence
from datetime import date
from math import inf

from wbtest.results.spending.costs import Costs, Price, paid, together
from wbtest.results.spending.lines import Line, Span
from wbtest.results.spending.money import Currency
from wbtest.writing.wording import joined

MOST_NAMED = 3


def conclusion(costs: Sequence[Costs], currency: Currency) -> str:
    """Return where a sign-up was cheapest and how certain that is; '' while nothing was spent.

    >>> from wbtest.results.spending.money import CURRENCIES
    >>> rows = [Costs("newsletter", 10_080, 400, 48), Costs("x", 9_000, 300, 9)]
    >>> conclusion(rows, CURRENCIES["GBP"])
    '“newsletter” is the cheapest: £2.10 a sign-up, between £1.62 and £2.75.'
    """
    found = paid(costs)
    return " ".join([*_signups(found, currency), *_nobody(found, currency)]) if found else ""


def between(price: Price, currency: Currency) -> str:
    """Return the interval of a price.

    >>> from wbtest.results.spending.money import CURRENCIES
    >>> between(Price(0, None, 819.4, inf), CURRENCIES["GBP"])
    'more than £8.19'
    """
    low = currency.write(price.low)
    if price.high == inf:
        return f"more than {low}"
    return f"between {low} and {currency.write(price.high)}"


def ends(price: Price, currency: Currency) -> str:
    """Return the interval of a price in as few words as a table has room for.

    >>> from wbtest.results.spending.money import CURRENCIES
    >>> ends(Price(48, 210.0, 162.0, 274.8), CURRENCIES["GBP"])
    '£1.62 to £2.75'
    """
    if price.high == inf:
        return between(price, currency)
    return f"{currency.write(price.low)} to {currency.write(price.high)}"


def about_days(line: Line, span: Span, today: date) -> str:
    """Return what is to be known about the days of a line, or ''.

    >>> line = Line("x", date(2027, 3, 3), date(2027, 3, 9), 900)
    >>> about_days(line, Span(date(2027, 3, 1), date(2027, 3, 29)), today=date(2027, 3, 5))
    'runs on until 9 March: its visitors are still coming'
    """
    if not span.meets(line.first, line.last):
        when = "before" if line.last < span.first else "after"
        return f"{when} the test, and counted whole"
    if not span.holds(line.first, line.last):
        return "partly outside the test, and counted whole"
    if line.last > today:
        return f"runs on until {line.last.day} {line.last:%B}: its visitors are still coming"
    return ""


def what_became(new: Sequence[Line], known: int, currency: Currency) -> str:
    """Return what became of lines that were sent: those stored, and how many were there already.

    >>> from wbtest.results.spending.money import CURRENCIES
    >>> what_became([], 3, CURRENCIES["GBP"])
    '3 lines were there already, word for word, and are not stored twice.'
    """
    said = []
    if new:
        total = currency.write(sum(line.amount for line in new))
        stored = "One line is" if len(new) == 1 else f"{len(new):,} lines are"
        said.append(f"{stored} stored: {total}{'' if len(new) == 1 else ' in all'}.")
    if known:
        lines = "One line was" if known == 1 else f"{known:,} lines were"
        twice = "is" if known == 1 else "are"
        said.append(f"{lines} there already, word for word, and {twice} not stored twice.")
    return " ".join(said)


def _signups(found: Sequence[Costs], currency: Currency) -> list[str]:
    """What a sign-up cost where somebody came from."""
    prices = {costs.source: each for costs in found if (each := costs.per_signup)}
    known = {source: price.each for source, price in prices.items() if price.each is not None}
    if not prices:
        return []
    if not known:
        price = together(found).per_signup
        assert price is not None, "somebody came, and money was spent"
        return [f"No sign-up yet from what was paid for: one costs {between(price, currency)}."]
    best = min(known, key=lambda source: known[source])
    said = f"{currency.write(known[best])} a sign-up, {between(prices[best], currency)}"
    rivals = [
        f"“{source}”"
        for source, price in prices.items()
        if source != best and price.low <= prices[best].high
    ]
    if len(prices) == 1:
        return [f"“{best}”: {said}."]
    if not rivals:
        return [f"“{best}” is the cheapest: {said}."]
    names = joined(rivals) if len(rivals) <= MOST_NAMED else f"{len(rivals)} others"
    return [f"“{best}” is the cheapest so far: {said}. {names} may still turn out cheaper."]


def _nobody(found: Sequence[Costs], currency: Currency) -> list[str]:
    """The money that went where nobody came from."""
    wasted = [costs for costs in found if not costs.visitors and not costs.signups]
    if not wasted:
        return []
    names = joined(f"“{costs.source}”" for costs in wasted[:MOST_NAMED])
    if len(wasted) > MOST_NAMED:
        names = f"{len(wasted)} sources"
    return [
        f"{currency.write(together(wasted).spent)} went to {names}, and nobody came from there."
    ]
