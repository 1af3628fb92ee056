"""What was spent on tests, added up by test and in all. A missing cost is not a cost of nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

import sqlalchemy as sa

from wbtest.extensions import db
from wbtest.publishing.models import Experiment
from wbtest.results.spending.models import Spend
from wbtest.results.spending.money import CURRENCIES

# Amounts in the smallest unit, by the code of their currency; currencies are never added up.
Amounts = Counter[str]


def spent_on(tests: Collection[int]) -> dict[int, Amounts]:
    """Return what was spent on each of these experiments, by its id: one query."""
    rows = db.session.execute(
        sa.select(Spend.experiment_id, Spend.currency, sa.func.sum(Spend.amount))
        .where(Spend.experiment_id.in_(tests))
        .group_by(Spend.experiment_id, Spend.currency)
    )
    found: dict[int, Amounts] = {}
    for key, currency, amount in rows:
        found.setdefault(key, Counter())[currency] += int(amount)
    return found


def spent_in_all() -> Amounts:
    """Return what was spent on all tests: one query."""
    rows = db.session.execute(
        sa.select(Spend.currency, sa.func.sum(Spend.amount))
        .join(Experiment, Experiment.id == Spend.experiment_id)
        .group_by(Spend.currency)
    )
    return Counter({currency: int(amount) for currency, amount in rows})


def written(amounts: Amounts) -> str:
    """Return amounts for people; a dash where nobody has entered any.

    >>> written(Counter(EUR=123_400, USD=5_000)), written(Counter())
    ('€1,234.00 + $50.00', '–')
    """
    parts = [CURRENCIES[code].write(amount) for code, amount in sorted(amounts.items())]
    return " + ".join(parts) or "–"
