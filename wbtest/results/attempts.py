"""The other tests of the same release: what they asked, and what came of them.

Whoever tests until it works finds something that works by chance; so all tests stand side by side.
"""

from __future__ import annotations

from datetime import datetime
from functools import cache

from msgspec import Struct
from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import selectinload

from wbtest.extensions import db
from wbtest.publishing import in_words
from wbtest.publishing.decisions import newest_decisions
from wbtest.publishing.models import Decision, Experiment
from wbtest.publishing.running.seals import sealed_rule
from wbtest.results.in_words import Badge
from wbtest.results.summary import Summary, summaries


class Attempt(Struct, frozen=True):
    """Another test of the release: its rule, its verdict now, and the newest decision, if any."""

    number: int
    experiment: Experiment
    claim: str
    badge: Badge
    outcome: str
    decision: Decision | None


def other_attempts(experiment: Experiment, now: datetime) -> list[Attempt]:
    """Return every other test of the experiment's release that was started, the first one first."""
    others = _others(experiment)
    if not others:
        return []
    decided = newest_decisions([other.id for other in others])
    found = summaries(others, now)
    return [_attempt(other, decided.get(other.id), found[other.id]) for other in others]


def _others(experiment: Experiment) -> list[Experiment]:
    asked = {"release_id": experiment.release_id, "experiment_id": experiment.id}
    return list(db.session.scalars(_started(), asked))


@cache
def _started() -> Select[Experiment]:
    """Made once, since to put it together takes longer than to run it."""
    return (
        select(Experiment)
        .where(
            Experiment.release_id == bindparam("release_id"),
            Experiment.started_at.is_not(None),
            Experiment.id != bindparam("experiment_id"),
        )
        .order_by(Experiment.attempt)
        .options(selectinload(Experiment.variants))
    )


def _attempt(other: Experiment, decision: Decision | None, found: Summary) -> Attempt:
    return Attempt(
        number=other.attempt,
        experiment=other,
        claim=in_words.claim(sealed_rule(other)),
        badge=found.badge,
        outcome=found.sentence,
        decision=decision,
    )
