"""Queries for marks and cards, with who wrote them and of which test they are."""

from __future__ import annotations

from sqlalchemy import Select
from sqlalchemy.orm import joinedload

from wbtest.extensions import db
from wbtest.publishing.models import Experiment
from wbtest.results.learning.models import AssumptionMark, LearningCard


def marks_through(tests: Select[int]) -> list[AssumptionMark]:
    """Every mark made through these experiments (a query for their ids), oldest first."""
    query = (
        db.select(AssumptionMark)
        .where(AssumptionMark.experiment_id.in_(tests))
        .options(joinedload(AssumptionMark.person), joinedload(AssumptionMark.experiment))
        .order_by(AssumptionMark.marked_at, AssumptionMark.experiment_id, AssumptionMark.number)
    )
    return list(db.session.scalars(query))


def cards_of(tests: Select[int]) -> list[LearningCard]:
    """The cards of these experiments as they stand, the one saved last first."""
    newest = (
        db.select(db.func.max(LearningCard.version))
        .where(LearningCard.experiment_id == Experiment.id)
        .correlate(Experiment)
        .scalar_subquery()
    )
    query = (
        db.select(LearningCard)
        .join(Experiment, LearningCard.experiment_id == Experiment.id)
        .where(LearningCard.experiment_id.in_(tests), LearningCard.version == newest)
        .options(joinedload(LearningCard.person), joinedload(LearningCard.experiment))
        .order_by(LearningCard.saved_at.desc(), LearningCard.experiment_id.desc())
    )
    return list(db.session.scalars(query))
