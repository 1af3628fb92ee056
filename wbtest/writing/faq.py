"""The FAQ: expected topics, an example for each, and moving its questions. Pure."""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import cast

from wbtest.writing.document import (
    EXTERNAL_TOPICS,
    INTERNAL_TOPICS,
    Audience,
    Document,
    Form,
    OpenQuestion,
    Question,
)
from wbtest.writing.text_rules import MOST_QUESTIONS

_TOPICS = tomllib.loads(Path(__file__).with_name("topics.toml").read_text("utf-8"))
EXAMPLE_QUESTIONS: dict[str, str] = {topic: said["example"] for topic, said in _TOPICS.items()}
# A topic as people label a question.
_LABELS = {
    topic: {topic, *re.split(r" \| |\n", said["labels"].strip())} for topic, said in _TOPICS.items()
}
_LONGEST_TOPIC = 80
_NO_ANSWER = OpenQuestion()
# A short release begins with these; any other three will do as well.
ENOUGH_FOR_SHORT = 3
EXPECTED_TOPICS: dict[Form, dict[Audience, tuple[str, ...]]] = {
    "short": {"external": ("what and for whom", "price", "difference"), "internal": ()},
    # Without these four nobody inside can say yes.
    "full": {"external": EXTERNAL_TOPICS, "internal": INTERNAL_TOPICS[:4]},
}


def topic_labelled(label: str, topics: Iterable[str]) -> str:
    """Return which of these topics a label names, in any of four languages, or ''.

    >>> topic_labelled("Wettbewerb ", INTERNAL_TOPICS), topic_labelled("Vision", INTERNAL_TOPICS)
    ('competitive positioning', '')
    """
    words = " ".join(label[:_LONGEST_TOPIC].casefold().split())
    return next((topic for topic in topics if words in _LABELS[topic]), "")


def is_settled(question: Question) -> bool:
    """Whether a question has an answer, or is an honest unknown: who settles it, by when, how."""
    unknown = question.open
    return bool(question.question.strip()) and (
        bool(question.answer.strip())
        or (unknown is not None and all((unknown.owner, unknown.until, unknown.settled_by)))
    )


def still_open(document: Document) -> tuple[Question, ...]:
    """The questions that nobody can answer yet, the one that is to be settled first at the top.

    Those without a day come last.
    """
    unknown = [question for question in document.faq if question.open is not None]
    return tuple(sorted(unknown, key=lambda question: (question.open or _NO_ANSWER).until or "9"))


def with_expected_questions(document: Document, form: Form) -> Document:
    """Return the document with a row for each expected topic that has none; nothing is lost.

    The example stands in for the question only where it is in the release's language.
    """
    speaks_english = document.language.split("-")[0].lower() == "en"
    faq = list(document.faq)
    for audience, topics in EXPECTED_TOPICS[form].items():
        present = {question.topic for question in document.questions(audience)}
        faq += [
            Question(audience, EXAMPLE_QUESTIONS[topic] if speaks_english else "", topic=topic)
            for topic in topics
            if topic not in present
        ]
    return replace(document, faq=tuple(faq))


def arrange_questions(document: Document, command: str) -> Document:
    """Return the document after a button's ``command``; one that does not fit changes nothing.

    ``add:internal:key risks`` adds a row (the topic may be empty); ``up:external:2``, ``down:…``
    and ``remove:…`` act on the row of that audience with that number, counted from 0.
    """
    verb, _, rest = command.partition(":")
    audience, _, what = rest.partition(":")
    if audience not in ("external", "internal"):
        return document
    side = cast(Audience, audience)
    rows = list(document.questions(side))
    if verb == "add" and len(document.faq) < MOST_QUESTIONS:
        topic = what if what in EXTERNAL_TOPICS + INTERNAL_TOPICS else ""
        rows.append(Question(side, "", topic=topic))
    elif what.isascii() and what.isdigit() and int(what) < len(rows):
        _move_or_remove(rows, verb, int(what))
    return with_questions(document, side, rows)


def with_questions(document: Document, audience: Audience, rows: list[Question]) -> Document:
    """Return the document with these as its questions of one audience, customers' first."""
    external = rows if audience == "external" else document.questions("external")
    internal = rows if audience == "internal" else document.questions("internal")
    return replace(document, faq=(*external, *internal))


def _move_or_remove(rows: list[Question], verb: str, index: int) -> None:
    """Move or remove the row at ``index``, in place."""
    if verb == "remove":
        del rows[index]
    elif verb == "up" and index > 0:
        rows.insert(index - 1, rows.pop(index))
    elif verb == "down":
        rows.insert(index + 1, rows.pop(index))
