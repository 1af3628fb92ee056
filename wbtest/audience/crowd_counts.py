"""How many people of each announced crowd count, which only their visits can tell."""

from typing import Any, NamedTuple, cast

import sqlalchemy as sa

from wbtest.audience.counts import Row
from wbtest.audience.group_counts import Group, hours_of_groups
from wbtest.audience.models import CrowdNetwork
from wbtest.audience.recording.counting_rules import NoExperiment, load_rules
from wbtest.extensions import db
from wbtest.publishing.models import Experiment
from wbtest.publishing.rule import Hypothesis
from wbtest.publishing.sealing import sealed_rule

CROWD_NETWORKS = cast(sa.Table, CrowdNetwork.__table__)
# Under which ``Experiment.last_counts`` keeps what is told of crowds whose visits are purged.
KEPT = "crowds"


class CrowdCounts(NamedTuple):
    """What was counted of one announced crowd.

    ``admitted`` people were let in as its people, through ``networks``. ``rows`` are those of them
    who count: hour, variant, seen, arrived and converted, as in ``counts.by_hour``.
    """

    admitted: int
    networks: int
    rows: list[Row]


def crowds_of(experiment: Experiment, rule: Hypothesis) -> list[CrowdCounts]:
    """Return what was counted of each crowd that the rule announces, in its order.

    Of what is purged the last answer stands. Without crowds nothing is read.
    """
    if not rule.crowds:
        return []
    if experiment.purged_at is not None:
        kept = experiment.last_counts.get(KEPT, ())
        return [CrowdCounts(*each) for each in kept]
    try:
        rules = load_rules(db.session.connection(), experiment.id)
    except NoExperiment:
        # Another check says that the rule can't be read.
        return []
    groups = {place: Group("out", "crowd", str(place)) for place in range(len(rules.crowds))}
    rows = [row for row in hours_of_groups(experiment, groups) if row.is_counted]
    admitted = _admitted(experiment)
    return [
        CrowdCounts(
            *admitted.get(place, (0, 0)),
            [
                (row.hour, row.variant, row.seen, row.arrived, row.converted)
                for row in rows
                if place in row.groups
            ],
        )
        for place in groups
    ]


def crowds_to_keep(experiment: Experiment) -> dict[str, Any]:
    """Return the same as a part of ``Experiment.last_counts``."""
    found = crowds_of(experiment, sealed_rule(experiment))
    return {KEPT: [list(each) for each in found]} if found else {}


def _admitted(experiment: Experiment) -> dict[int, tuple[int, int]]:
    """How many people were let in as those of each crowd, and through how many networks."""
    columns = CROWD_NETWORKS.c
    rows = db.session.execute(
        sa.select(columns.crowd, sa.func.sum(columns.admitted), sa.func.count())
        .where(columns.experiment_id == experiment.id)
        .group_by(columns.crowd)
    )
    return {place: (int(admitted), networks) for place, admitted, networks in rows}
