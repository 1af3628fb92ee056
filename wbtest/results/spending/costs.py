"""What a visitor, a sign-up and a confirmed sign-up cost, by source and in all. Pure.

Everybody counts who was served the page, and every address that counts, with a beacon or without:
money paid for them alike. For information; no verdict rests on it.
"""

from collections.abc import Iterable, Mapping
from math import inf
from typing import NamedTuple

from wbtest.audience.counts import Totals
from wbtest.results.statistics import Counts, wilson


class Price(NamedTuple):
    """What one of ``number`` cost; ``each`` is None while there is none, ``high`` then endless."""

    number: int
    each: float | None
    low: float
    high: float


class Costs(NamedTuple):
    """What was spent, in the smallest unit of the currency, and what came of it."""

    source: str
    spent: int
    visitors: int = 0
    signups: int = 0
    confirmed: int = 0

    @property
    def per_visitor(self) -> float | None:
        """What a visitor cost, exactly: both numbers are known. None while nobody came."""
        return self.spent / self.visitors if self.visitors and self.spent else None

    @property
    def per_signup(self) -> Price | None:
        """What a sign-up cost; None where nobody came, or nothing was spent."""
        return price(self.spent, self.visitors, self.signups)

    @property
    def per_confirmed(self) -> Price | None:
        """What a confirmed sign-up cost; None where nobody came, or nothing was spent."""
        return price(self.spent, self.visitors, self.confirmed)


def price(spent: int, visitors: int, number: int) -> Price | None:
    """Return what one of ``number`` cost; None where nobody came, or nothing was spent.

    The money is exact and the count is not: spent / (visitors × Wilson's bounds of the rate, 95 %).

    >>> found = price(10_080, 400, 48)
    >>> found.each, round(found.low), round(found.high)
    (210.0, 162, 275)
    >>> price(5_000, 61, 0).high
    inf
    """
    # One visitor may leave two addresses, and no rate is above 1.
    came = max(visitors, number)
    if not came or not spent:
        return None
    rate = wilson(Counts(came, number))
    high = spent / (came * rate.low) if rate.low else inf
    return Price(number, spent / number if number else None, spent / (came * rate.high), high)


def costs_of(spent: Mapping[str, int], counted: Mapping[str, Totals]) -> list[Costs]:
    """Return every source on which money was spent or from where somebody came, most money first.

    >>> [costs.source for costs in costs_of({"flyer": 500, "x": 900}, {"direct": Totals(served=3)})]
    ['x', 'flyer', 'direct']
    """
    found = []
    for source in {*spent, *counted}:
        totals = counted.get(source, Totals())
        found.append(
            Costs(
                source,
                spent.get(source, 0),
                totals.served,
                totals.signups,
                totals.confirmed,
            )
        )
    return sorted(found, key=lambda costs: (-costs.spent, -costs.visitors, costs.source))


def together(parts: Iterable[Costs]) -> Costs:
    """Return the sum of sources.

    >>> together([Costs("x", 900, 30, 4, 2), Costs("flyer", 500)])
    Costs(source='', spent=1400, visitors=30, signups=4, confirmed=2)
    """
    found = list(parts)
    return Costs(
        "",
        sum(costs.spent for costs in found),
        sum(costs.visitors for costs in found),
        sum(costs.signups for costs in found),
        sum(costs.confirmed for costs in found),
    )


def paid(parts: Iterable[Costs]) -> list[Costs]:
    """Return the sources on which money was spent."""
    return [costs for costs in parts if costs.spent]
