"""The stage that an experiment has reached, and the decisions about it.

How a team decides is in ``decisions``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Literal, cast

from wbtest.extensions import db
from wbtest.publishing.models import Decision, Experiment
from wbtest.publishing.sealing import draft_digest

ExperimentStage = Literal["draft", "checked", "running", "paused", "ended", "decided"]
Choice = Literal["go", "iterate", "stop"]
CHOICES: tuple[Choice, ...] = ("go", "iterate", "stop")


def experiment_stage(experiment: Experiment, is_decided: bool | None = None) -> ExperimentStage:
    """Return how far the experiment has come; a draft that changed after its check is a draft.

    ``is_decided`` comes from a caller that has read the decisions of many at once.
    """
    if experiment.state == "draft":
        return "checked" if is_checked(experiment) else "draft"
    if experiment.state == "ended":
        if is_decided is None:
            is_decided = find_decision(experiment) is not None
        return "decided" if is_decided else "ended"
    # The table allows no other states.
    return cast(ExperimentStage, experiment.state)


def is_checked(experiment: Experiment) -> bool:
    """Whether the launch check was passed by this very draft."""
    return experiment.checked_digest == draft_digest(experiment)


def decisions(experiment: Experiment) -> list[Decision]:
    """Return all decisions that stand, the newest first."""
    query = db.select(Decision).where(Decision.experiment_id == experiment.id)
    return list(db.session.scalars(query.order_by(Decision.id.desc())))


def find_decision(experiment: Experiment) -> Decision | None:
    """Return the newest decision that stands, or None."""
    return next(iter(decisions(experiment)), None)


def newest_decisions(keys: Collection[int]) -> dict[int, Decision]:
    """Return the newest decision that stands on each of these experiments, by its id: one query."""
    newest = db.select(db.func.max(Decision.id)).group_by(Decision.experiment_id)
    rows = db.session.scalars(
        db.select(Decision).where(Decision.id.in_(newest.where(Decision.experiment_id.in_(keys))))
    )
    return {decision.experiment_id: decision for decision in rows}


def choices_of(experiments: Iterable[Experiment]) -> dict[int, str]:
    """Return the newest choice about each experiment that was decided, by its id: one query."""
    rows = db.session.execute(
        db.select(Decision.experiment_id, Decision.choice)
        .where(Decision.experiment_id.in_([experiment.id for experiment in experiments]))
        .order_by(Decision.id)
    )
    return dict(rows.all())


def contradiction(decision: Decision) -> str:
    """Return the sentence that says how a decision differs from the rule's advice, or ''."""
    return contradiction_of(decision.choice, decision.figures)


def contradiction_of(choice: str, figures: Mapping[str, Any]) -> str:
    """Return the same of a choice made on these figures."""
    advice = figures["recommendation"]
    if advice == choice:
        return ""
    if advice in CHOICES:
        return f"The locked rule said {advice}, but the team decided otherwise."
    # In doubt is what was reached before; figures call that withheld, too.
    if figures.get("verdict") in ("met", "not_met"):
        return "Decided while the result was in doubt."
    if figures["withheld"]:
        return "Decided while the data was unreliable."
    is_settled = advice == "inconclusive"
    return "Decided while the result was undecided." if is_settled else "Decided without a result."
