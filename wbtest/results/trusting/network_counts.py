"""How many came from each network, read from the rows of those who count."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple, cast

import sqlalchemy as sa

from wbtest.audience.group_counts import joined_visits, of_counted_sources
from wbtest.audience.models import CrowdNetwork, Sighting, Signup, Visit
from wbtest.audience.recording.cells import SUSPECTED, Facts
from wbtest.audience.recording.hours import QUARTER_US, hour_of
from wbtest.extensions import db
from wbtest.publishing.models import Experiment

VISITS = cast(sa.Table, Visit.__table__)
SIGHTINGS = cast(sa.Table, Sighting.__table__)
SIGNUPS = cast(sa.Table, Signup.__table__)


class Arrived(NamedTuple):
    """Visitors of one mark on one kind of device who were shown one variant."""

    mark: int
    device: str
    variant: str
    served: int
    seen: int
    converted: int


class SeenRow(NamedTuple):
    """People of one mark and kind of device who saw a variant in one hour; its start in seconds.

    ``converted_at`` is the start of the hour in which they converted, None for those who did not.
    """

    mark: int
    device: str
    variant: str
    seen_at: int
    converted_at: int | None
    number: int


def arrived_by_mark(experiment: Experiment, facts: Facts) -> list[Arrived]:
    """Return who counts, by mark, device and variant, without the announced crowds."""
    device = sa.func.coalesce(SIGHTINGS.c.device, VISITS.c.device)
    variant = sa.func.coalesce(SIGHTINGS.c.variant, VISITS.c.variant)
    numbers = [
        sa.func.count(),
        sa.func.count(SIGHTINGS.c.visitor),
        sa.func.count(SIGNUPS.c.visitor),
    ]
    suspects = sa.select(SIGHTINGS.c.visitor).where(
        SIGHTINGS.c.experiment_id == experiment.id, SIGHTINGS.c.excluded_because == SUSPECTED
    )
    rows = db.session.execute(
        sa.select(VISITS.c.mark, device, variant, *numbers)
        .select_from(joined_visits())
        .where(*_counting(experiment, facts), VISITS.c.visitor.not_in(suspects))
        .group_by(VISITS.c.mark, device, variant)
    )
    return [Arrived._make(row) for row in rows]


def seen_of_marks(experiment: Experiment, facts: Facts, marks: Collection[int]) -> list[SeenRow]:
    """Return those seen of these marks, by mark, device, variant and hour; one read for all."""
    step = "at_us" if facts.conversion == "signup" else f"{facts.conversion}_us"
    quarter = (SIGHTINGS.c.at_us // QUARTER_US).label("quarter")
    moment = (SIGNUPS.c[step] // QUARTER_US).label("moment")
    # There may be more marks than a statement may have parameters.
    given = sa.bindparam(None, sorted(marks), sa.Integer(), expanding=True, literal_execute=True)
    by = (VISITS.c.mark, SIGHTINGS.c.device, SIGHTINGS.c.variant, quarter, moment)
    rows = db.session.execute(
        sa.select(*by, sa.func.count())
        .select_from(joined_visits())
        .where(*_counting(experiment, facts), VISITS.c.mark.in_(given))
        .where(SIGHTINGS.c.visitor.is_not(None))
        .group_by(*by)
    )

    def hour(number: int | None) -> int | None:
        return None if number is None else hour_of(number * QUARTER_US, facts.zone)

    return [
        SeenRow(mark, device, variant, hour_of(begun * QUARTER_US, facts.zone), hour(done), number)
        for mark, device, variant, begun, done, number in rows
    ]


def _counting(experiment: Experiment, facts: Facts) -> Iterable[sa.ColumnElement[bool]]:
    yield VISITS.c.experiment_id == experiment.id
    yield VISITS.c.excluded_because == ""
    yield from of_counted_sources(facts)
    if facts.crowds:
        for crowd, mark in _announced(experiment):
            when = facts.crowds[crowd]
            is_in_time = VISITS.c.at_us.between(when.from_us, when.until_us)
            yield sa.not_((VISITS.c.mark == mark) & is_in_time)


def _announced(experiment: Experiment) -> Sequence[Any]:
    """The marks of announced crowds, each with the crowd's place in the rule."""
    query = sa.select(CrowdNetwork.crowd, CrowdNetwork.mark).where(
        CrowdNetwork.experiment_id == experiment.id
    )
    return db.session.execute(query).all()
