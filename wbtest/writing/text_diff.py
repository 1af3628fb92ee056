"""Two texts compared word by word, and two lists row by row. Pure."""

import re
import unicodedata
from bisect import bisect_left
from collections import defaultdict, deque
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import accumulate
from typing import Literal, NamedTuple

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

DiffKind = Literal["equal", "delete", "insert"]
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


class DiffRun(NamedTuple):
    """A piece of text: in both texts, only in the old one, or only in the new one."""

    kind: DiffKind
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


def diff_words(old: str, new: str) -> tuple[DiffRun, ...]:
    """Return the runs that lead from ``old`` to ``new``.

    The equal and deleted ones together are the old text, the equal and inserted ones the new text.
    Between two equal runs stand one deletion at most and then one insertion at most.

    >>> diff_words("two cold dinners", "two warm dinners")[1:3]
    (DiffRun(kind='delete', text='cold'), DiffRun(kind='insert', text='warm'))
    """
    if old == new:
        return (DiffRun("equal", old),) if old else ()
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


def _runs(old: str, new: str, changes: list[_Change]) -> Iterator[DiffRun]:
    at = 0
    for change in changes:
        yield DiffRun("equal", old[at : change.start])
        yield DiffRun("delete", old[change.start : change.end])
        yield DiffRun("insert", new[change.new_start : change.new_end])
        at = change.end
    yield DiffRun("equal", old[at:])


# The texts of an entry by their names, without empty ones.
Row = Mapping[str, str]
# Percent of the letters that must stay where an entry was rewritten.
MATCH_SHARE = 60.0
# As much again for standing under the same topic.
SAME_TOPIC_SHARE = 20.0
# Characters that are compared: what begins alike for so long is alike.
_COMPARED = 400


class RowMatch(NamedTuple):
    """An entry's places in both lists, from 0; None where it is missing.

    It is moved when it left the order that the most entries kept.
    """

    old: int | None
    new: int | None
    is_moved: bool = False


def match_rows(old: Sequence[Row], new: Sequence[Row]) -> tuple[RowMatch, ...]:
    """Return every entry of both lists once, in the new order.

    The same words are matched first, then the same first text, then what is alike. An entry that
    was removed stands after the one that it stood after.
    """
    found: dict[int, int] = {}
    for key in (_whole, _first):
        _pair_same(old, new, key, found)
    _pair_alike(old, new, found)
    kept = _in_order([found[place] for place in sorted(found)])
    matches = [
        RowMatch(found.get(i), i, i in found and found[i] not in kept) for i in range(len(new))
    ]
    removed = sorted(set(range(len(old))) - set(found.values()))
    return tuple(_placed(matches, removed, kept))


def _whole(entry: Row) -> Hashable:
    return tuple(sorted(entry.items()))


def _first(entry: Row) -> Hashable:
    return " ".join(next(iter(entry.values()), "").casefold().split())


def _pair_same(
    old: Sequence[Row],
    new: Sequence[Row],
    key: Callable[[Row], Hashable],
    found: dict[int, int],
) -> None:
    """Pair what has the same key, in order; ``found`` holds the old place by the new one."""
    waiting: dict[Hashable, deque[int]] = defaultdict(deque)
    for place in _free(old, found.values()):
        waiting[key(old[place])].append(place)
    for place in _free(new, found):
        if waiting[key(new[place])]:
            found[place] = waiting[key(new[place])].popleft()


def _pair_alike(old: Sequence[Row], new: Sequence[Row], found: dict[int, int]) -> None:
    """Pair what is alike, the most alike first, and of equals what stands closer."""
    pairs = [
        (-likeness, abs(i - j), i, j)
        for i in _free(old, found.values())
        for j in _free(new, found)
        if (likeness := _likeness(old[i], new[j])) >= MATCH_SHARE
    ]
    taken: set[int] = set()
    for _, _, i, j in sorted(pairs):
        if i not in taken and j not in found:
            taken.add(i)
            found[j] = i


def _free(entries: Sequence[Row], taken: Iterable[int]) -> list[int]:
    paired = set(taken)
    return [place for place in range(len(entries)) if place not in paired]


def _likeness(old: Row, new: Row) -> float:
    """How much of two entries is the same, in percent of their letters."""
    is_same_topic = bool(old.get("topic")) and old.get("topic") == new.get("topic")
    if is_same_topic and 1 in (len(old), len(new)):
        # A row that waited for its question has nothing but the topic.
        return 100.0
    bonus = SAME_TOPIC_SHARE if is_same_topic else 0.0
    texts = (" ".join(entry.values())[:_COMPARED] for entry in (old, new))
    return bonus + fuzz.ratio(*texts, score_cutoff=MATCH_SHARE - bonus)


def _in_order(places: Sequence[int]) -> set[int]:
    """The longest run of rising places: what kept its order when the rest moved.

    >>> sorted(_in_order([3, 0, 1, 2]))
    [0, 1, 2]
    """
    ends: list[int] = []
    lasts: list[int] = []
    before: dict[int, int | None] = {}
    for place in places:
        length = bisect_left(lasts, place)
        before[place] = ends[length - 1] if length else None
        lasts[length:] = [place, *lasts[length + 1 :]]
        ends[length:] = [place, *ends[length + 1 :]]
    kept: set[int] = set()
    at = ends[-1] if ends else None
    while at is not None:
        kept.add(at)
        at = before[at]
    return kept


def _placed(matches: list[RowMatch], removed: list[int], kept: set[int]) -> Iterator[RowMatch]:
    """The matches, each removed entry before the next one that kept its order."""
    waiting = deque(removed)
    for match in matches:
        while waiting and match.old in kept and match.old is not None and waiting[0] < match.old:
            yield RowMatch(waiting.popleft(), None)
        yield match
    yield from (RowMatch(place, None) for place in waiting)
