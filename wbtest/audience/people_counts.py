"""Everybody who came to a test, by where from, and who does not count and why: one statement."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import NamedTuple

import sqlalchemy as sa

from wbtest.audience.counts import KINDS, NAMES, ByVariant, Totals
from wbtest.extensions import db
from wbtest.publishing.models import Experiment

_COUNTS = KINDS.c.excluded_because == ""
_SUMS = [sa.func.sum(KINDS.c[name]) for name in NAMES]
# Of those who do not count nobody asks where they came from, nor more than how many they were.
_VISITS = [
    sa.func.sum(KINDS.c[name]) if name in ("served", "signups") else sa.literal_column("0")
    for name in NAMES
]


class Group(NamedTuple):
    """People of one variant, from one source; or left out for one reason.

    Of those who are left out ``totals`` hold visits and sign-ups alone.
    """

    source: str
    reason: str
    variant: str
    totals: Totals


class People(NamedTuple):
    """Everybody who came, in groups; ``variants`` are the keys of all variants, in their order."""

    variants: tuple[str, ...]
    groups: tuple[Group, ...]

    def by_source(self) -> dict[str, ByVariant]:
        """Return what counts by source and variant, that with most visits first."""
        found: defaultdict[str, ByVariant] = defaultdict(
            lambda: {key: Totals() for key in self.variants}
        )
        for group in self.groups:
            if not group.reason:
                found[group.source][group.variant] = group.totals

        def most_first(name: str) -> tuple[int, str]:
            return -sum(totals.served for totals in found[name].values()), name

        return {name: found[name] for name in sorted(found, key=most_first)}

    def left_out_visits(self) -> dict[str, dict[str, int]]:
        """Return how many visits did not count, by variant and reason."""
        return self._left_out(lambda totals: totals.served)

    def left_out_signups(self) -> dict[str, dict[str, int]]:
        """Return how many sign-ups were kept and do not count, by variant and reason."""
        return self._left_out(lambda totals: totals.signups)

    def _left_out(self, number_of: Callable[[Totals], int]) -> dict[str, dict[str, int]]:
        found: dict[str, dict[str, int]] = {key: {} for key in self.variants}
        for group in sorted(self.groups, key=lambda group: group.reason):
            if group.reason and (number := number_of(group.totals)):
                reasons = found.setdefault(group.variant, {})
                reasons[group.reason] = reasons.get(group.reason, 0) + number
        return found


def people_of(experiment: Experiment) -> People:
    """Return everybody who came to this experiment up to this moment."""
    is_ours = KINDS.c.experiment_id == experiment.id
    # Those who count come in the order of the table's key, so nothing is sorted.
    query = sa.union_all(
        sa.select(KINDS.c.variant, KINDS.c.source, KINDS.c.excluded_because, *_SUMS)
        .where(is_ours, _COUNTS)
        .group_by(KINDS.c.variant, KINDS.c.source, KINDS.c.excluded_because),
        sa.select(KINDS.c.variant, sa.literal("", sa.String), KINDS.c.excluded_because, *_VISITS)
        .where(is_ours, ~_COUNTS)
        .group_by(KINDS.c.variant, KINDS.c.excluded_because),
    )
    return People(
        tuple(variant.key for variant in experiment.variants),
        tuple(
            Group(source, reason, variant, Totals(*numbers))
            for variant, source, reason, *numbers in db.session.execute(query)
        ),
    )
