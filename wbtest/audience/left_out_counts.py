"""What does not count beside people who were left out: machines, and who was shown two variants."""

from typing import NamedTuple, cast

import sqlalchemy as sa

from wbtest.audience.models import MachineCount, Signup
from wbtest.audience.traffic import PRETENDER
from wbtest.extensions import db
from wbtest.publishing.models import Experiment

SIGNUPS = cast(sa.Table, Signup.__table__)
MACHINES = cast(sa.Table, MachineCount.__table__)


def two_variants(experiment: Experiment) -> int:
    """Return how many sign-ups came from people who were shown two variants, as far as is known."""
    if experiment.purged_at is not None:
        return int(experiment.last_counts.get("two_variants", 0))
    query = (
        sa.select(sa.func.count())
        .select_from(SIGNUPS)
        .where(
            SIGNUPS.c.experiment_id == experiment.id,
            SIGNUPS.c.other_variant > "",
            SIGNUPS.c.excluded_because == "",
        )
    )
    return db.session.scalar(query) or 0


class Machines(NamedTuple):
    """Requests of machines: ``by_variant`` by variant and reason.

    ``pretenders`` are page loads that said they were Chrome and lacked what Chrome sends.
    """

    by_variant: dict[str, dict[str, int]]
    pretenders: int

    @property
    def reasons(self) -> list[str]:
        """Why they did not count, in order."""
        return sorted({reason for row in self.by_variant.values() for reason in row})


def machines_of(experiment: Experiment) -> Machines:
    """Return which machines came to this experiment, from one statement."""
    is_pretending = MACHINES.c.family == PRETENDER
    rows = db.session.execute(
        sa.select(
            MACHINES.c.variant,
            MACHINES.c.reason,
            sa.func.sum(MACHINES.c["count"]),
            sa.func.sum(sa.case((is_pretending, MACHINES.c["count"]), else_=0)),
        )
        .where(MACHINES.c.experiment_id == experiment.id)
        .group_by(MACHINES.c.variant, MACHINES.c.reason)
    )
    found: dict[str, dict[str, int]] = {variant.key: {} for variant in experiment.variants}
    pretenders = 0
    for variant, reason, number, pretending in rows:
        found.setdefault(variant, {})[reason] = number
        pretenders += pretending
    return Machines(found, pretenders)
