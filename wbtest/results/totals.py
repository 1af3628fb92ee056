"""Adding up what was counted. Pure."""

from collections.abc import Iterable
from dataclasses import fields
from operator import attrgetter
from typing import NamedTuple

from wbtest.audience.counts import Hourly, Totals
from wbtest.publishing.rule import Hypothesis

_counts = attrgetter(*(field.name for field in fields(Totals)))


class SetAside(NamedTuple):
    """People who do not count: their visits, and the sign-ups they left nevertheless."""

    visits: int
    signups: int

    @property
    def people(self) -> int:
        """How many people these are at least: some left no visit, some no address."""
        return max(self.visits, self.signups)


def total(parts: Iterable[Totals | Hourly]) -> Totals:
    """Return the sum; of none it is zero.

    >>> total([Totals(served=2, seen=1), Totals(served=1)]).served
    3
    """
    return Totals(*map(sum, zip(*map(_counts, parts), strict=True)))


def of_served(rule: Hypothesis, totals: Totals) -> float | None:
    """Return the share of those served who signed up, or confirmed where only that converts.

    None while nobody was served.
    """
    acted = totals.signups if rule.conversion == "signup" else totals.confirmed
    return acted / totals.served if totals.served else None
