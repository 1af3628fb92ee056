"""The figures of several experiments at once: as many queries for fifty of them as for one."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date

import sqlalchemy as sa

from wbtest.audience.counts import DAYS, NAMES, Totals
from wbtest.extensions import db

Daily = dict[tuple[int, date], dict[str, Totals]]


def daily_of(tests: Collection[int]) -> defaultdict[int, Daily]:
    """Return by id what ``counts.daily`` says of each of these experiments."""
    by = (DAYS.c.experiment_id, DAYS.c.phase, DAYS.c.day)
    query = sa.select(*by, DAYS.c.variant, *[DAYS.c[name] for name in NAMES])
    found: defaultdict[int, Daily] = defaultdict(dict)
    for experiment_id, phase, day, variant, *numbers in db.session.execute(
        query.where(DAYS.c.experiment_id.in_(tests)).order_by(*by)
    ):
        found[experiment_id].setdefault((phase, day), {})[variant] = Totals(*numbers)
    return found
