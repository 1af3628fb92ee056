"""Where a text names the product, spells it in another way, or uses an acronym. Pure.

Many names are ordinary words too (Larder, May). So a name counts only with its capital letter,
unless nobody could mean anything else (NightBus, 1Paper).
"""

import re
from collections.abc import Iterator
from functools import cache, lru_cache

from wbtest.writing.coach.document_reader import Place, Text
from wbtest.writing.coach.numbers import pairs_of
from wbtest.writing.coach.word_lists import words_of

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
    pattern = _product_pattern(name)
    if pattern is None or (_HAN.fullmatch(name) and len(name) <= LONGEST_ORDINARY):
        return
    for found in pattern.finditer(text.text):
        if _is_name(text, name, found):
            yield Place(found.start(), found.end())


def without_product(text: str, product: str) -> str:
    """The text with a space in place of each mention of the product, however it is spelt."""
    pattern = _product_pattern(product.strip())
    return pattern.sub(" ", text) if pattern else text


@lru_cache(maxsize=64)
def _product_pattern(name: str) -> re.Pattern[str] | None:
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


_JOINT = r"[ \u00a0\-‐‑]?"
_NO_JOINTS = dict.fromkeys(map(ord, " \u00a0-‐‑"))
_DOUBLED = re.compile(r"(\w)\1")
_CAPITALISED = re.compile(r"[^\W\d_]{4,60}")
FEWEST_LETTERS = 3
FEWEST_OF_A_SLIP = 5
LONGEST_NAME = 60


def other_spellings(text: Text, product: str) -> Iterator[Place]:
    """Yield where the letters of the product's name stand, but not its spelling."""
    name = product.strip()
    pattern = _misspelling_pattern(name)
    if pattern is None:
        return
    yield from _slips(text, name)
    if _has_one_spelling(text.text, name):
        return
    heads = {sentence.start for sentence in text.sentences}
    has_small = any(letter.islower() for letter in pattern.sub("", text.text))
    for found in pattern.finditer(text.text):
        is_whole = _is_whole(text.text, found.start(), found.end())
        if not is_whole or found[0].replace("\u00a0", " ") == name:
            continue
        # Where all letters are capitals, the name is too.
        is_shouted = found[0].isupper() and not has_small
        is_head, is_title = found.start() in heads, text.path in ("headline", "subheading")
        if not is_shouted and _is_meant(found[0], name, is_head, is_title):
            yield Place(found.start(), found.end())


def _slips(text: Text, name: str) -> Iterator[Place]:
    """Words within a sentence that differ from the name in a doubled letter alone."""
    is_name = name.isalpha() and name.istitle() and len(name) >= FEWEST_OF_A_SLIP
    # In German all nouns have a capital letter: "Rost" is no slip of Roost.
    if not is_name or text.language == "de":
        return
    single = _DOUBLED.sub(r"\1", name.lower())
    heads = {sentence.start for sentence in text.sentences}
    for found in _CAPITALISED.finditer(text.text):
        said = found[0].lower()
        if not found[0].istitle():
            continue
        is_same_but_for_one = said != name.lower() and abs(len(said) - len(name)) == 1
        if is_same_but_for_one and _DOUBLED.sub(r"\1", said) == single:
            is_whole = _is_whole(text.text, found.start(), found.end())
            if is_whole and found.start() not in heads:
                yield Place(found.start(), found.end())


def _has_one_spelling(text: str, name: str) -> bool:
    """Whether the letters of the name stand nowhere but in the name; cheaper than to look."""
    return _letters_of(text).count(_letters_of(name)) == text.count(name)


def _letters_of(text: str) -> str:
    return text.lower().translate(_NO_JOINTS)


@lru_cache(maxsize=64)
def _misspelling_pattern(name: str) -> re.Pattern[str] | None:
    """The letters of the name with a space or hyphen between any two, in whatever capitals."""
    letters = [letter for letter in name if letter.isalnum()]
    is_plain = all(letter.isalnum() or letter in " -\u00a0‐‑" for letter in name)
    has_case = any(letter.lower() != letter.upper() for letter in letters)
    if not (is_plain and has_case and FEWEST_LETTERS <= len(letters) <= LONGEST_NAME):
        return None
    return re.compile(_JOINT.join(map(re.escape, letters)), re.IGNORECASE)


def _is_whole(text: str, start: int, end: int) -> bool:
    """Whether it is neither part of a word nor of an address: larderplan.example, @larderplan."""
    before, behind = text[start - 1 : start] if start else "", text[end : end + 1]
    if before and (before in "@#/._&=-‐" or before.lower() != before.upper() or before.isdigit()):
        return False
    if behind == "." and text[end + 1 : end + 2].isalnum():
        return False
    return not (
        behind and (behind in "@_/" or behind.lower() != behind.upper() or behind.isdigit())
    )


def _is_meant(spelt: str, name: str, is_head: bool, is_title: bool) -> bool:
    """Whether nothing else than the product can be meant by this."""
    is_distinct = not name.isupper() and any(letter.isupper() for letter in name[1:])
    is_split = not spelt.isalnum() and name.isalnum()
    has_inner = any(letter.isupper() for letter in spelt[1:])
    if spelt.islower():
        # "swapshift" is the name in small letters, "swap shift" may be two words.
        return is_distinct and name.isalnum() and not is_split
    if is_split:
        return has_inner and not is_title if not is_distinct else has_inner or not is_head
    return is_distinct or has_inner or not (is_head or is_title)


LONGEST_MEANING = 120
_BEHIND = re.compile(r"s?\s?\(([^()\n]{3,80})\)")
_WORD = re.compile(r"\w+")
_SMALL = ("of", "to", "and", "the", "for")


def acronyms_in(text: str) -> Iterator[Place]:
    """Yield where such acronyms stand, in capital letters."""
    for found in _acronym_pattern().finditer(text):
        yield Place(found.start(), found.end())


def explained_otherwise(text: str) -> Iterator[str]:
    """Acronyms that the text explains by words of its own, in small letters.

    >>> list(explained_otherwise("The National Park Service (NPS) counts net promoters."))
    ['nps']
    """
    usual = pairs_of("any", "metrics")
    for found in _acronym_pattern().finditer(text):
        acronym = found[1].lower()
        behind = _BEHIND.match(text, found.end(1))
        before = ""
        if text[found.start() - 1 : found.start()] == "(":
            before = text[max(0, found.start() - LONGEST_MEANING) : found.start()]
        for words in (behind[1] if behind else "", before):
            meaning = [word.lower() for word in _WORD.findall(words)]
            last = [word for word in meaning if word not in _SMALL][-len(acronym) :]
            if "".join(word[0] for word in last) == acronym and " ".join(last) != usual[acronym]:
                yield acronym


@cache
def _acronym_pattern() -> re.Pattern[str]:
    names = "|".join(re.escape(name.upper()) for name in pairs_of("any", "metrics"))
    return re.compile(rf"(?<![A-Za-z0-9])({names})s?(?![A-Za-z0-9])")
