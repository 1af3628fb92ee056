"""Whether two texts speak of the same people or things, or of anybody at all. Pure.

Words are compared by what they begin with, so that an inflected word is the same word: mother and
mothers, Hebamme and Hebammen, معلم and المعلمين. Generous: it is asked before somebody is warned.
"""

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from functools import cache
from itertools import pairwise

from wbtest.writing.coach.document_reader import (
    UNSPACED_LANGUAGES,
    Place,
    Text,
    find_listed,
    without_prefix,
)
from wbtest.writing.coach.word_lists import Token, words_of

# More than a segment or a subheading may hold.
LONGEST = 2_000
MOST_WORDS = 120
# How much two words must share at their beginning: letters, and part of the shorter one.
FEWEST_SHARED = 4
SHARE = 0.6
# Where the head noun is another, so much of what is wanted must be there.
FEWEST_WORDS = 2
SHARE_OF_WORDS = 0.5
# The noun comes first, but for "small farmers": صغار المزارعين.
LONGEST_ARABIC_HEAD = 2
# The last characters of a run are its head: 小規模農家.
LONGEST_HEAD = 3
PARTICIPLES = ("ing", "ed")
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


def is_named(what: str, text: str, language: str, ignored: str = "") -> bool:
    """Whether ``text`` names who ``what`` is about: its head noun, or half of its content words.

    Also true when it cannot be told: nothing to look for, or the two share no script. Where small
    words are not known, any word will do. The words of the list ``ignored`` do not count as
    content when there are others.

    >>> is_named("Mütter von Frühchen", "Jede Mutter schläft wieder durch.", "de")
    True
    >>> is_named("carriers with twenty lorries", "Lorry drivers sleep at home.", "en")
    False
    """
    wanted, given = _fold(what[:LONGEST]), _fold(text[:LONGEST])
    if _scripts(wanted).isdisjoint(_scripts(given)):
        return True
    vague = _folded_list(language, ignored)
    every = _DENSE.findall(wanted)
    runs = [run for run in every if run not in vague] or every
    if runs and _has_run(runs, given, every[-1] in vague):
        return True
    if any(piece in given for piece in _other_pieces(wanted, bool(runs))):
        return True
    words = _letters(wanted)[:MOST_WORDS]
    sought = _content(words, language, vague)
    if not sought:
        return not runs and not _other_pieces(wanted, is_dense=False)
    there = list(dict.fromkeys(_letters(given)))[:MOST_WORDS]
    found = {one for one in sought if any(_is_same(one, other) for other in there)}
    if not function_words(language):
        return bool(found)
    # “People who eat alone”: what they do is all there is.
    is_vague = next((word for word in words if word not in function_words(language)), "") in vague
    heads = _heads(words, language, set(sought))
    return not found.isdisjoint(heads) or _is_enough(len(found), len(sought), is_vague)


def _heads(words: list[str], language: str, sought: set[str]) -> set[str]:
    """The words that may say who it is: those before the first “who”, “with” or “of”.

    In English the last of them, or a plural, or what stands before “living”: “night nurses”.
    """
    small, joining = function_words(language), _folded_list(language, "joining")
    group: list[str] = []
    for word in words:
        if word in sought:
            group.append(word)
        elif word in small and word not in joining and group:
            break
    if language == "ar":
        return set(group[:LONGEST_ARABIC_HEAD])
    if language != "en" or not group:
        return set(group)
    plurals = {word for word in group if word.endswith("s") and not word.endswith("ss")}
    before = {one for one, after in pairwise(group) if after.endswith(PARTICIPLES)}
    return {group[-1], *plurals, *before}


def _is_enough(found: int, sought: int, is_vague: bool) -> bool:
    """Whether so many words name the same people; one may do where the head noun is vague."""
    return found >= max(1 if is_vague else FEWEST_WORDS, SHARE_OF_WORDS * sought)


def _has_run(runs: list[str], given: str, is_vague: bool) -> bool:
    """Whether the last run, or half of several, stands in a text without spaces.

    What it is about comes last: 夜勤の看護師.
    """
    if any(piece in given for piece in _grams(runs[-1][-LONGEST_HEAD:], 2)):
        return True
    found = sum(any(piece in given for piece in _grams(run, 2)) for run in runs)
    return _is_enough(found, len(runs), is_vague)


def function_words(language: str) -> frozenset[str]:
    """The small words of a language, folded; none where there is no list."""
    return _folded_list(language, "function_words")


@cache
def _folded_list(language: str, name: str) -> frozenset[str]:
    return frozenset(_fold(word) for word in words_of(language, name))


def _content(words: list[str], language: str, ignored: frozenset[str]) -> list[str]:
    small = function_words(language)
    sought = [word for word in dict.fromkeys(words) if word not in small]
    return [word for word in sought if word not in ignored] or sought


def _letters(folded: str) -> list[str]:
    """The words of scripts that put spaces between them."""
    spaced = _UNSPACED.sub(" ", _HIRAGANA.sub(" ", _DENSE.sub(" ", folded)))
    return [word for word in _WORD.findall(spaced) if len(word) > 1]


def _other_pieces(folded: str, is_dense: bool) -> set[str]:
    """What to look for of hiragana, where nothing else is there, and of Thai and its like."""
    pieces: set[str] = set()
    for run in () if is_dense else _HIRAGANA.findall(folded):
        pieces |= _grams(run, 3)
    for run in _UNSPACED.findall(folded):
        pieces |= _grams(run, 4)
    return pieces


def _grams(run: str, size: int) -> set[str]:
    return {run[i : i + size] for i in range(max(1, len(run) - size + 1))}


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
    if language in UNSPACED_LANGUAGES:
        return not any(map(_says_which, _without(segment, vague, text)))
    starts = {number for place in vague for number in range(place.start, place.end)}
    starts |= _wishes(text)
    return all(token.start in starts or _is_empty(token, language) for token in text.tokens)


def find_anybody(text: Text) -> Iterator[Place]:
    """Yield the words of a sentence that say for whom it is and could mean anybody."""
    if text.language in UNSPACED_LANGUAGES:
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
