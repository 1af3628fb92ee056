"""The greatest that ever was: "the smartest lamp ever made". English. Pure."""

from collections.abc import Iterator

from wbtest.writing.coach.listed import Place
from wbtest.writing.coach.lists import Token, words_of
from wbtest.writing.coach.reading import Text

# How many words may stand between the superlative and "ever".
REACH = 6
SHORTEST = len("best")
OF_ALL = ("the", "our", "world's")
IRREGULAR = ("best", "most")
# The best soup that she ever ate is her own affair.
PEOPLE = ("i", "we", "you", "he", "she", "they", "who", "i've", "we've", "they've", "had", "have")
# Where people live without the product, and what customers say of their own lives.
FREE_TO_SAY = ("problem", "alternative", "customer_quote.text")


def superlatives_in(text: Text) -> Iterator[Place]:
    """Yield from the superlative to its "ever"."""
    if text.language != "en" or text.path in FREE_TO_SAY:
        return
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


def _is_superlative(tokens: list[Token], number: int) -> bool:
    word = tokens[number].text
    if not number or tokens[number - 1].text not in OF_ALL or len(word) < SHORTEST:
        return False
    is_one = word.endswith("est") and word not in words_of("en", "superlative_fine")
    return is_one or word in IRREGULAR
