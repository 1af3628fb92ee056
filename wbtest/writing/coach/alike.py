"""Whether two texts speak of the same people or things, in any language. Pure.

Words are compared by what they begin with, so that an inflected word is the same word: mother and
mothers, Hebamme and Hebammen, معلم and المعلمين. Generous: it is asked before somebody is warned.
"""

import re
import unicodedata
from functools import cache

from wbtest.writing.coach.listed import without_prefix
from wbtest.writing.coach.lists import words_of

# More than a segment or a subheading may hold.
LONGEST = 2_000
MOST_WORDS = 120
# How much two words must share at their beginning: letters, and part of the shorter one.
FEWEST_SHARED = 4
SHARE = 0.6
LONGEST_ENDING = 3
INSIDE = 5
ROOT = 3

_WORD = re.compile(r"[^\W\d_]+")
_DENSE = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff々]+|[\u30a0-\u30ff]+")
_HIRAGANA = re.compile(r"[\u3040-\u309f]+")
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]+")
_HANGUL = re.compile(r"[\uac00-\ud7af]+")
_SEMITIC = re.compile(r"[\u0590-\u06ff]+")
_WEAK = str.maketrans("", "", "اوي")
_SAME = str.maketrans({"ة": "ه", "ى": "ي", "ـ": None})


def is_named(what: str, text: str, language: str, ignored: frozenset[str] = frozenset()) -> bool:
    """Whether a content word of ``what`` stands in ``text``, inflected or not.

    Also true when it cannot be told: nothing to look for, or the two share no script.
    ``ignored`` are words that do not count as content when there are others.

    >>> is_named("Mütter von Frühchen", "Jede Mutter schläft wieder durch.", "de")
    True
    """
    wanted, given = _fold(what[:LONGEST]), _fold(text[:LONGEST])
    if not _share_script(wanted, given):
        return True
    pieces = _dense(wanted)
    if any(piece in given for piece in pieces):
        return True
    sought = _content(wanted, language, ignored)
    if not sought:
        return not pieces
    there = list(dict.fromkeys(_letters(given)))[:MOST_WORDS]
    return any(_is_same(one, other) for one in sought[:MOST_WORDS] for other in there)


def function_words(language: str) -> frozenset[str]:
    """The small words of a language, folded; none where there is no list."""
    return _folded_list(language, "function_words")


@cache
def _folded_list(language: str, name: str) -> frozenset[str]:
    return frozenset(_fold(word) for word in words_of(language, name))


def _content(folded: str, language: str, ignored: frozenset[str]) -> list[str]:
    small = function_words(language)
    words = [word for word in dict.fromkeys(_letters(folded)) if word not in small]
    return [word for word in words if word not in ignored] or words


def _letters(folded: str) -> list[str]:
    """The words of scripts that put spaces between them."""
    spaced = _UNSPACED.sub(" ", _HIRAGANA.sub(" ", _DENSE.sub(" ", folded)))
    return [word for word in _WORD.findall(spaced) if len(word) > 1]


def _dense(folded: str) -> set[str]:
    """What to look for of scripts without spaces: pairs of characters, or one that stands alone."""
    pieces: set[str] = set()
    for run in _DENSE.findall(folded):
        pieces |= _grams(run, 2)
    if not pieces:
        for run in _HIRAGANA.findall(folded):
            pieces |= _grams(run, 3)
    for run in _UNSPACED.findall(folded):
        pieces |= _grams(run, 4)
    return pieces


def _grams(run: str, size: int) -> set[str]:
    return {run[i : i + size] for i in range(max(1, len(run) - size + 1))}


def _share_script(one: str, other: str) -> bool:
    return bool(_scripts(one) & _scripts(other))


def _scripts(text: str) -> set[str]:
    """The scripts of a text by the first word of their letters' names; Japanese ones are one."""
    names = (unicodedata.name(letter, "").split(" ")[0] for letter in set(text) if letter.isalpha())
    return {
        "CJK" if name.partition("-")[0] in ("CJK", "HIRAGANA", "KATAKANA") else name
        for name in names
    }


def _fold(text: str) -> str:
    """The text in small letters without accents, with one spelling for letters that vary."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(letter for letter in apart if unicodedata.category(letter) != "Mn")
    return unicodedata.normalize("NFC", bare).translate(_SAME)


def _is_same(one: str, other: str) -> bool:
    if one == other:
        return True
    if _SEMITIC.fullmatch(one):
        return _is_same_root(one, other)
    # "Nurses" has no more letters to share than "nurse".
    short, long = sorted((_singular(one), _singular(other)), key=len)
    shared = _shared(short, long)
    if _HANGUL.match(short):
        return shared > 1
    if shared == len(short) and len(long) - shared <= LONGEST_ENDING:
        return shared >= LONGEST_ENDING or short == long
    if shared >= FEWEST_SHARED and shared >= SHARE * len(short):
        return shared > FEWEST_SHARED or len(short) <= FEWEST_SHARED + 1
    return len(short) >= INSIDE and short[: max(INSIDE, len(short) - 2)] in long


def _singular(word: str) -> str:
    return word.removesuffix("s") if word.isascii() and len(word) > 2 else word


def _is_same_root(one: str, other: str) -> bool:
    """Whether the consonants agree, without what Arabic writes in front: طالب and الطلاب."""
    roots = [without_prefix(word) for word in (one, other)]
    short, long = sorted((root.translate(_WEAK) for root in roots), key=len)
    return roots[0] == roots[1] or (len(short) >= ROOT and short in long)


def _shared(one: str, other: str) -> int:
    """How many letters two words have in common at their beginning."""
    return next(
        (i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b),
        min(len(one), len(other)),
    )
