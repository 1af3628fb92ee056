"""What many tests counted, read at once: fifty of them cost a list no more queries than one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from typing import NamedTuple

import sqlalchemy as sa

from wbtest.audience.counts import COUNTS
from wbtest.extensions import db


class Part(NamedTuple):
    """Visitors that count, and those of them who converted, from one source in one phase."""

    phase: int
    variant: str
    source: str
    seen: int
    converted: int


def parts_of(tests: Collection[int]) -> defaultdict[int, list[Part]]:
    """Return what was counted of these experiments, by their id; one query for all of them."""
    by = (COUNTS.c.experiment_id, COUNTS.c.phase, COUNTS.c.variant, COUNTS.c.source)
    rows = db.session.execute(
        sa.select(*by, sa.func.sum(COUNTS.c.seen), sa.func.sum(COUNTS.c.converted))
        .where(COUNTS.c.experiment_id.in_(tests), COUNTS.c.excluded_because == "")
        .group_by(*by)
    )
    found: defaultdict[int, list[Part]] = defaultdict(list)
    for experiment_id, *part in rows:
        found[experiment_id].append(Part(*part))
    return found
