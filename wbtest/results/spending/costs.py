"""What a visitor and a sign-up cost, by source and in total. Pure.

Counts everyone who was served the page and every sign-up that counts, seen or not: money paid for
them alike. For information; no verdict rests on it.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from wbtest.audience.counts import Totals


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
