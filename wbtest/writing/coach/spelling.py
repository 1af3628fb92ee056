"""Where a text writes the product's name in another way than the release does. Pure.

Larder and LARDER, SwapShift and Swap Shift differ. A kiln is not the product Kiln: a name that is a
word with a capital letter may also be that word, in small letters or at the head of a sentence.
A name is also misspelt where one letter stands twice or once: Furow for Furrow.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from wbtest.writing.coach.listed import Place
from wbtest.writing.coach.reading import Text

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
    pattern = _pattern(name)
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
def _pattern(name: str) -> re.Pattern[str] | None:
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
