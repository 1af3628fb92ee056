"""A3: sentences of at most 30 words, 20 on average."""

import re
from collections.abc import Iterator

from wbtest.writing.coach.finding import Mark, Rule
from wbtest.writing.coach.measure import DENSE, Measure, measure_of
from wbtest.writing.coach.reading import Reading, Text
from wbtest.writing.coach.sentences import Piece, count_words

WORST = 5
# Fewer sentences have no average worth a word.
FEWEST_SENTENCES = 5
_WORD = re.compile(r"\w+")
_RUN = re.compile(r"\S+")


def check(reading: Reading) -> Iterator[Mark]:
    """Mark the five longest sentences that are too long, and the release for its average."""
    measure = measure_of(reading.prose)
    long = [
        (words, text, sentence)
        for text in reading.prose
        for sentence in _sentences(text, measure)
        if (words := _words_if_long(sentence.text, measure)) > measure.longest
    ]
    # Sorting keeps reading order among equals.
    for words, text, sentence in sorted(long, key=lambda found: -found[0])[:WORST]:
        yield text.mark(
            sentence.start,
            sentence.end,
            "warn",
            f"This sentence has {words * measure.a_word} {measure.unit}.",
            f"Make it two: {measure.longest * measure.a_word} {measure.unit} are the most.",
        )
    sentences = sum(len(text.sentences) for text in reading.prose)
    if measure.has_stops and sentences >= FEWEST_SENTENCES:
        average = sum(text.words for text in reading.prose) / sentences
        if average > measure.average:
            yield reading.missing(
                "",
                "release",
                "warn",
                f"Sentences have {average * measure.a_word:.1f} {measure.unit} on average;"
                f" {measure.average * measure.a_word} are plenty.",
            )


def _sentences(text: Text, measure: Measure) -> list[Piece]:
    """The sentences; where no mark ends them, what stands between spaces."""
    if measure.has_stops:
        return text.sentences
    return [Piece(run.start(), run.end(), run[0]) for run in _RUN.finditer(text.text)]


def _words_if_long(sentence: str, measure: Measure) -> int:
    """How many words a sentence has; for short ones a quick figure that is never too low."""
    most = (
        len(sentence) if measure is DENSE or not measure.has_stops else len(_WORD.findall(sentence))
    )
    return count_words(sentence) if most > measure.longest else most


RULE = Rule(
    id="A3",
    title="Short sentences",
    severity="warn",
    why="A reader who must go back to the beginning of a sentence has lost its end.",
    source="Amazon writing tips: fewer than 30 words a sentence; Doc Bar Raisers",
    mend="Split the longest ones: one thought, one sentence.",
    before="Larder, which looks at your fridge, asks, before it plans dinner, two things.",
    after="You photograph your fridge. Larder asks two things. Dinner is planned.",
    check=check,
)
