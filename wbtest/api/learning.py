"""What was learned from a test: its card, and what became of each assumption."""

from datetime import datetime
from typing import Literal

import msgspec

from wbtest.api import release_shapes as shapes
from wbtest.api.answers import Answer
from wbtest.api.releases import as_answer
from wbtest.publishing.models import Experiment
from wbtest.results.learning import cards, marks
from wbtest.results.learning.assumptions import Assumption
from wbtest.results.learning.models import AssumptionMark
from wbtest.results.learning.next_draft import next_draft as find_next_draft
from wbtest.team import access


class AssumptionShown(msgspec.Struct, kw_only=True):
    """What nobody knew; `number` counts what was said of it, 0 while nothing was."""

    key: str
    kind: Literal["number", "question"]
    words: str
    sentence: str
    state: Literal["confirmed", "refuted", "open"]
    why: str
    number: int
    by: str | None
    at: datetime | None


class LearningShown(msgspec.Struct, kw_only=True):
    """The card as it stands; `version` is 0 before anybody wrote on it."""

    version: int
    surprise: str
    next_step: str
    assumptions: list[AssumptionShown]


class Learned(shapes.Given, kw_only=True):
    """`version` is that of the card that you read, 0 for none."""

    version: int
    surprise: str = ""
    next_step: str = ""


class Assumed(shapes.Given, kw_only=True):
    """`number` is that of the word on it that you read, 0 for none."""

    state: Literal["confirmed", "refuted", "open"]
    why: str
    number: int


def get_learning(experiment_id: int) -> LearningShown:
    """What surprised the team, what it does next, and what became of its assumptions."""
    return _shown(access.get(Experiment, experiment_id, "read"))


def save_learning(experiment_id: int, body: Learned) -> LearningShown:
    """Write on the card of a test that is over or decided on; earlier texts are kept."""
    experiment = _get(experiment_id)
    cards.save_card(experiment, access.person(), body.surprise, body.next_step, body.version)
    return _shown(experiment)


def mark_assumption(experiment_id: int, key: str, body: Assumed) -> LearningShown:
    """Say what became of an assumption, and how you know."""
    experiment = _get(experiment_id)
    marks.mark(experiment, access.person(), key, body.state, body.why, body.number)
    return _shown(experiment)


def begin_next_draft(experiment_id: int) -> Answer[shapes.ReleaseShown]:
    """The release to write on: the tested one, or a copy where that was stopped on paper."""
    return as_answer(find_next_draft(_get(experiment_id), access.person()))


def _get(experiment_id: int) -> Experiment:
    return access.get(Experiment, experiment_id, "edit")


def _shown(experiment: Experiment) -> LearningShown:
    card = cards.find_card(experiment)
    return LearningShown(
        version=card.version if card else 0,
        surprise=card.surprise if card else "",
        next_step=card.next_step if card else "",
        assumptions=[_assumption(*each) for each in marks.standing_marks(experiment)],
    )


def _assumption(found: Assumption, mark: AssumptionMark | None) -> AssumptionShown:
    return AssumptionShown(
        key=found.key,
        kind=found.kind,
        words=found.words,
        sentence=found.sentence,
        state=mark.state if mark else "open",  # type: ignore[arg-type]  # the table allows no other
        why=mark.why if mark else "",
        number=mark.number if mark else 0,
        by=mark.person.name if mark else None,
        at=mark.marked_at if mark else None,
    )
