"""From how many networks the newest visitors came, for whoever runs the server."""

from datetime import datetime, timedelta
from typing import NamedTuple, cast

import sqlalchemy as sa

from wbtest.audience.models import Visit
from wbtest.audience.recording.gate import CROWD, UNKNOWN_MARK
from wbtest.extensions import db
from wbtest.publishing.models import Experiment

VISITS = cast(sa.Table, Visit.__table__)
# As quick however many there are.
NEWEST = 1_000
LATELY = timedelta(days=1)
# So few networks that they may be those of a CDN.
FEW = 5


class Newest(NamedTuple):
    """The newest visitors of a test in the last day.

    ``unknown`` of them came from a network that nobody can tell, ``of_few`` from the FEW networks
    that brought most.
    """

    slug: str
    visitors: int
    unknown: int
    of_few: int


def newest_by_test(now: datetime) -> list[Newest]:
    """Return the newest visitors of each running test, those of the crowd among them."""
    running = sa.select(Experiment.id, Experiment.slug).where(Experiment.state == "running")
    return [_newest(*row, now) for row in db.session.execute(running.order_by(Experiment.id))]


def _newest(experiment_id: int, slug: str, now: datetime) -> Newest:
    newest = (
        sa.select(VISITS.c.mark)
        .where(
            VISITS.c.experiment_id == experiment_id,
            VISITS.c.excluded_because.in_(("", CROWD)),
            VISITS.c.at_us > int((now - LATELY).timestamp() * 1_000_000),
        )
        # With a cookie a visitor's number begins with the moment at which they came; without one
        # these are any of the last day.
        .order_by(VISITS.c.visitor.desc())
        .limit(NEWEST)
        .subquery()
    )
    query = sa.select(newest.c.mark, sa.func.count().label("number")).group_by(newest.c.mark)
    counts: dict[int, int] = {row.mark: row.number for row in db.session.execute(query)}
    unknown = counts.pop(UNKNOWN_MARK, 0)
    of_few = sum(sorted(counts.values())[-FEW:])
    return Newest(slug, unknown + sum(counts.values()), unknown, of_few)
