"""What it takes to move a result unseen, by how far it is from its line. Pure.

The figures are those of the searching adversary of ``make attacks``: ``docs/trust.md`` has them in
full, with what each of them took.
"""

from __future__ import annotations

from wbtest.http import number_of
from wbtest.statistics import Counts

# A rate this far from the target, as a share of it, is away from its line: 5 % and 12 % of 8 %.
FAR_BELOW, FAR_ABOVE = 0.65, 1.45
# The fewest networks with which anything passed unseen: where visitors share carriers, and where
# each has a network of their own. Near the line it is as many either way.
AWAY, AWAY_FROM_CARRIERS, NEAR = 12, 30, 8
FEWEST_SEEN = 50


def price_of(strongest: Counts, target: float) -> str:
    """Return a sentence on what it takes to move this result unseen; '' while few have come.

    ``strongest`` are the counts of the variant with the highest rate.

    >>> price_of(Counts(10, 1), 0.08)
    ''
    """
    if strongest.seen < FEWEST_SEEN:
        return ""
    rate = strongest.converted / strongest.seen
    if FAR_BELOW * target < rate < FAR_ABOVE * target:
        return (
            f"This close to the target, {number_of(NEAR, 'network')} were enough to move a result "
            "without turning it red."
        )
    return (
        f"This far from the target, moving a result unseen took {AWAY} networks where visitors "
        f"share carriers and {AWAY_FROM_CARRIERS} where they don’t."
    )
