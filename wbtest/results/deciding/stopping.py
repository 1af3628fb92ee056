"""What a decision ends: releases that nobody works on any more, and tests that may be ended."""

from __future__ import annotations

from sqlalchemy import func

from wbtest.extensions import db
from wbtest.publishing.models import Decision, Experiment
from wbtest.writing.models import Revision

OPEN = ("running", "paused")


def given_up() -> set[int]:
    """Return the releases that wait for nobody any more, by id.

    The newest decision about each said stop, nobody has frozen another text since, and no other
    test of it is open.
    """
    newest = (
        db.select(Revision.release_id, func.max(Decision.id).label("decision"))
        .join(Experiment, Experiment.revision_id == Revision.id)
        .join(Decision, Decision.experiment_id == Experiment.id)
        .group_by(Revision.release_id)
        .subquery()
    )
    texts = (
        db.select(Revision.release_id, func.max(Revision.created_at).label("frozen_at"))
        .group_by(Revision.release_id)
        .subquery()
    )
    undecided = (
        db.select(Revision.release_id)
        .join(Experiment, Experiment.revision_id == Revision.id)
        .outerjoin(Decision, Decision.experiment_id == Experiment.id)
        .where(Experiment.state.in_(OPEN), Decision.id.is_(None))
    )
    stopped = (
        db.select(newest.c.release_id)
        .join(Decision, Decision.id == newest.c.decision)
        .join(texts, texts.c.release_id == newest.c.release_id)
        .where(Decision.choice == "stop", texts.c.frozen_at <= Decision.decided_at)
        .where(newest.c.release_id.not_in(undecided))
    )
    return set(db.session.scalars(stopped))


def should_end(experiment: Experiment, choice: str) -> bool:
    """Whether the page is still open though it was decided what comes of it.

    Who iterates may go on counting until the next draft is there.
    """
    return experiment.state in OPEN and choice in ("go", "stop")
