"""The people who left an address, with the reason why each counts or does not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Select

from wbtest.audience.models import Signup
from wbtest.extensions import db
from wbtest.publishing.models import Experiment
from wbtest.publishing.rule import Hypothesis
from wbtest.results.people import reason_name

CHUNK = 1_000
MICROSECONDS = 1_000_000


@dataclass(frozen=True, slots=True)
class ListedSignup:
    """A row of the list. ``standing`` is “counts”, or why it does not."""

    email: str
    name: str
    variant: str
    at: datetime
    source: str
    device: str
    confirmed_at: datetime | None
    is_counted: bool
    standing: str


def signups(
    experiment: Experiment, rule: Hypothesis, newest: int | None = None
) -> Iterator[ListedSignup]:
    """Return the sign-ups, newest first; all of them, or the ``newest`` so many."""
    # Read at once: while a download is sent, the session that knows the experiment is over.
    names = {variant.key: variant.name or variant.key for variant in experiment.variants}
    query = (
        db.select(Signup)
        .where(Signup.experiment_id == experiment.id, Signup.left_at.is_(None))
        .order_by(Signup.at_us.desc(), Signup.email_key)
        .limit(newest)
        .execution_options(yield_per=CHUNK)
    )
    return _list(query, names, rule)


def _list(query: Select[Any], names: Mapping[str, str], rule: Hypothesis) -> Iterator[ListedSignup]:
    for row in db.session.scalars(query):
        yield ListedSignup(
            email=row.email,
            name=row.name,
            variant=names.get(row.variant, row.variant),
            at=_moment(row.at_us),
            source=row.source,
            device=row.device,
            confirmed_at=None if row.confirmed_us is None else _moment(row.confirmed_us),
            is_counted=row.is_converted and rule.counts_source(row.source),
            standing=_standing(row, rule),
        )


def count_signups(experiment: Experiment) -> tuple[int, int]:
    """Return how many are listed, whether they count or not, and how many people have left."""
    query = db.select(db.func.count(), db.func.count(Signup.left_at)).where(
        Signup.experiment_id == experiment.id
    )
    everybody, left = db.session.execute(query).one()
    return everybody - left, left


def _standing(row: Signup, rule: Hypothesis) -> str:
    if row.excluded_because:
        return f"not counted: {reason_name(row.excluded_because)}"
    if not rule.counts_source(row.source):
        return f"not counted: {reason_name('source')}"
    if row.is_converted:
        return "counts"
    if rule.conversion == "confirmed" and row.confirmed_us is None:
        return "not counted: not confirmed"
    if not row.visitor:
        return "not counted: nothing ties it to a visit"
    return "not counted: no beacon before it, too late, or this visitor counts already"


def _moment(at_us: int) -> datetime:
    return datetime.fromtimestamp(at_us / MICROSECONDS, UTC)
