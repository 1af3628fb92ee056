"""A4: how many years of school the text asks for. English."""

from collections.abc import Iterator
from typing import NamedTuple

from wbtest.writing.coach.finding import Mark, Rule, Severity
from wbtest.writing.coach.naming import find_product
from wbtest.writing.coach.reading import Reading, Text
from wbtest.writing.coach.sentences import Piece

HARD = 14
DEMANDING = 10
# A grade is a mean: of fewer words it says nothing, and a short sentence is never the hardest.
FEWEST_WORDS = 100
FEWEST_IN_SENTENCE = 8
# English has next to no other letters; a text in another script is not English, whatever it says.
LEAST_ASCII = 0.9


class Load(NamedTuple):
    """A sentence with its words and their letters, the product's name left out."""

    text: Text
    sentence: Piece
    words: int
    letters: int


def grade(words: int, letters: int, sentences: int) -> float:
    """The automated readability index: 4.71 letters a word + 0.5 words a sentence - 21.43.

    It needs no syllables, which software only guesses. One grade is one year of school.

    >>> round(grade(words=100, letters=450, sentences=8), 1)
    6.0
    """
    return 4.71 * letters / words + 0.5 * words / sentences - 21.43


def check(reading: Reading) -> Iterator[Mark]:
    """Mark the hardest sentence of a text that reads at a high grade."""
    product = reading.document.product
    loads = [load for text in reading.prose for load in _loads(text, product)]
    words = sum(load.words for load in loads)
    if words < FEWEST_WORDS or not _is_ascii(reading):
        return
    reached = round(grade(words, sum(load.letters for load in loads), len(loads)))
    if reached <= DEMANDING:
        return
    severity: Severity = "warn" if reached > HARD else "note"
    hardest = max(
        (load for load in loads if load.words >= FEWEST_IN_SENTENCE),
        key=lambda load: grade(load.words, load.letters, 1),
        default=loads[0],
    )
    yield hardest.text.mark(
        hardest.sentence.start,
        hardest.sentence.end,
        severity,
        f"The text reads at grade {reached} (years of school); here it is hardest.",
    )


def _loads(text: Text, product: str) -> Iterator[Load]:
    names = {
        index for place in find_product(text, product) for index in range(place.start, place.end)
    }
    tokens, index = text.tokens, 0
    for sentence in text.sentences:
        words = letters = 0
        while index < len(tokens) and tokens[index].start < sentence.end:
            token = tokens[index]
            if token.start not in names:
                words += 1
                letters += len(token.text) - token.text.count("'")
            index += 1
        if words:
            yield Load(text, sentence, words, letters)


def _is_ascii(reading: Reading) -> bool:
    text = "".join(text.text for text in reading.prose)
    letters = sum(map(str.isalpha, text))
    ascii_letters = sum(map(str.isalpha, text.encode("ascii", "ignore").decode()))
    return ascii_letters >= LEAST_ASCII * letters


RULE = Rule(
    id="A4",
    title="Plain to read",
    severity="warn over grade 14, note over 10",
    languages=("en",),
    why="Plain words reach readers who are tired, in a hurry or reading a second language.",
    source="Automated readability index (Smith & Senter, 1967); Amazon writing tips",
    mend="Take shorter words and shorter sentences, this one first.",
    before="Utilization of photographic identification facilitates nutritional organization.",
    after="Take a photo of your fridge, and dinner is planned.",
    check=check,
)
