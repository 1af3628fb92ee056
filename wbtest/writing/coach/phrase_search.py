"""Where the entries of a list stand in a text, in every kind of script. Pure.

Japanese, Chinese and Thai put no spaces between words, so an entry is looked for anywhere. Arabic
writes “and”, “for” or “the” in one with the word that follows. What stands in the list
``<name>_fine`` is never found: phrases that only look like an entry.
"""

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import NamedTuple

from wbtest.writing.coach.document_reader import Text
from wbtest.writing.coach.word_lists import Token, phrases, tokens_of, words_of

UNSPACED = ("ja", "km", "lo", "my", "th", "zh")
# As many letters as an Arabic word keeps when its prefix is taken off.
FEWEST_LETTERS = 2
# Short vowels, doubled letters, and the stroke that only makes a word longer.
MARKS = frozenset("\u064b\u064c\u064d\u064e\u064f\u0650\u0651\u0652\u0670\u0640")
AND = "وف"
_PREFIX = re.compile(r"[وف]?(?:[بك]?ال|لل|[بلك])?")
# Wide letters and digits, as Japanese keyboards give them.
_NARROW = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}


class Place(NamedTuple):
    """Characters ``start`` to ``end`` of a text."""

    start: int
    end: int


def find_listed(text: Text, name: str) -> list[Place]:
    """Return where entries of the list called ``name`` stand, in order; none without a list."""
    found = sorted(set(_places(text, name)))
    fine = sorted(set(_places(text, f"{name}_fine"))) if found else []
    return list(_outside(found, fine))


def has_listed(text: Text, name: str) -> bool:
    """Whether any entry of the list called ``name`` stands in the text."""
    return bool(find_listed(text, name))


def without_prefix(word: str) -> str:
    """The Arabic word without the article, conjunctions and prepositions written in one with it.

    >>> without_prefix("والمعلمين")
    'معلمين'
    """
    found = _PREFIX.match(word)
    rest = word[found.end() :] if found else word
    return rest if len(rest) >= FEWEST_LETTERS else word


def _places(text: Text, name: str) -> Iterator[Place]:
    if text.language in UNSPACED:
        anywhere = _anywhere(text.language, name)
        if anywhere is not None:
            for found in anywhere.finditer(text.text.translate(_NARROW)):
                yield Place(found.start(), found.end())
        return
    if text.language == "ar":
        yield from _arabic(text, name)
        return
    for hit in text.find(name):
        yield Place(hit.start, hit.end)


def _arabic(text: Text, name: str) -> Iterator[Place]:
    """Where entries stand, whatever vowel marks a word has and whatever is written before it."""
    entries = phrases("ar", name)
    if not entries:
        return
    kept, plain, passes = _arabic_words(text.text)
    for some in passes:
        for hit in entries.find(plain, some):
            # Up to the next letter: marks belong to the one before them.
            yield Place(kept[hit.start], kept[hit.end])


@lru_cache(maxsize=256)
def _arabic_words(text: str) -> tuple[list[int], str, list[list[Token]]]:
    """Places of the letters, the text without marks, and its words as they may be written."""
    kept = [place for place, letter in enumerate(text) if letter not in MARKS]
    plain = "".join(text[place] for place in kept)
    kept.append(len(text))
    tokens = tokens_of(plain)
    # “And” may stand before a word that begins with the letter of another prefix: وبدل.
    joined = [token._replace(text=_without_and(token.text)) for token in tokens]
    bare = [token._replace(text=without_prefix(token.text)) for token in tokens]
    return kept, plain, [tokens, *(some for some in (joined, bare) if some != tokens)]


def _without_and(word: str) -> str:
    return word[1:] if word[0] in AND and len(word) > FEWEST_LETTERS else word


@cache
def _anywhere(language: str, name: str) -> re.Pattern[str] | None:
    """The entries as one pattern, the longest first; None when there are none."""
    entries = sorted(words_of(language, name), key=lambda entry: (-len(entry), entry))
    return re.compile("|".join(map(re.escape, entries)), re.IGNORECASE) if entries else None


def _outside(found: list[Place], fine: list[Place]) -> Iterator[Place]:
    """The places that overlap neither a fine one nor the one before; all lists are in order."""
    index, end = 0, 0
    for place in found:
        while index < len(fine) and fine[index].end <= place.start:
            index += 1
        is_fine = index < len(fine) and fine[index].start < place.end
        if not is_fine and place.start >= end:
            yield place
            end = place.end
