"""What was counted, event by event, for whoever wants to count it once more by themselves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Select, literal, select, true

from wbtest.audience.models import Sighting, Signup, Visit
from wbtest.extensions import db
from wbtest.publishing.models import Experiment

EVENT_COLUMNS = (
    *("event", "at", "visitor", "variant", "source", "device", "language"),
    *("excluded_because", "counts"),
)
CHUNK = 500
_SHARED = ("at_us", "visitor", "variant", "source", "device", "language")
_BEGAN = datetime(1970, 1, 1, tzinfo=UTC)


def event_rows(experiment: Experiment) -> Iterator[tuple[Any, ...]]:
    """Every visit, sighting and sign-up of a test, under ``EVENT_COLUMNS``; times in UTC.

    ``counts`` says whether it enters the rate, but for the rule's sources. No address stands here.
    A test that was purged has none any more.
    """
    if experiment.purged_at is not None:
        return
    # Read at once: while a download is sent, the session that knows the experiment is over.
    for query in _queries(experiment.id):
        for row in db.session.execute(query.execution_options(yield_per=CHUNK)):
            kind, at_us, *rest, because, is_counted = row
            at = _BEGAN + timedelta(microseconds=at_us)
            yield kind, at.isoformat(), *rest, because, bool(is_counted) and not because


def _queries(experiment_id: int) -> Iterator[Select[Any]]:
    for model, kind, is_counted in (
        (Visit, "visit", true()),
        (Sighting, "seen", Sighting.is_counted),
        (Signup, "signup", Signup.is_converted),
    ):
        shared = [getattr(model, name) for name in _SHARED]
        yield (
            select(literal(kind), *shared, model.excluded_because, is_counted)
            .where(model.experiment_id == experiment_id)
            .order_by(model.at_us)
        )
