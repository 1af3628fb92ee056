"""What people said: answers after the sign-up, and questions that visitors asked on the page."""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime
from typing import Any, NamedTuple

from wbtest.audience.models import Signup
from wbtest.extensions import db
from wbtest.publishing.choices.options import Asked
from wbtest.publishing.models import Experiment
from wbtest.publishing.running.seals import sealed_options
from wbtest.results.signup_list import moment
from wbtest.writing.models import Candidate
from wbtest.writing.suggested_questions import candidates_of

SHOWN_TEXTS = 100


class Text(NamedTuple):
    """One answer in somebody's own words."""

    words: str
    variant: str
    at: datetime


class Answers(NamedTuple):
    """What was answered to one question, by ``people`` who answered it at all.

    ``choices`` hold how many chose each, in the order of the page. ``texts`` are the newest answers
    to a question without choices.
    """

    question: str
    people: int
    choices: tuple[tuple[str, int], ...] = ()
    texts: tuple[Text, ...] = ()


def answers_of(experiment: Experiment) -> list[Answers]:
    """Return what those who signed up answered, in the order of the questions.

    Of everybody who counts, whatever their source. Nothing once the test is purged.
    """
    asked = sealed_options(experiment).questions
    if not asked:
        return []
    names = {variant.key: variant.name or variant.key for variant in experiment.variants}
    given: dict[str, list[Text]] = {question.text: [] for question in asked}
    for row in _rows(experiment):
        for question, words in json.loads(row.answers).items():
            if question in given:
                name = names.get(row.variant, row.variant)
                given[question].append(Text(words, name, moment(row.at_us)))
    return [_answers(question, given[question.text]) for question in asked]


def asked_on_page(experiment: Experiment) -> list[Candidate]:
    """Return the questions that visitors of this page asked, those that wait first."""
    asked = candidates_of(experiment.revision.release)
    by = f"a visitor of /p/{experiment.slug}"
    return [row for row in (*asked.waiting, *asked.settled) if row.asked_by == by]


def _rows(experiment: Experiment) -> list[Any]:
    if experiment.purged_at is not None:
        return []
    query = (
        db.select(Signup.answers, Signup.variant, Signup.at_us)
        .where(
            Signup.experiment_id == experiment.id,
            Signup.excluded_because == "",
            Signup.left_at.is_(None),
            Signup.answers != "",
        )
        .order_by(Signup.at_us.desc(), Signup.email_key)
    )
    return list(db.session.execute(query))


def _answers(question: Asked, given: list[Text]) -> Answers:
    if not question.choices:
        return Answers(question.text, len(given), texts=tuple(given[:SHOWN_TEXTS]))
    chosen = Counter(answer.words for answer in given)
    choices = tuple((choice, chosen[choice]) for choice in question.choices)
    return Answers(question.text, len(given), choices)
