"""What the readers of a release had guessed before its test, against what came."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy.orm import joinedload

from wbtest.extensions import db
from wbtest.publishing.models import Experiment
from wbtest.results.calibration import Scored
from wbtest.results.figures import Results
from wbtest.review.models import Forecast, Reviewer


class Guesses(NamedTuple):
    """How many guessed, and once the figures are final their ranges, the closest guess first."""

    made: int
    scored: tuple[Scored, ...] = ()

    @property
    def held(self) -> int:
        """How many ranges held the result."""
        return sum(guess.is_held for guess in self.scored)


def guesses_of(experiment: Experiment, results: Results) -> Guesses:
    """Return the forecasts of the text that was tested; before the end only how many there are.

    They are held against the control, which shows the text that was read.
    """
    found = _before_the_start(experiment)
    control = results.variants[0].totals
    if not results.verdict.is_final or not control.seen:
        return Guesses(len(found))
    came = control.converted / control.seen
    scored = [
        Scored(_name(guess.reviewer), guess.rate, guess.low, guess.high, came) for guess in found
    ]
    return Guesses(len(found), tuple(sorted(scored, key=lambda each: (each.off, each.name))))


def _before_the_start(experiment: Experiment) -> list[Forecast]:
    query = (
        db.select(Forecast)
        .where(
            Forecast.revision_id == experiment.revision_id,
            Forecast.made_at < experiment.started_at,
        )
        .options(joinedload(Forecast.reviewer).joinedload(Reviewer.person))
    )
    return list(db.session.scalars(query))


def _name(reviewer: Reviewer) -> str:
    return reviewer.name if reviewer.person_id else f"{reviewer.name}, by link"
