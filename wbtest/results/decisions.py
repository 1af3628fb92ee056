"""Go, iterate or stop: what the team decided, with the figures as they were."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from wbtest.delivery.webhooks import emit
from wbtest.extensions import clock, db
from wbtest.publishing.models import Experiment
from wbtest.publishing.running.announcing import facts_of
from wbtest.results.figures import results_of
from wbtest.results.figures_json import results_json
from wbtest.results.models import Decision
from wbtest.store import Invalid, hold, writing
from wbtest.team.audit.log import record
from wbtest.team.models import Person
from wbtest.writing.wording import find_fault, with_plain_breaks

Choice = Literal["go", "iterate", "stop"]
CHOICES: tuple[Choice, ...] = ("go", "iterate", "stop")
FEWEST_WORDS = 3
LONGEST_REASON = 4_000


def decide(experiment: Experiment, person: Person, choice: str, reason: str) -> Decision:
    """Store the decision with every figure it rests on, and the seal of the rule.

    A decision against the verdict is the team's right, and is shown as such. The same decision
    sent twice in a row is one. Raises NotStarted, or Invalid for a choice or reason that says
    nothing.
    """
    reason = with_plain_breaks(reason).strip()
    if choice not in CHOICES:
        raise Invalid("choice", "Choose go, iterate or stop.")
    if len(reason.split()) < FEWEST_WORDS:
        raise Invalid("reason", "Say why in a sentence: you will read it again in a year.")
    if fault := find_fault(reason, LONGEST_REASON):
        raise Invalid("reason", fault)
    with writing() as session:
        # A double click waits here for the first one.
        hold(experiment)
        newest = find_decision(experiment)
        if newest and (newest.choice, newest.reason) == (choice, reason):
            return newest
        now = clock.now()
        decision = Decision(
            experiment_id=experiment.id,
            choice=choice,
            reason=reason,
            figures=results_json(results_of(experiment, now)) | {"seal": experiment.seal},
            person_id=person.id,
            decided_at=now,
        )
        session.add(decision)
        session.flush()
        facts = facts_of(experiment) | {"decision": decision.id, "choice": choice}
        emit(experiment.workspace_id, "decision.made", facts)
        what = f"/p/{experiment.slug}: {choice}"
        record(experiment.workspace_id, "experiment.decided", what, by=person)
    return decision


def decisions(experiment: Experiment) -> list[Decision]:
    """Return all decisions, the newest first."""
    query = (
        db.select(Decision)
        .where(Decision.experiment_id == experiment.id)
        .order_by(Decision.id.desc())
    )
    return list(db.session.scalars(query))


def find_decision(experiment: Experiment) -> Decision | None:
    """Return the newest decision, or None."""
    return next(iter(decisions(experiment)), None)


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
    advice = decision.figures["recommendation"]
    if advice == decision.choice:
        return ""
    if advice in CHOICES:
        return f"The sealed rule said {advice}; the team decided otherwise."
    if decision.figures["withheld"]:
        return "Decided while the verdict was withheld."
    return "Decided without a verdict: the figures had not settled it."
