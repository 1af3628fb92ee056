"""Two texts compared word by word: what stayed, what went, what came. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import accumulate
from typing import Literal, NamedTuple

from rapidfuzz.distance import Levenshtein

Kind = Literal["equal", "delete", "insert"]
# Scripts that put no space between words are compared character by character: Thai, Lao, Myanmar,
# Khmer, and the characters of Chinese, Japanese and Korean.
_DENSE = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff"
    "\uf900-\ufaff\uac00-\ud7af\U00020000-\U0003ffff"
)
_LINE = re.compile(r"[^\n]*\n+|[^\n]+")
# An island that ends a line or a sentence keeps what is before it apart from what is after.
_APART = re.compile(r"\n|[.!?…]\s|[。！？]")
# Aligning takes time by the product of both lengths: a quarter of a second for so many pairs.
MOST_PAIRS = 400_000_000
# So few words that stayed between two larger changes are there by chance.
ISLAND_WORDS = 3
_LONGEST_ISLAND = 60


@cache
def _token() -> re.Pattern[str]:
    """What is compared as one. Made when texts are first compared: it looks at every character."""
    # Signs that stand on the letter before them, and joiners: no cut falls before one.
    signs = "\u200c\u200d" + "".join(
        sign for sign in map(chr, range(0x300, 0x20000)) if unicodedata.category(sign)[0] == "M"
    )
    letter = rf"(?![{_DENSE}])\w[{signs}]*"
    return re.compile(rf"\s+|[{_DENSE}][{signs}]*|{letter}(?:['’]?{letter})*|[^\w\s][{signs}]*")


class Run(NamedTuple):
    """A piece of text: in both texts, only in the old one, or only in the new one."""

    kind: Kind
    text: str


class _Change(NamedTuple):
    """Characters ``start`` to ``end`` of the old text that became those of the new one."""

    start: int
    end: int
    new_start: int
    new_end: int

    @property
    def size(self) -> int:
        return max(self.end - self.start, self.new_end - self.new_start)


def diff_words(old: str, new: str) -> tuple[Run, ...]:
    """Return the runs that lead from ``old`` to ``new``.

    The equal and deleted ones together are the old text, the equal and inserted ones the new text.
    Between two equal runs stand one deletion at most and then one insertion at most.

    >>> diff_words("two cold dinners", "two warm dinners")[1:3]
    (Run(kind='delete', text='cold'), Run(kind='insert', text='warm'))
    """
    if old == new:
        return (Run("equal", old),) if old else ()
    changes = _changes(old, new)
    return tuple(run for run in _runs(old, new, _smooth(old, changes)) if run.text)


def _changes(old: str, new: str) -> list[_Change]:
    words = _token().findall(old), _token().findall(new)
    if len(words[0]) * len(words[1]) <= MOST_PAIRS:
        return _aligned(*words)
    return [
        _moved(inner, outer)
        for outer in _aligned(_LINE.findall(old), _LINE.findall(new))
        for inner in _inside(old[outer.start : outer.end], new[outer.new_start : outer.new_end])
    ]


def _inside(old: str, new: str) -> list[_Change]:
    """What changed inside lines, word by word where that is not too much."""
    words = _token().findall(old), _token().findall(new)
    if len(words[0]) * len(words[1]) <= MOST_PAIRS:
        return _aligned(*words)
    return [_Change(0, len(old), 0, len(new))]


def _moved(inner: _Change, outer: _Change) -> _Change:
    return _Change(
        inner.start + outer.start,
        inner.end + outer.start,
        inner.new_start + outer.new_start,
        inner.new_end + outer.new_start,
    )


def _aligned(before: list[str], after: list[str]) -> list[_Change]:
    """Where the shortest way from one list of pieces to the other changes something."""
    old, new = ([0, *accumulate(map(len, pieces))] for pieces in (before, after))
    return [
        _Change(old[step.src_start], old[step.src_end], new[step.dest_start], new[step.dest_end])
        for step in Levenshtein.opcodes(before, after)
        if step.tag != "equal"
    ]


def _smooth(old: str, changes: Iterable[_Change]) -> list[_Change]:
    """The changes, those made one between which only a tiny island stayed the same.

    A change that grew so may swallow the island before it, too.
    """
    found: list[_Change] = []
    for change in changes:
        found.append(change)
        while len(found) > 1 and _is_tiny(old[found[-2].end : found[-1].start], *found[-2:]):
            last, before = found.pop(), found.pop()
            found.append(_Change(before.start, last.end, before.new_start, last.new_end))
    return found


def _is_tiny(island: str, before: _Change, after: _Change) -> bool:
    if not island:
        return True
    if len(island) > _LONGEST_ISLAND or _APART.search(island):
        return False
    words = sum(token[0].isalnum() for token in _token().findall(island))
    return not words or (words <= ISLAND_WORDS and len(island) <= min(before.size, after.size))


def _runs(old: str, new: str, changes: list[_Change]) -> Iterator[Run]:
    at = 0
    for change in changes:
        yield Run("equal", old[at : change.start])
        yield Run("delete", old[change.start : change.end])
        yield Run("insert", new[change.new_start : change.new_end])
        at = change.end
    yield Run("equal", old[at:])
