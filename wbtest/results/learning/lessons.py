"""The learning cards, side by side, to be found by their words."""

from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

from sqlalchemy import Select, or_
from sqlalchemy.orm import joinedload

from wbtest.extensions import db
from wbtest.publishing import in_words as rule_in_words
from wbtest.publishing.models import Decision, Experiment
from wbtest.publishing.running.seals import sealed_rule
from wbtest.results.learning.assumptions import newest_by_key
from wbtest.results.learning.models import AssumptionMark, LearningCard
from wbtest.results.learning.rows import cards_of, marks_through


class Lesson(NamedTuple):
    """A test that is over or decided, as the list of cards shows it; ``card`` may be None."""

    experiment: Experiment
    product: str
    claim: str
    decision: Decision | None
    card: LearningCard | None
    marks: tuple[AssumptionMark, ...]

    @property
    def is_written(self) -> bool:
        """Whether somebody has said what the test taught."""
        return self.card is not None or bool(self.marks)

    @property
    def seen(self) -> str:
        """What was seen, in the words kept with the decision; '' before one."""
        return str(self.decision.figures["why"]) if self.decision else ""

    def mentions(self, wanted: str) -> bool:
        """Whether each of these words stands somewhere on the card, in any spelling."""
        texts = [self.product, self.experiment.slug, self.claim, self.seen]
        texts += [self.card.surprise, self.card.next_step] if self.card else []
        texts += [self.decision.choice, self.decision.reason] if self.decision else []
        texts += [f"{mark.words} {mark.state} {mark.why}" for mark in self.marks]
        whole = " ".join(texts).casefold()
        return all(word in whole for word in wanted.casefold().split())


def lessons_of() -> list[Lesson]:
    """Every test that is over or decided, the one started last first; in four queries."""
    ours: Select[int] = db.select(Experiment.id)
    decisions = _newest_decisions()
    cards = {card.experiment_id: card for card in cards_of(ours)}
    marks = defaultdict[int, list[AssumptionMark]](list)
    for mark in marks_through(ours):
        marks[mark.experiment_id].append(mark)
    return [
        Lesson(
            experiment,
            experiment.revision.document.get("product", ""),
            rule_in_words.claim(sealed_rule(experiment)),
            decisions.get(experiment.id),
            cards.get(experiment.id),
            tuple(newest_by_key(marks[experiment.id]).values()),
        )
        for experiment in _over()
    ]


def _over() -> list[Experiment]:
    query = (
        db.select(Experiment)
        .where(
            Experiment.started_at.is_not(None),
            or_(
                Experiment.state == "ended",
                Experiment.id.in_(db.select(Decision.experiment_id)),
            ),
        )
        .options(joinedload(Experiment.revision))
        .order_by(Experiment.started_at.desc(), Experiment.id.desc())
    )
    return list(db.session.scalars(query))


def _newest_decisions() -> dict[int, Decision]:
    newest = db.select(db.func.max(Decision.id)).group_by(Decision.experiment_id)
    rows = db.session.scalars(db.select(Decision).where(Decision.id.in_(newest)))
    return {decision.experiment_id: decision for decision in rows}
