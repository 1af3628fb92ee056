"""Two lists of a release, such as its questions: which entry of one is which of the other. Pure."""

from bisect import bisect_left
from collections import defaultdict, deque
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from rapidfuzz import fuzz

# The texts of an entry by their names, without empty ones.
Entry = Mapping[str, str]
# Percent of the letters that must stay where an entry was rewritten.
ALIKE = 60.0
# As much again for standing under the same topic.
SAME_TOPIC = 20.0
# Characters that are compared: what begins alike for so long is alike.
_COMPARED = 400


class Match(NamedTuple):
    """An entry's places in both lists, from 0; None where it is missing.

    It is moved when it left the order that the most entries kept.
    """

    old: int | None
    new: int | None
    is_moved: bool = False


def match_entries(old: Sequence[Entry], new: Sequence[Entry]) -> tuple[Match, ...]:
    """Return every entry of both lists once, in the new order.

    The same words are matched first, then the same first text, then what is alike. An entry that
    was removed stands after the one that it stood after.
    """
    found: dict[int, int] = {}
    for key in (_whole, _first):
        _pair_same(old, new, key, found)
    _pair_alike(old, new, found)
    kept = _in_order([found[place] for place in sorted(found)])
    matches = [Match(found.get(i), i, i in found and found[i] not in kept) for i in range(len(new))]
    removed = sorted(set(range(len(old))) - set(found.values()))
    return tuple(_placed(matches, removed, kept))


def _whole(entry: Entry) -> Hashable:
    return tuple(sorted(entry.items()))


def _first(entry: Entry) -> Hashable:
    return " ".join(next(iter(entry.values()), "").casefold().split())


def _pair_same(
    old: Sequence[Entry],
    new: Sequence[Entry],
    key: Callable[[Entry], Hashable],
    found: dict[int, int],
) -> None:
    """Pair what has the same key, in order; ``found`` holds the old place by the new one."""
    waiting: dict[Hashable, deque[int]] = defaultdict(deque)
    for place in _free(old, found.values()):
        waiting[key(old[place])].append(place)
    for place in _free(new, found):
        if waiting[key(new[place])]:
            found[place] = waiting[key(new[place])].popleft()


def _pair_alike(old: Sequence[Entry], new: Sequence[Entry], found: dict[int, int]) -> None:
    """Pair what is alike, the most alike first, and of equals what stands closer."""
    pairs = [
        (-likeness, abs(i - j), i, j)
        for i in _free(old, found.values())
        for j in _free(new, found)
        if (likeness := _likeness(old[i], new[j])) >= ALIKE
    ]
    taken: set[int] = set()
    for _, _, i, j in sorted(pairs):
        if i not in taken and j not in found:
            taken.add(i)
            found[j] = i


def _free(entries: Sequence[Entry], taken: Iterable[int]) -> list[int]:
    paired = set(taken)
    return [place for place in range(len(entries)) if place not in paired]


def _likeness(old: Entry, new: Entry) -> float:
    """How much of two entries is the same, in percent of their letters."""
    is_same_topic = bool(old.get("topic")) and old.get("topic") == new.get("topic")
    if is_same_topic and 1 in (len(old), len(new)):
        # A row that waited for its question has nothing but the topic.
        return 100.0
    bonus = SAME_TOPIC if is_same_topic else 0.0
    texts = (" ".join(entry.values())[:_COMPARED] for entry in (old, new))
    return bonus + fuzz.ratio(*texts, score_cutoff=ALIKE - bonus)


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


def _placed(matches: list[Match], removed: list[int], kept: set[int]) -> Iterator[Match]:
    """The matches, each removed entry before the next one that kept its order."""
    waiting = deque(removed)
    for match in matches:
        while waiting and match.old in kept and match.old is not None and waiting[0] < match.old:
            yield Match(waiting.popleft(), None)
        yield match
    yield from (Match(place, None) for place in waiting)
