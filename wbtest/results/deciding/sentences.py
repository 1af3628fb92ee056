"""The sentences of an approved release that something built may serve. Pure."""

import hashlib
from collections.abc import Iterator
from datetime import date
from itertools import groupby
from typing import NamedTuple

from wbtest.writing.coach.document_reader import Reading, Text
from wbtest.writing.document import PARTS, Document, words_key

# Nothing is built for a quotation, nor for what changed in the world.
SERVED = (
    *("headline", "subheading", "summary", "problem", "alternative"),
    *("solution", "call_to_action", "external"),
)
NAMES = {part.name: part.label for part in PARTS["full"]}


class Sentence(NamedTuple):
    """A sentence of the release; ``asked`` is the question that it answers, '' for none."""

    part: str
    words: str
    asked: str = ""

    @property
    def key(self) -> str:
        """What tells it from the others, whatever its capitals and spaces: 16 hex digits."""
        return hashlib.sha256(f"{self.part}\n{words_key(self.words)}".encode()).hexdigest()[:16]

    @property
    def label(self) -> str:
        """What the pages call its part."""
        return NAMES[self.part]


def sentences_of(document: Document) -> tuple[Sentence, ...]:
    """Return every sentence that may be served, in reading order; each once.

    >>> [s.words for s in sentences_of(Document(headline="Dinner", solution="Snap. Eat."))]
    ['Dinner', 'Snap.', 'Eat.']
    """
    reading = Reading(document, "full", date.min)
    texts = [(text, "") for text in reading.release if text.part in SERVED]
    texts += [(entry.answer, entry.asked.text.strip()) for entry in reading.external]
    found = [each for text, asked in texts for each in _sentences(text, asked)]
    return tuple({each.key: each for each in found}.values())


def by_part(sentences: tuple[Sentence, ...]) -> list[tuple[str, list[Sentence]]]:
    """Return the sentences under the name of their part, in reading order."""
    return [(label, list(some)) for label, some in groupby(sentences, lambda each: each.label)]


def _sentences(text: Text, asked: str) -> Iterator[Sentence]:
    if text.path.endswith(".label"):
        return
    if text.path.endswith(".price"):
        yield Sentence(text.part, text.text.strip())
        return
    for piece in text.sentences:
        yield Sentence(text.part, piece.text, asked)
