"""A2: paragraphs of at most five sentences."""

import re
from collections.abc import Iterator

from wbtest.writing.coach.finding import Mark, Rule
from wbtest.writing.coach.reading import Reading, Text
from wbtest.writing.coach.sentences import Piece

MOST_SENTENCES = 5
_ITEM = re.compile(r"[-*•·–‣][ \t]|\d{1,2}[.)][ \t]")


def check(reading: Reading) -> Iterator[Mark]:
    """Mark a paragraph from its sixth sentence on. Items of a list are no sentences of it."""
    for text in reading.prose:
        for sentences in _by_paragraph(text):
            if len(sentences) > MOST_SENTENCES:
                yield text.mark(
                    sentences[MOST_SENTENCES].start,
                    sentences[-1].end,
                    "note",
                    f"This paragraph has {len(sentences)} sentences.",
                )


def _by_paragraph(text: Text) -> Iterator[list[Piece]]:
    """The sentences of each paragraph."""
    index = 0
    for paragraph in text.paragraphs:
        found = []
        while index < len(text.sentences) and text.sentences[index].start < paragraph.end:
            sentence = text.sentences[index]
            if not _ITEM.match(sentence.text):
                found.append(sentence)
            index += 1
        yield found


RULE = Rule(
    id="A2",
    title="Paragraphs of at most five sentences",
    severity="note",
    why="A paragraph holds one thought; a reader skips what looks like a wall.",
    source="Ian McAllister on working backwards; Amazon writing tips",
    mend="Begin a new paragraph here, or leave out what repeats.",
    before="Problem, cause, history, numbers, hopes and price in one paragraph.",
    after="The problem in four sentences. Then a new paragraph for what changes.",
    check=check,
)
