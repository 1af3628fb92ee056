"""Find the words of a comment again in a newer text. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import accumulate, islice
from typing import TYPE_CHECKING, NamedTuple

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from wbtest.review.comment_targets import WHOLE, Range, texts_of
from wbtest.writing.document import Document, Question
from wbtest.writing.text_diff import match_rows
from wbtest.writing.text_rules import words as count_words

if TYPE_CHECKING:
    from rapidfuzz.distance import Opcode

# In percent of equal letters: words that are less alike are other words.
ALIKE = 55
# So many words make a run that nobody writes a second time by chance.
_UNMISTAKABLE_WORDS = 4
# Of a run in the same text so many letters do.
_UNMISTAKABLE_LETTERS = 4
# So many letters beside the words tell one place from another.
_NEAR = 12
# Aligning takes time by the product of both lengths: a tenth of a second for so many pairs.
_MOST_PAIRS = 150_000_000
# More places than this are not looked at: of such words nobody could say which they are.
_MOST_PLACES = 500
_ROW = re.compile(r"faq\[(\d+)\]\.(\w+)")
# Words, but single characters in scripts that put no space between words.
_DENSE = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
_TOKEN = re.compile(rf"[^\W{_DENSE}]+|.", re.DOTALL)


class Place(NamedTuple):
    """Where the words stand now, and whether they are other words by now."""

    path: str
    start: int
    end: int
    is_changed: bool = False


class WordsLost(NamedTuple):
    """The words are not there any more."""

    words: str


def follow(old: Document, new: Document, path: str, start: int, end: int) -> Place | WordsLost:
    """Return where characters ``start`` to ``end`` of the old text at ``path`` stand in the new.

    Equal ones mean the whole text. A question of the FAQ is followed when it moved; a run of four
    words or more also into another part.
    """
    if path == WHOLE:
        return Place(WHOLE, 0, 0)
    before, texts = texts_of(old)[path], texts_of(new)
    words = before[start:end]
    same_path = _path_in(old, new, path)
    if same_path is not None:
        now = texts[same_path]
        if start >= end:
            is_lost = before.strip() and not now.strip()
            return WordsLost("") if is_lost else Place(same_path, 0, 0, now != before)
        if found := _find(before, now, Range(start, end)):
            return Place(same_path, *found, is_changed=now[slice(*found)] != words)
    return _find_elsewhere(texts, words) or WordsLost(words)


def _path_in(old: Document, new: Document, path: str) -> str | None:
    row = _ROW.fullmatch(path)
    if row is None:
        return path
    index = _find_row(old.faq, new.faq, int(row[1]))
    return None if index is None else f"faq[{index}].{row[2]}"


def _find_row(old: tuple[Question, ...], new: tuple[Question, ...], index: int) -> int | None:
    """Where the FAQ's question stands now, as the history tells it."""
    return _rows(old, new).get(index)


@lru_cache(maxsize=64)
def _rows(old: tuple[Question, ...], new: tuple[Question, ...]) -> dict[int, int]:
    """The new place of each question that is still there, by its old one."""
    matches = match_rows([_entry(row) for row in old], [_entry(row) for row in new])
    return {m.old: m.new for m in matches if m.old is not None and m.new is not None}


def _entry(row: Question) -> dict[str, str]:
    # The question comes first: by it alone a question is known again whose answer changed.
    texts = {name: getattr(row, name) for name in ("question", "answer", "topic", "audience")}
    return {name: text for name, text in texts.items() if text.strip()}


def _find(old: str, new: str, place: Range) -> Range | None:
    words = old[slice(*place)]
    if old == new:
        return place
    mapped = _mapped(old, new, place)
    if mapped is not None and new[slice(*mapped)] == words:
        return mapped
    same = _same_words(old, new, place)
    if same is not None or mapped is None:
        return same
    start = mapped.start + _leading_space(new[slice(*mapped)])
    end = mapped.end - _leading_space(new[slice(*mapped)][::-1])
    is_like = start < end and fuzz.ratio(words, new[start:end]) >= ALIKE
    return Range(start, end) if is_like else None


def _mapped(old: str, new: str, place: Range) -> Range | None:
    """Where a comparison of both texts, word by word, puts the characters of ``place``."""
    spans = list(_spans(old, new, place))
    if not spans:
        return None
    return Range(min(span.start for span in spans), max(span.end for span in spans))


@lru_cache(maxsize=64)
def _steps(old: str, new: str) -> tuple[Opcode, ...]:
    """How to get from one text to the other, word by word; nothing for texts that are too long."""
    olds, news = _TOKEN.findall(old), _TOKEN.findall(new)
    is_too_long = len(olds) * len(news) > _MOST_PAIRS
    return () if is_too_long else tuple(Levenshtein.opcodes(olds, news))


def _leading_space(text: str) -> int:
    return len(text) - len(text.lstrip())


def _spans(old: str, new: str, place: Range) -> Iterator[Range]:
    """The new characters of each word of ``place`` that stayed or was replaced."""
    old_at = list(accumulate(map(len, _TOKEN.findall(old)), initial=0))
    new_at = list(accumulate(map(len, _TOKEN.findall(new)), initial=0))
    for step in _steps(old, new):
        if step.tag not in ("equal", "replace"):
            continue
        for i, j in zip(
            range(step.src_start, step.src_end), range(step.dest_start, step.dest_end), strict=False
        ):
            start, end = max(old_at[i], place.start), min(old_at[i + 1], place.end)
            if start >= end:
                continue
            if step.tag == "equal":
                yield Range(new_at[j] + start - old_at[i], new_at[j] + end - old_at[i])
            else:
                yield Range(new_at[j], new_at[j + 1])


def _same_words(old: str, new: str, place: Range) -> Range | None:
    """Where the same words stand in the new text, if what is around them tells which they are."""
    words = old[slice(*place)]
    before, after = old[max(0, place.start - _NEAR) : place.start], old[place.end :][:_NEAR]
    found = {}
    places = list(islice(_places(new, words), _MOST_PLACES))
    for at in places:
        left = _shared(before[::-1], new[max(0, at - _NEAR) : at][::-1])
        right = _shared(after, new[at + len(words) :][:_NEAR])
        if (left, right) == (len(before), len(after)) or _NEAR in (left, right):
            found[at] = left + right
    if found:
        at = max(found, key=lambda at: (found[at], -abs(at - place.start)))
        return Range(at, at + len(words))
    is_one = len(places) == 1 and len(list(_places(old, words))) == 1
    if is_one and len(words) >= _UNMISTAKABLE_LETTERS and _is_whole(new, words, places[0]):
        return Range(places[0], places[0] + len(words))
    return None


def _find_elsewhere(texts: dict[str, str], words: str) -> Place | None:
    if count_words(words) < _UNMISTAKABLE_WORDS:
        return None
    found = [(path, at) for path, text in texts.items() for at in _places(text, words)]
    if len(found) != 1:
        return None
    [(path, at)] = found
    return Place(path, at, at + len(words))


def _places(text: str, words: str) -> Iterator[int]:
    at = text.find(words)
    while at >= 0:
        yield at
        at = text.find(words, at + 1)


def _is_whole(text: str, words: str, at: int) -> bool:
    """Whether no letter before or after the words belongs to their first or last word."""
    ends = set(accumulate(map(len, _TOKEN.findall(text)), initial=0))
    return {at, at + len(words)} <= ends


def _shared(one: str, other: str) -> int:
    """How many letters both have in common from their beginning on."""
    pairs = zip(one, other, strict=False)
    return next((i for i, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))
