"""What does not count beside people who were left out: machines, and who was shown two variants."""

from typing import NamedTuple, cast

import sqlalchemy as sa

from wbtest.audience.models import Signup
from wbtest.audience.totals_models import MachineTotal
from wbtest.audience.traffic import PRETENDER
from wbtest.publishing.models import Experiment
from wbtest.question import Question

SIGNUPS = cast(sa.Table, Signup.__table__)
MACHINES = cast(sa.Table, MachineTotal.__table__)
_is_pretending = MACHINES.c.family == PRETENDER
_MACHINES = Question(
    sa.select(
        MACHINES.c.variant,
        MACHINES.c.reason,
        sa.func.sum(MACHINES.c["count"]),
        sa.func.sum(sa.case((_is_pretending, MACHINES.c["count"]), else_=0)),
    )
    .where(MACHINES.c.experiment_id == sa.bindparam("experiment_id"))
    .group_by(MACHINES.c.variant, MACHINES.c.reason)
)
_TWO_VARIANTS = Question(
    sa.select(sa.func.count())
    .select_from(SIGNUPS)
    .where(
        SIGNUPS.c.experiment_id == sa.bindparam("experiment_id"),
        SIGNUPS.c.other_variant > "",
        SIGNUPS.c.excluded_because == "",
    )
)


def two_variants(experiment: Experiment) -> int:
    """Return how many sign-ups came from people who were shown two variants, as far as is known."""
    if experiment.purged_at is not None:
        return experiment.last_counts.get("two_variants", 0)
    [[number]] = _TWO_VARIANTS.ask(experiment_id=experiment.id)
    return int(number)


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
    rows = _MACHINES.ask(experiment_id=experiment.id)
    found: dict[str, dict[str, int]] = {variant.key: {} for variant in experiment.variants}
    pretenders = 0
    for variant, reason, number, pretending in rows:
        found.setdefault(variant, {})[reason] = number
        pretenders += pretending
    return Machines(found, pretenders)
