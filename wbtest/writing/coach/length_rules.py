"""Rules on length and readability: pages, paragraphs, sentences, reading grade, active voice."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import NamedTuple

from wbtest.writing.coach.document_reader import (
    DENSE,
    Mark,
    Measure,
    Piece,
    Place,
    Reading,
    Severity,
    Text,
    measure_of,
)
from wbtest.writing.coach.names import find_product
from wbtest.writing.coach.word_lists import Token, words_of
from wbtest.writing.document import PART_LABELS, WORDS_A_PAGE
from wbtest.writing.text_rules import words as words_in_any_script

MOST_WORDS = WORDS_A_PAGE * 3 // 2
FEWEST_RELEASE_WORDS = WORDS_A_PAGE // 2


def check_length(reading: Reading) -> Iterator[Mark]:
    """Mark the release when it is too long, and name its longest part; or when it is very short.

    The short form may be as short as it likes. What is not begun yet is not short.
    """
    words = sum(text.words for text in reading.prose)
    if words > MOST_WORDS:
        measure = measure_of(reading.prose)
        length, over = words * measure.a_word, (words - MOST_WORDS) * measure.a_word
        longest = max(reading.prose, key=lambda text: text.words)
        yield reading.missing(
            "",
            "warn",
            f"{length:,} {measure.unit}: {over:,} more than fit on a page and a half.",
            f"Cut the longest part first, “{PART_LABELS[longest.part]}”:"
            f" {longest.words * measure.a_word:,} {measure.unit}.",
        )
    elif 0 < words < FEWEST_RELEASE_WORDS and reading.form == "full":
        measure = measure_of(reading.prose)
        yield reading.missing(
            "",
            "note",
            f"{words * measure.a_word:,} {measure.unit} is less than half a page.",
            "Say more about the problem: one person, one evening, what they do about it today.",
        )


MOST_SENTENCES = 5
_ITEM = re.compile(r"[-*•·–‣][ \t]|\d{1,2}[.)][ \t]")


def check_paragraphs(reading: Reading) -> Iterator[Mark]:
    """Mark a paragraph from its sixth sentence on. Items of a list are no sentences of it."""
    for text in reading.prose:
        for sentences in _by_paragraph(text):
            if len(sentences) > MOST_SENTENCES:
                yield text.mark(
                    Place(sentences[MOST_SENTENCES].start, sentences[-1].end),
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


WORST = 5
# Fewer sentences have no average worth a word.
FEWEST_SENTENCES = 5
_WORD = re.compile(r"\w+")
_RUN = re.compile(r"\S+")


def check_sentences(reading: Reading) -> Iterator[Mark]:
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
            sentence,
            "warn",
            f"This sentence has {words * measure.a_word} {measure.unit}.",
            f"Split it: {measure.longest * measure.a_word} {measure.unit} at most.",
        )
    sentences = sum(len(text.sentences) for text in reading.prose)
    if measure.has_stops and sentences >= FEWEST_SENTENCES:
        average = sum(text.words for text in reading.prose) / sentences
        if average > measure.average:
            yield reading.missing(
                "",
                "warn",
                f"Sentences average {average * measure.a_word:.1f} {measure.unit}. Aim for "
                f"{measure.average * measure.a_word} or fewer.",
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
    return words_in_any_script(sentence) if most > measure.longest else most


HARD = 14
DEMANDING = 10
# A grade is a mean: of fewer words it says nothing, and a short sentence is never the hardest.
FEWEST_GRADED_WORDS = 100
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


def check_reading_grade(reading: Reading) -> Iterator[Mark]:
    """Mark the hardest sentence of a text that reads at a high grade."""
    product = reading.document.product
    loads = [load for text in reading.prose for load in _loads(text, product)]
    words = sum(load.words for load in loads)
    if words < FEWEST_GRADED_WORDS or not _is_ascii(reading):
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
        hardest.sentence,
        severity,
        f"The text reads at grade {reached} (years of school). This is the hardest part.",
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


MOST_PERCENT = 15
# One passive among six sentences is no habit.
FEWEST_PASSIVES = 2
MOST_MARKS = 8
# As in "is not yet completely planned".
MOST_BETWEEN = 3
SHORTEST_REGULAR = 4


def check_active_voice(reading: Reading) -> Iterator[Mark]:
    """Mark the passives, eight at most, when more than 15 % of the sentences have one."""
    found = [(text, passive) for text in reading.prose for passive in _passives(text)]
    if len(found) < FEWEST_PASSIVES:
        return
    sentences = sum(len(text.sentences) for text in reading.prose)
    passive = len({(text.path, _sentence(text, piece)) for text, piece in found})
    if 100 * passive <= MOST_PERCENT * sentences:
        return
    for text, piece in found[:MOST_MARKS]:
        yield text.mark(piece, "note", "“{}” doesn’t say who does it.")


def _passives(text: Text) -> Iterator[Piece]:
    """Forms of "to be" with the participle that follows, adverbs between them or not."""
    forms, tokens = words_of("en", "forms_of_be"), text.tokens
    states = {index for hit in text.find("states") for index in range(hit.start, hit.end)}
    end = 0
    for index, token in enumerate(tokens):
        is_there = index > 0 and tokens[index - 1].text == "there"
        if token.text not in forms or is_there or token.start < end:
            continue
        last = _participle(text, tokens, index)
        if last is not None and last.start not in states:
            end = last.end
            yield Piece(token.start, last.end, text.text[token.start : last.end])


def _participle(text: Text, tokens: list[Token], index: int) -> Token | None:
    """The participle that belongs to the form of "to be" at this place."""
    adverbs = words_of("en", "adverbs")
    for token in tokens[index + 1 : index + 2 + MOST_BETWEEN]:
        if not text.text[tokens[index].end : token.start].isspace():
            return None
        if _is_participle(token.text):
            # "It is baked-in" and "a well-loved" are no verbs.
            return None if text.text[token.end : token.end + 1] == "-" else token
        if token.text not in adverbs and not token.text.endswith("ly"):
            return None
        index += 1
    return None


def _is_participle(word: str) -> bool:
    is_regular = word.endswith("ed") and not word.endswith("eed") and len(word) >= SHORTEST_REGULAR
    return is_regular or word in words_of("en", "irregular_participles")


def _sentence(text: Text, piece: Piece) -> int:
    """The number of the sentence in which this stands."""
    return bisect_right(text.sentences, piece.start, key=lambda sentence: sentence.start)
