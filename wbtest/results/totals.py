"""Adding up what was counted. Pure."""

from typing import NamedTuple

from wbtest.audience.counts import Totals, added
from wbtest.publishing.rule import Hypothesis

total = added


class LeftOut(NamedTuple):
    """People who do not count: their visits, and the sign-ups they left nevertheless."""

    visits: int
    signups: int

    @property
    def people(self) -> int:
        """How many people these are at least: some left no visit, some no address."""
        return max(self.visits, self.signups)


def of_served(rule: Hypothesis, totals: Totals) -> float | None:
    """Return the share of those served who did what the rule counts.

    None while nobody was served.
    """
    return totals.acted(rule.conversion) / totals.served if totals.served else None
