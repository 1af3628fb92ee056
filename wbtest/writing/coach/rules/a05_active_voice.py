"""A5: active voice. English."""

from bisect import bisect_right
from collections.abc import Iterator

from wbtest.writing.coach.finding import Mark, Rule
from wbtest.writing.coach.lists import Token, languages_of, words_of
from wbtest.writing.coach.reading import Reading, Text
from wbtest.writing.coach.sentences import Piece

MOST_PERCENT = 15
# One passive among six sentences is no habit.
FEWEST_PASSIVES = 2
MOST_MARKS = 8
# As in "is not yet completely planned".
MOST_BETWEEN = 3
SHORTEST_REGULAR = 4


def check(reading: Reading) -> Iterator[Mark]:
    """Mark the passives, eight at most, when more than 15 % of the sentences have one."""
    found = [(text, passive) for text in reading.prose for passive in _passives(text)]
    if len(found) < FEWEST_PASSIVES:
        return
    sentences = sum(len(text.sentences) for text in reading.prose)
    passive = len({(text.path, _sentence(text, piece)) for text, piece in found})
    if 100 * passive <= MOST_PERCENT * sentences:
        return
    for text, piece in found[:MOST_MARKS]:
        yield text.mark(piece.start, piece.end, "note", f"“{piece.text}” does not say who does it.")


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


RULE = Rule(
    id="A5",
    title="Active voice",
    severity="note",
    languages=languages_of("irregular_participles"),
    why="The reader wants to know who does what; a passive hides the one who acts.",
    source="Amazon writing tips; Doc Bar Raisers",
    mend="Begin with who acts: the customer, the product, the neighbour.",
    before="Dinner is planned and the shopping list is written.",
    after="Larder plans dinner and writes the shopping list.",
    check=check,
)
