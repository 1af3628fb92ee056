"""The learning card of an experiment: what surprised the team, and what it does next."""

from __future__ import annotations

from wbtest.extensions import clock, db
from wbtest.publishing.decisions import find_decision
from wbtest.publishing.models import Experiment
from wbtest.results.learning.models import LearningCard
from wbtest.store import Invalid, Refused, hold, writing
from wbtest.team.models import Person
from wbtest.writing.typed_text import kept_text

LONGEST = 4_000
MEANWHILE = (
    "Somebody else wrote on this card after you opened it. What you typed still stands below, and "
    "theirs above. Save again to put yours in its place."
)


class NotOver(Refused):
    """Nothing was learned yet: the test runs, and nobody has decided."""


class Overtaken(Invalid):
    """A change of something that is not what its author was shown."""


def is_over(experiment: Experiment) -> bool:
    """Whether one may say what was learned: the test has ended, or the team has decided."""
    return experiment.state == "ended" or find_decision(experiment) is not None


def demand_over(experiment: Experiment) -> None:
    """Raise NotOver before the end of the test and a decision on it."""
    if not is_over(experiment):
        raise NotOver("What was learned is written down when the test has ended or is decided on.")


def save_card(
    experiment: Experiment, person: Person, surprise: str, next_step: str, read: int
) -> LearningCard:
    """Store what surprised the team and what it does next; earlier texts stay readable.

    ``read`` is the version that was shown, 0 for none. The same once more changes nothing. Raises
    NotOver, Invalid for a card that says nothing, Overtaken when somebody else saved meanwhile.
    """
    surprise = kept_text("surprise", surprise, LONGEST)
    next_step = kept_text("next_step", next_step, LONGEST)
    if not surprise and not next_step:
        raise Invalid("surprise", "Write at least one of the two.")
    with writing() as session:
        # A double click waits here for the first one.
        hold(experiment)
        demand_over(experiment)
        newest = find_card(experiment)
        if newest and (newest.surprise, newest.next_step) == (surprise, next_step):
            return newest
        version = newest.version if newest else 0
        if read != version:
            raise Overtaken("surprise", MEANWHILE)
        card = LearningCard(
            experiment_id=experiment.id,
            version=version + 1,
            surprise=surprise,
            next_step=next_step,
            person_id=person.id,
            saved_at=clock.now(),
        )
        session.add(card)
    return card


def find_card(experiment: Experiment) -> LearningCard | None:
    """The card as it stands, or None before anybody wrote on it."""
    return next(iter(saves_of(experiment)), None)


def saves_of(experiment: Experiment) -> list[LearningCard]:
    """Every save of the card, the newest first."""
    query = (
        db.select(LearningCard)
        .where(LearningCard.experiment_id == experiment.id)
        .order_by(LearningCard.version.desc())
    )
    return list(db.session.scalars(query))
