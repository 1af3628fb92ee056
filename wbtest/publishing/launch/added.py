"""What a start signs off beside the approved text, and whose it is."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from wbtest.publishing.choices.options import asked_by, from_json
from wbtest.publishing.choices.words import ASKS_FOR
from wbtest.publishing.models import Experiment
from wbtest.publishing.shown import people_of, small_words
from wbtest.team.models import Person
from wbtest.writing.text_rules import joined

ELSEWHERE = "taken over from an earlier page"


class Added(NamedTuple):
    """A part of a draft that no approval covers, and who it is by, in words."""

    part: str
    by: str


def added_to(experiment: Experiment, reader: Person) -> list[Added]:
    """Return the parts of the draft that whoever starts it is to have seen; to ``reader``."""
    return [
        *_variants(experiment, reader),
        *_small_words(experiment, reader),
        *_questions(experiment, reader),
        *_look(experiment, reader),
    ]


def _variants(experiment: Experiment, reader: Person) -> Iterator[Added]:
    for variant in experiment.variants:
        if variant.overrides:
            writers = [variant.writer] if variant.writer else []
            yield Added(f"the words of “{variant.name}”", _by(writers, reader))


def _small_words(experiment: Experiment, reader: Person) -> Iterator[Added]:
    if said := small_words(experiment).words:
        places = joined([f"“{place}”" for place, _ in said])
        yield Added(f"small words: {places}", _by(people_of(experiment, "worded"), reader))


def _questions(experiment: Experiment, reader: Person) -> Iterator[Added]:
    questions, asks_for, link = asked_by(from_json(experiment.options))
    asked = [f"“{question.text}”" for question in questions]
    writers = [experiment.questions_writer] if experiment.questions_writer else []
    if asked:
        yield Added(f"the questions after the sign-up: {joined(asked)}", _by(writers, reader))
    for step in asks_for:
        said = ASKS_FOR[step][0].lower() + ASKS_FOR[step][1:]
        to = f", {link}" if step == "preorder" else ""
        yield Added(f"a step after the sign-up: {said}{to}", _by(writers, reader))


def _look(experiment: Experiment, reader: Person) -> Iterator[Added]:
    if experiment.look:
        yield Added("the look", _by(people_of(experiment, "styled"), reader))


def _by(people: Sequence[Person], reader: Person) -> str:
    names = ["you" if person == reader else person.name for person in people]
    return f"by {joined(names)}" if names else ELSEWHERE
