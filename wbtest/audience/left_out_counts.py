"""What does not count, and why not, read from roll-ups: people and their addresses, machines."""

from collections import defaultdict
from typing import Any, cast

import sqlalchemy as sa

from wbtest.audience.counts import KINDS
from wbtest.audience.models import Signup
from wbtest.audience.totals_models import MachineTotal
from wbtest.extensions import db
from wbtest.publishing.models import Experiment

MACHINES = cast(sa.Table, MachineTotal.__table__)


def two_variants(experiment: Experiment) -> int:
    """Return how many sign-ups came from people who were shown two variants, as far as is known."""
    if experiment.purged_at is not None:
        return experiment.last_counts.get("two_variants", 0)
    rows = sa.select(sa.func.count()).select_from(Signup)
    is_it = (Signup.experiment_id == experiment.id) & (Signup.other_variant > "")
    return db.session.scalar(rows.where(is_it, Signup.excluded_because == "")) or 0


def excluded_by_reason(experiment: Experiment) -> dict[str, dict[str, int]]:
    """Return how many visits of people and requests of machines did not count, by variant, reason.

    All phases together. Sign-ups that do not count are ``excluded_signups``.
    """
    found = _excluded(experiment, KINDS.c.served)
    rows = db.session.execute(
        sa.select(MACHINES.c.variant, MACHINES.c.reason, sa.func.sum(MACHINES.c["count"]))
        .where(MACHINES.c.experiment_id == experiment.id)
        .group_by(MACHINES.c.variant, MACHINES.c.reason)
    )
    for variant, reason, number in rows:
        found[variant][reason] = found[variant].get(reason, 0) + number
    return {key: dict(sorted(reasons.items())) for key, reasons in found.items()}


def excluded_signups(experiment: Experiment) -> dict[str, dict[str, int]]:
    """Return how many sign-ups were kept and do not count, by variant and reason."""
    return dict(_excluded(experiment, KINDS.c.signups))


def machines(experiment: Experiment) -> dict[str, int]:
    """Return how many requests of machines there were, by reason."""
    rows = db.session.execute(
        sa.select(MACHINES.c.reason, sa.func.sum(MACHINES.c["count"]))
        .where(MACHINES.c.experiment_id == experiment.id)
        .group_by(MACHINES.c.reason)
        .order_by(MACHINES.c.reason)
    )
    return dict(rows.all())


def _excluded(experiment: Experiment, column: Any) -> defaultdict[str, dict[str, int]]:
    rows = db.session.execute(
        sa.select(KINDS.c.variant, KINDS.c.excluded_because, sa.func.sum(column))
        .where(KINDS.c.experiment_id == experiment.id, KINDS.c.excluded_because != "")
        .group_by(KINDS.c.variant, KINDS.c.excluded_because)
        .order_by(KINDS.c.excluded_because)
    )
    found: defaultdict[str, dict[str, int]] = defaultdict(dict)
    found.update({variant.key: {} for variant in experiment.variants})
    for variant, reason, number in rows:
        if number:
            found[variant][reason] = number
    return found
