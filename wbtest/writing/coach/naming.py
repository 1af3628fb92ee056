"""Where a text names the product. Pure.

Many names are ordinary words too (Larder, May). So a name counts only with its capital letter,
unless nobody could mean anything else (NightBus, 1Paper).
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from wbtest.writing.coach.listed import Place
from wbtest.writing.coach.lists import words_of
from wbtest.writing.coach.reading import Text

_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uac00-\ud7af]")
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]+")
_PARTS = re.compile(r"[\s\-]")
_LAST_WORD = re.compile(r"(\w+)\W{1,3}$")
_NEXT_WORD = re.compile(r"\W{1,3}(\w+)")
LONGEST_WORD = 40
# Han names this short are ordinary words more often than not.
LONGEST_ORDINARY = 2


def find_product(text: Text, product: str) -> Iterator[Place]:
    """Yield where the text names the product, as a whole word."""
    name = product.strip()
    pattern = _pattern(name)
    if pattern is None or (_HAN.fullmatch(name) and len(name) <= LONGEST_ORDINARY):
        return
    for found in pattern.finditer(text.text):
        if _is_name(text, name, found):
            yield Place(found.start(), found.end())


def without_product(text: str, product: str) -> str:
    """The text with a space in place of each mention of the product, however it is spelt."""
    pattern = _pattern(product.strip())
    return pattern.sub(" ", text) if pattern else text


@lru_cache(maxsize=64)
def _pattern(name: str) -> re.Pattern[str] | None:
    """The name as whole words in capital and small letters; None without letters or digits."""
    words = name.split()
    if not any(letter.isalnum() for letter in name):
        return None
    # Japanese has no spaces, so the name may stand within a run of letters.
    before = r"(?<!\w)" if name[0].isalnum() and not _CJK.match(name) else ""
    after = r"(?!\w)" if name[-1].isalnum() and not _CJK.match(name[-1]) else ""
    return re.compile(before + r"[\s\-]".join(map(re.escape, words)) + after, re.IGNORECASE)


def _is_name(text: Text, name: str, found: re.Match[str]) -> bool:
    has_case = any(letter.islower() or letter.isupper() for letter in name)
    if not has_case or _is_distinct(name):
        return True
    parts = _PARTS.split(found[0])
    if not all(part[0].isupper() for part in parts if part[:1].isalpha()):
        return False
    before = text.text[max(0, found.start() - LONGEST_WORD) : found.start()]
    after = text.text[found.end() : found.end() + LONGEST_WORD]
    last, following = _LAST_WORD.search(before), _NEXT_WORD.match(after)
    word_before = last[1].lower() if last else ""
    word_after = following[1].lower() if following else ""
    # German nouns have capitals: behind an article it is the thing, not the product.
    if word_before in words_of(text.language, "articles"):
        return False
    is_month = name.lower() in words_of(text.language, "calendar")
    if is_month and (_is_of_a_date(text.language, word_before) or word_after[:1].isdecimal()):
        return False
    # “May we …?” and “Will the bus come?” begin with a small word.
    small = words_of(text.language, "function_words")
    return not (name.lower() in small and word_after in small)


def _is_of_a_date(language: str, word_before: str) -> bool:
    return word_before[:1].isdecimal() or word_before in words_of(language, "before_a_month")


def _is_distinct(name: str) -> bool:
    """Whether the name has a digit or a capital letter within a word."""
    return (
        any(
            letter.isdecimal() or (letter.isupper() and name[i - 1].islower())
            for i, letter in enumerate(name)
            if i
        )
        or name[:1].isdecimal()
    )
