"""How well the team guesses: forecasts against the rates of tests that are over."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from statistics import median
from typing import NamedTuple

from sqlalchemy.orm import contains_eager, joinedload, selectinload

from wbtest.extensions import db
from wbtest.publishing.models import Experiment
from wbtest.publishing.sealing import sealed_rule
from wbtest.results.history import Part, parts_of, period_of
from wbtest.review.models import Forecast, Reviewer
from wbtest.statistics import Counts
from wbtest.web import number_of
from wbtest.writing.models import Revision

# A range is asked for that holds the result in so many of ten tests.
RANGE_HOLDS = 0.8


class Scored(NamedTuple):
    """A forecast and what came: rates are fractions of visitors."""

    name: str
    rate: float
    low: float
    high: float
    came: float
    # Two people may have one name: who this is, by their log-in or their link.
    who: tuple[str, int] = ("", 0)

    @property
    def is_held(self) -> bool:
        """Whether the result lies in the range."""
        return self.low <= self.came <= self.high

    @property
    def off(self) -> float:
        """How far the guess was from the result, as a fraction."""
        return abs(self.rate - self.came)

    @property
    def penalty(self) -> float:
        """The interval score of an 80 % range: its width, and ten times by how much it missed.

        Lower is better; neither a range that is too narrow nor one that is too wide pays.
        S = (u − l) + 2/α·(l − x)₊ + 2/α·(x − u)₊ with α = 0.2. Source: Gneiting and Raftery
        (2007), Strictly Proper Scoring Rules, Prediction, and Estimation, eq. 43.

        >>> round(Scored("Mei", 0.08, 0.05, 0.1, came=0.12).penalty, 3)
        0.25
        """
        missed = max(self.low - self.came, 0) + max(self.came - self.high, 0)
        return self.high - self.low + 2 / (1 - RANGE_HOLDS) * missed


class Guessed(NamedTuple):
    """A test that is over, its result, and what each reader had expected; the closest first."""

    experiment: Experiment
    product: str
    converted: int
    seen: int
    forecasts: tuple[Scored, ...]

    @property
    def came(self) -> float:
        """The rate of the revision's own text."""
        return self.converted / self.seen

    @property
    def held(self) -> int:
        """How many ranges held it."""
        return sum(forecast.is_held for forecast in self.forecasts)


class Guesser(NamedTuple):
    """Somebody's record over all tests; ``off`` and ``penalty`` are medians."""

    name: str
    forecasts: int
    held: int
    off: float
    penalty: float


def forecast_tests(now: datetime, *, most: int | None = None) -> list[Guessed]:
    """Return the tests whose figures are final and that somebody had guessed, the latest first.

    ``most``: only so many of the latest that were guessed.
    """
    return scored_tests(_guessed(most), now)


def scored_tests(experiments: Sequence[Experiment], now: datetime) -> list[Guessed]:
    """Return those of the started tests that are final and were guessed, in their order.

    The result is the rate of the control, which shows the text that the readers had read. These
    are two queries, however many tests there are.
    """
    final = [experiment for experiment in experiments if _is_final(experiment, now)]
    guesses = _guesses(final)
    counted = parts_of({key for key, made in guesses.items() if made})
    found = []
    for experiment in final:
        made, control = guesses[experiment.id], _control(experiment, counted[experiment.id])
        if made and control.seen:
            found.append(_met(experiment, made, control))
    return found


def guessers(tests: Iterable[Guessed]) -> list[Guesser]:
    """Return everybody's record, who is closest first."""
    by_guesser: dict[tuple[str, tuple[str, int]], list[Scored]] = defaultdict(list)
    for test in tests:
        for scored in test.forecasts:
            by_guesser[scored.name, scored.who].append(scored)
    records = [_record(name, scored) for (name, _), scored in by_guesser.items()]
    return sorted(records, key=lambda each: (each.penalty, each.name))


def sentence(tests: Sequence[Guessed]) -> str:
    """Return what the team may learn from its forecasts, in one sentence."""
    scored = [each for test in tests for each in test.forecasts]
    held = sum(each.is_held for each in scored)
    share = held / len(scored)
    if len(scored) < 5:
        end = "Too few to say more."
    elif share < RANGE_HOLDS - 0.2:
        end = "Aim for 8 in 10: use wider ranges."
    elif share > RANGE_HOLDS + 0.15:
        end = "Aim for 8 in 10: use narrower ranges."
    else:
        end = "That’s about the 8 in 10 to aim for."
    return f"{held} of {number_of(len(scored), 'forecast')} included the result. {end}"


def _guessed(most: int | None) -> list[Experiment]:
    query = (
        db.select(Experiment)
        .join(Experiment.revision)
        .where(
            Experiment.started_at.is_not(None),
            db.exists().where(
                Forecast.revision_id == Revision.id,
                Forecast.made_at < Experiment.started_at,
            ),
        )
        .options(
            contains_eager(Experiment.revision),
            selectinload(Experiment.variants),
        )
        .order_by(Experiment.started_at.desc(), Experiment.id.desc())
        .limit(most)
    )
    return list(db.session.scalars(query))


def _is_final(experiment: Experiment, now: datetime) -> bool:
    """Whether the last visitor's conversion window is over."""
    return now >= period_of(experiment, now).final_at(sealed_rule(experiment))


def _guesses(experiments: Sequence[Experiment]) -> dict[int, list[Forecast]]:
    """Everybody's forecast of each test's text from before it began, by the test's id."""
    query = (
        db.select(Forecast)
        .where(Forecast.revision_id.in_({each.revision_id for each in experiments}))
        .options(joinedload(Forecast.reviewer).joinedload(Reviewer.person))
    )
    made: defaultdict[int, list[Forecast]] = defaultdict(list)
    for forecast in db.session.scalars(query):
        made[forecast.revision_id].append(forecast)
    return {
        each.id: [
            forecast
            for forecast in made[each.revision_id]
            if each.started_at and forecast.made_at < each.started_at
        ]
        for each in experiments
    }


def _control(experiment: Experiment, counted: Sequence[Part]) -> Counts:
    """What counts of the control."""
    rule, key = sealed_rule(experiment), experiment.variants[0].key
    parts = [part for part in counted if part.variant == key and rule.counts_source(part.source)]
    return Counts(sum(part.seen for part in parts), sum(part.converted for part in parts))


def _met(experiment: Experiment, made: Sequence[Forecast], control: Counts) -> Guessed:
    scored = [
        Scored(
            _name(guess.reviewer),
            guess.rate,
            guess.low,
            guess.high,
            control.converted / control.seen,
            _who(guess.reviewer),
        )
        for guess in made
    ]
    return Guessed(
        experiment,
        experiment.revision.document["product"],
        control.converted,
        control.seen,
        tuple(sorted(scored, key=lambda each: (each.off, each.name))),
    )


def _record(name: str, scored: Sequence[Scored]) -> Guesser:
    return Guesser(
        name,
        len(scored),
        sum(each.is_held for each in scored),
        median(each.off for each in scored),
        median(each.penalty for each in scored),
    )


def _name(reviewer: Reviewer) -> str:
    return reviewer.name if reviewer.person_id else f"{reviewer.name}, guest"


def _who(reviewer: Reviewer) -> tuple[str, int]:
    return ("person", reviewer.person_id) if reviewer.person_id else ("link", reviewer.id)
