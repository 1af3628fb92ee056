"""An assumption of the release is confirmed, refuted, or still open: who says so, and why."""

from __future__ import annotations

from sqlalchemy.orm import joinedload

from wbtest.extensions import clock, db
from wbtest.publishing.models import Experiment
from wbtest.publishing.running.seals import sealed_rule
from wbtest.results.learning.assumptions import (
    STATES,
    Assumption,
    assumptions_behind,
    assumptions_of,
    key_for,
    newest_by_key,
    without_twins,
)
from wbtest.results.learning.cards import Overtaken, demand_over
from wbtest.results.learning.models import AssumptionMark
from wbtest.store import Gone, Invalid, hold, writing
from wbtest.team.models import Person
from wbtest.writing import document as documents
from wbtest.writing.typed_text import needed_text

LONGEST_WHY = 2_000


def get_assumption(experiment: Experiment, key: str) -> Assumption:
    """The assumption of the tested text or rule with this key. Raises Gone when it has none."""
    found = next((each for each in _assumed(experiment) if each.key == key), None)
    if found is None:
        raise Gone("Neither the text that was tested nor its target assumes such a thing.")
    return found


def mark(
    experiment: Experiment, person: Person, key: str, state: str, why: str, read: int
) -> AssumptionMark:
    """Say what became of an assumption of the tested text; what was said before stays readable.

    ``read`` is the number of the mark that was shown, 0 for none. The same once more changes
    nothing. Raises NotOver, Gone, Invalid, and Overtaken when somebody else marked it meanwhile.
    """
    assumption = get_assumption(experiment, key)
    if state not in STATES:
        raise Invalid("state", "Choose confirmed, refuted or open.")
    why = needed_text("why", why, LONGEST_WHY, "Say in a sentence how you know.")
    with writing() as session:
        hold(experiment)
        demand_over(experiment)
        marks = marks_of(experiment)
        newest = newest_by_key(marks).get(key)
        if newest and (newest.state, newest.why) == (state, why):
            return newest
        if newest and newest.number != read:
            raise Overtaken(
                "why",
                f"{newest.person.name} marked it {newest.state} meanwhile: “{newest.why}” "
                "Save again to put yours in its place.",
            )
        made = AssumptionMark(
            experiment_id=experiment.id,
            number=marks[-1].number + 1 if marks else 1,
            kind=assumption.kind,
            words=assumption.words,
            state=state,
            why=why,
            person_id=person.id,
            marked_at=clock.now(),
        )
        session.add(made)
    return made


def marks_of(experiment: Experiment) -> list[AssumptionMark]:
    """Everything that was said of the assumptions through this experiment, oldest first."""
    query = (
        db.select(AssumptionMark)
        .where(AssumptionMark.experiment_id == experiment.id)
        .options(joinedload(AssumptionMark.person))
        .order_by(AssumptionMark.number)
    )
    return list(db.session.scalars(query))


def standing_marks(experiment: Experiment) -> list[tuple[Assumption, AssumptionMark | None]]:
    """Each assumption of text and target with the mark that stands, or None while it is open."""
    newest = newest_by_key(marks_of(experiment))
    return [(each, newest.get(each.key)) for each in _assumed(experiment)]


def earlier_marks(marks: list[AssumptionMark]) -> list[AssumptionMark]:
    """Those of the marks that a later one replaced, the newest first."""
    newest = newest_by_key(marks)
    return [m for m in reversed(marks) if newest[key_for(m.kind, m.words)] is not m]


def _assumed(experiment: Experiment) -> tuple[Assumption, ...]:
    document = documents.from_json(experiment.revision.document)
    return without_twins([*assumptions_of(document), *assumptions_behind(sealed_rule(experiment))])
