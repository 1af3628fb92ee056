"""Words that could mean anybody: people, teams, everyone, unless another says which. Pure."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from functools import cache

from wbtest.writing.coach.listed import UNSPACED, Place, find_listed, without_prefix
from wbtest.writing.coach.lists import Token, words_of
from wbtest.writing.coach.reading import Text

MOST_BEFORE = 5
ARABIC_FOR, ARABIC_THE = "ل", "ال"
# Endings of what stands behind its noun and says which: "people living alone", "équipes sportives".
ENDINGS = {"en": ("ing", "ed", "ic", "ble"), "fr": ("s", "x"), "es": ("s",)}


def is_anybody(segment: str, language: str) -> bool:
    """Whether a description of customers has no word that says which of them."""
    text = Text("segment", "subheading", "release", segment, language)
    vague = find_listed(text, "anybody")
    if not vague:
        return False
    if language in UNSPACED:
        return not any(map(_says_which, _without(segment, vague, text)))
    starts = {number for place in vague for number in range(place.start, place.end)}
    starts |= _wishes(text)
    return all(token.start in starts or _is_empty(token, language) for token in text.tokens)


def find_anybody(text: Text) -> Iterator[Place]:
    """Yield the words of a sentence that say for whom it is and could mean anybody."""
    if text.language in UNSPACED:
        for place in find_listed(text, "for_anybody"):
            # What stands directly before it says which: 料理をするすべての人.
            if not text.text[place.start - 1 : place.start].isalnum():
                yield place
        return
    starts = [token.start for token in text.tokens]
    for place in find_listed(text, "anybody"):
        first, last = bisect_right(starts, place.start) - 1, bisect_left(starts, place.end) - 1
        if _is_meant(text, first) and not _is_narrowed(text, first, last):
            yield place


def _says_which(letter: str) -> bool:
    """Hiragana alone is grammar."""
    return letter.isalnum() and not "\u3041" <= letter <= "\u309f"


def _without(segment: str, vague: list[Place], text: Text) -> str:
    rest, end = [], 0
    hollow = (*find_listed(text, "not_narrowing"), *find_listed(text, "common_wishes"))
    for place in sorted((*vague, *hollow)):
        rest.append(segment[end : place.start])
        end = max(end, place.end)
    return "".join((*rest, segment[end:]))


def _wishes(text: Text) -> set[int]:
    """Where words of a wish begin that everybody has: “who want to sleep better”."""
    verbs = {place.start for place in find_listed(text, "wishing")}
    return verbs | {place.start for place in find_listed(text, "common_wishes") if verbs}


@cache
def _empty_words(language: str) -> frozenset[str]:
    return words_of(language, "function_words") | words_of(language, "not_narrowing")


def _is_empty(token: Token, language: str) -> bool:
    empty = _empty_words(language)
    return token.text in empty or (language == "ar" and without_prefix(token.text) in empty)


def _is_meant(text: Text, first: int) -> bool:
    """Whether the sentence begins here or is “for” these, with only empty words in between."""
    tokens, aiming = text.tokens, words_of(text.language, "aiming")
    if text.language == "ar" and tokens[first].text.startswith(ARABIC_FOR):
        return True
    for token in reversed(tokens[max(0, first - MOST_BEFORE) : first]):
        if token.text in aiming:
            return True
        if not _is_empty(token, text.language):
            return False
    return first <= MOST_BEFORE


def _is_narrowed(text: Text, first: int, last: int) -> bool:
    """Whether what follows says which of them."""
    tokens, language = text.tokens, text.language
    if last + 1 == len(tokens):
        return False
    following = tokens[last + 1]
    between = text.text[tokens[last].end : following.start].strip()
    if following.text in words_of(language, "narrowing") and between in ("", ",", "،"):
        return not _is_hollow(text, last + 2)
    if between:
        return False
    # "Alle Eltern", "tous les parents": the noun is still to come.
    if tokens[first].text in words_of(language, "function_words"):
        return True
    if language == "ar":
        return following.text.startswith(ARABIC_THE)
    return following.text.endswith(ENDINGS.get(language, ())) and not _is_empty(following, language)


def _is_hollow(text: Text, number: int) -> bool:
    """Whether the first word with a meaning from here on says nothing: “of all sizes”.

    What people want says nothing when everybody wants it: “who want to save time”.
    """
    small = words_of(text.language, "function_words")
    following = [token.text for token in text.tokens[number : number + MOST_BEFORE]]
    wishing, hollow = _wishing(text.language)
    words = [word for word in following if word not in small and word not in wishing]
    if not wishing.isdisjoint(following):
        return not words or words[0] in hollow
    return bool(words) and words[0] in words_of(text.language, "not_narrowing")


@cache
def _wishing(language: str) -> tuple[frozenset[str], frozenset[str]]:
    return words_of(language, "wishing"), words_of(language, "common_wishes")
