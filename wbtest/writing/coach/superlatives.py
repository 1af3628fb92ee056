"""The greatest of all: "the smartest lamp ever made", "the smartest lamp app". English. Pure."""

from bisect import bisect_left
from collections.abc import Iterator

from wbtest.writing.coach.listed import Place
from wbtest.writing.coach.lists import Token, words_of
from wbtest.writing.coach.reading import Text

# How many words may stand between the superlative and "ever".
REACH = 6
SHORTEST = len("best")
OF_ALL = ("the", "our", "world's")
IRREGULAR = ("best", "most")
# How many words further the thing may stand that is sold: "the smartest recall tool".
SOLD_REACH = 3
WHOLE_WORLDS = ("world's", "country's", "nation's", "industry's", "market's")
SOLD_OF_ALL = ("the", "our", "'s")
# With one of these another phrase begins: "the best of their tools".
SMALL = ("of", "for", "in", "on", "at", "to", "with", "and", "or", "their", "his", "her", "your")
# The best soup that she ever ate is her own affair.
PEOPLE = ("i", "we", "you", "he", "she", "they", "who", "i've", "we've", "they've", "had", "have")
# Where people live without the product, and what customers say of their own lives.
FREE_TO_SAY = ("problem", "alternative", "customer_quote.text")


def superlatives_in(text: Text) -> Iterator[Place]:
    """Yield from the superlative to its "ever", or to the thing that is sold."""
    if text.language != "en" or text.path in FREE_TO_SAY:
        return
    yield from _of_what_is_sold(text)
    tokens = text.tokens
    for index, token in enumerate(tokens):
        if token.text != "ever":
            continue
        for number in range(index - 1, max(0, index - REACH) - 1, -1):
            words = text.text[tokens[number].start : token.start]
            if tokens[number].text in PEOPLE or any(sign in words for sign in ".!?;:,"):
                break
            if _is_superlative(tokens, number):
                yield Place(tokens[number].start, token.end)
                break


def _of_what_is_sold(text: Text) -> Iterator[Place]:
    """Where an app, a tool or the like is the best in a way that nobody can measure."""
    tokens, things = text.tokens, words_of("en", "sold_things")
    for hit in text.find("vague_superlatives"):
        index = bisect_left(tokens, hit.start, key=lambda token: token.start)
        behind = index + len(hit.entry.words)
        before = tokens[index - 1].text if index else ""
        if before in WHOLE_WORLDS:
            yield Place(hit.start, hit.end)
            continue
        is_of_all = before.endswith(SOLD_OF_ALL)
        reach = tokens[behind : behind + SOLD_REACH] if is_of_all else []
        for number, thing in enumerate(reach, behind):
            words = text.text[hit.start : thing.end]
            if thing.text in SMALL or any(sign in words for sign in ".!?;:,"):
                break
            if thing.text in things:
                if not _is_ever(tokens, number):
                    yield Place(hit.start, thing.end)
                break


def _is_ever(tokens: list[Token], index: int) -> bool:
    """Whether an "ever" follows soon; it is told as one claim."""
    return any(token.text == "ever" for token in tokens[index + 1 : index + 1 + REACH])


def _is_superlative(tokens: list[Token], number: int) -> bool:
    word = tokens[number].text
    if not number or tokens[number - 1].text not in OF_ALL or len(word) < SHORTEST:
        return False
    is_one = word.endswith("est") and word not in words_of("en", "superlative_fine")
    return is_one or word in IRREGULAR
