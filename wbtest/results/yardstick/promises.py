"""The sentences of an approved release that something built may serve. Pure.

A promise is a sentence that says what customers get; something has to be built for each. Other
sentences may be served, and nobody misses it when they are not.
"""

import hashlib
from collections.abc import Iterator
from datetime import date
from itertools import groupby
from typing import NamedTuple

from wbtest.writing.coach.reading import Reading, Text
from wbtest.writing.document import Document
from wbtest.writing.evidence import key_of
from wbtest.writing.parts import PARTS

PROMISING = ("headline", "subheading", "summary", "solution", "call_to_action")
# Nothing is built for a quotation, nor for what changed in the world.
SERVED = (*PROMISING, "problem", "alternative", "external")
NAMES = {part.name: part.label for part in PARTS["full"]}


class Sentence(NamedTuple):
    """A sentence of the release, as it stands there, and whether it is a promise.

    ``asked`` is the question that it answers, '' where it answers none.
    """

    part: str
    words: str
    is_promise: bool = False
    asked: str = ""

    @property
    def key(self) -> str:
        """What makes two of them the same, as 16 hex digits: for forms and addresses."""
        return key_for(self.part, self.words)

    @property
    def label(self) -> str:
        """What the pages call its part."""
        return NAMES[self.part]


def key_for(part: str, words: str) -> str:
    """Return the key of a sentence, whatever its capitals and spaces.

    >>> key_for("headline", "Five  dinners") == key_for("headline", "five dinners")
    True
    """
    return hashlib.sha256(f"{part}\n{key_of(words)}".encode()).hexdigest()[:16]


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
    """Return the sentences under the name of their part, in the order in which they stand."""
    return [(label, list(some)) for label, some in groupby(sentences, lambda each: each.label)]


def _sentences(text: Text, asked: str) -> Iterator[Sentence]:
    if text.path.endswith(".label"):
        return
    if text.path.endswith(".price"):
        yield Sentence(text.part, text.text.strip())
        return
    for piece in text.sentences:
        yield Sentence(text.part, piece.text, text.part in PROMISING, asked)
