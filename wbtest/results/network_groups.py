"""Groups of networks whose people convert otherwise than others; how findings are kept. Pure.

Of a network only a mark of 16 bits is kept, so that some networks share one by chance.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import combinations
from typing import Any, NamedTuple

import msgspec
from msgspec import Struct

from wbtest import statistics
from wbtest.results.trust import Check, early
from wbtest.statistics import Counts

MARKS = 65_536
UNKNOWN = -1
# Those are looked at whose mark is shared by so many.
SHARED_BY = (2, 3, 5, 10, 20, 50)
# How far apart the rates are at least, and how rare by chance. Of small networks it has to be
# rarer, since people of a home or an office do alike.
TIMES_APART, RAREST, RAREST_OF_CROWDED = 2.0, 1e-5, 1e-3
# Of a network with so many it may be asked who is there.
CROWDED = 10
# Crowded networks that are rare by themselves are counted: so rare each.
RARE, DOUBTFUL = (0.001, 0.01), 0.05
# Crowded networks that brought most visitors move the rate of all with one that is less far from
# that of the others. Carriers serve phones; on other devices nobody honest brings most from few
# networks, and the others are too few for more than a suspicion.
MOST, TIMES_APART_OF_MOST, RAREST_OF_MOST = 2 / 3, 1.5, 0.05
PHONE = "phone"
# With fewer others on a kind of device nobody is compared there, but with those on all kinds.
FEWEST_OTHERS = 50
# Any kind of device.
ALL = ""

# Those seen who count, by the mark of their network and their kind of device.
Marks = Mapping[tuple[int, str], Counts]

NOBODY = Counts(0, 0)


class Stratum(NamedTuple):
    """Those of a group on one kind of device, and the others; on all kinds if ``is_across``.

    Rates are far apart if one is so many ``times`` the other. Phones convert worse than computers
    by themselves: across devices, only what goes beyond is held against a group.
    """

    own: Counts
    others: Counts
    times: float
    is_across: bool = False
    is_better: bool = False

    def above(self) -> tuple[Counts, Counts]:
        """The group and those it is compared with, whether it converts better."""
        if not self.is_better:
            return self.own, self.others
        # The same conversions of half as many: twice the rate, and known no better.
        seen = max(round(self.others.seen / self.times), self.others.converted)
        return self.own, Counts(seen, self.others.converted)

    def below(self) -> tuple[Counts, Counts]:
        """The same, whether it converts worse."""
        if not self.is_across:
            return self.own, self.others
        return self.own, Counts(round(self.others.seen * self.times), self.others.converted)


class Group(NamedTuple):
    """Those on one kind of ``device``, or on any, whose mark ``shared_by`` have, or some more.

    ``others`` are those they were compared with, ``tail`` says how rare their conversions are among
    people who do as the others.
    """

    shared_by: int
    device: str
    marks: tuple[int, ...]
    own: Counts
    others: Counts
    tail: float


def find_groups(marks: Marks) -> list[Group]:
    """Return the groups that do otherwise than the others, the rarest by chance first.

    A group are those whose mark so many share, from one size of ``SHARED_BY`` to another: so few
    networks with many visitors are told from many with few.
    """
    number = number_by_mark(marks)
    everybody = sum(number.values())
    sizes = [least_shared(shared_by, everybody) for shared_by in SHARED_BY]
    # Of no size are those with a mark of their own, or of an unknown network.
    size_of = {mark: bisect_right(sizes, seen) for mark, seen in number.items()} | {UNKNOWN: 0}
    table = [dict[str, Counts]() for _ in range(len(sizes) + 1)]
    for (mark, device), counts in marks.items():
        row = table[size_of[mark]]
        row[device] = add([counts, row.get(device, NOBODY)])
    found: dict[tuple[str, tuple[int, ...]], Group] = {}
    for first, last in combinations(range(1, len(table) + 1), 2):
        own, others = _added_up(table[first:last]), _added_up(table[:first] + table[last:])
        is_crowded = SHARED_BY[first - 1] >= CROWDED
        for device, counts, rest, tail in _different(own, others, is_crowded=is_crowded):
            inside = {
                mark for mark, on in marks if first <= size_of[mark] < last and device in (ALL, on)
            }
            group = Group(SHARED_BY[first - 1], device, tuple(sorted(inside)), counts, rest, tail)
            found[device, group.marks] = group
    for group in _odd_ones(marks, number, least_shared(CROWDED, everybody)):
        found.setdefault((group.device, group.marks), group)
    return sorted(found.values(), key=lambda group: group.tail)


def most_crowded(marks: Marks, few: int) -> Iterator[Group]:
    """Yield the most crowded network, the two most crowded, and so on up to so few."""
    number = number_by_mark(marks)
    number.pop(UNKNOWN, None)
    everybody = add(marks.values())
    ranked = sorted(number, key=lambda mark: (-number[mark], mark))[:few]
    for last, mark in enumerate(ranked, 1):
        inside = tuple(sorted(ranked[:last]))
        own = add(counts for (each, _), counts in marks.items() if each in inside)
        yield Group(number[mark], ALL, inside, own, subtract(everybody, own), 1.0)


def _odd_ones(marks: Marks, number: Mapping[int, int], least: int) -> Iterator[Group]:
    """Crowded marks of which each by itself is rare, where more of them are than chance makes.

    Among carriers with as many visitors each a few networks would be lost in a group of all.
    """
    from scipy import special

    parts: defaultdict[int, dict[str, Counts]] = defaultdict(dict)
    for (mark, device), counts in marks.items():
        if mark != UNKNOWN and number[mark] >= least:
            parts[mark][device] = counts
    everybody = _added_up({device: counts} for (_, device), counts in marks.items())
    tails = {mark: _tails(_compared(own, _left(everybody, own))) for mark, own in parts.items()}
    # One false network shall not hide behind another.
    doubtful = {mark for mark in parts if min(tails[mark]) <= DOUBTFUL}
    others = _left(everybody, _added_up(parts[mark] for mark in doubtful))
    for mark in doubtful:
        tails[mark] = _tails(_compared(parts[mark], others))
    for side in (0, 1):
        for rare in (RAREST / max(len(tails), 1), *RARE):
            odd = [mark for mark, both in tails.items() if both[side] <= rare]
            chance = float(special.bdtrc(len(odd) - 1, len(tails), rare)) if odd else 1.0
            if chance <= RAREST:
                own = add(counts for mark in odd for counts in parts[mark].values())
                rest = subtract(add(everybody.values()), own)
                size = min(number[mark] for mark in odd)
                yield Group(size, ALL, tuple(sorted(odd)), own, rest, chance)


def shared_marks(marks: Marks) -> set[int]:
    """Return the marks that any group may hold: those that more share than chance makes."""
    number = number_by_mark(marks)
    least = least_shared(SHARED_BY[0], sum(number.values()))
    return {mark for mark, seen in number.items() if mark != UNKNOWN and seen >= least}


def _different(
    own: Mapping[str, Counts], others: Mapping[str, Counts], *, is_crowded: bool
) -> Iterator[tuple[str, Counts, Counts, float]]:
    """On which kinds of device a group differs, or over all of them: its counts, the others’."""
    everybody, rest = add(own.values()), add(others.values())
    is_most = is_crowded and everybody.seen >= MOST * (everybody.seen + rest.seen)
    rarest = RAREST_OF_CROWDED if is_crowded else RAREST
    strata = _compared(own, others, TIMES_APART_OF_MOST if is_most else TIMES_APART)
    for device, stratum in zip(own, strata, strict=True):
        across = min(_tails([_across(device, stratum.own, rest)]))
        enough = RAREST_OF_MOST if is_most and device != PHONE else rarest
        if (tail := min(_tails([stratum]))) <= enough:
            yield device, stratum.own, stratum.others, tail
        elif across <= rarest:
            yield device, stratum.own, rest, across
    if len(strata) > 1 and (tail := min(_tails(strata))) <= rarest:
        yield ALL, everybody, rest, tail


def _compared(
    own: Mapping[str, Counts], others: Mapping[str, Counts], times: float = TIMES_APART
) -> list[Stratum]:
    """A group on each kind of device beside the others on it, or on all where these are few."""
    rest = add(others.values())
    return [
        Stratum(counts, others[device], times)
        if others.get(device, NOBODY).seen >= FEWEST_OTHERS
        else _across(device, counts, rest)
        for device, counts in own.items()
    ]


def _across(device: str, own: Counts, others: Counts) -> Stratum:
    """Those on one kind of device beside the others on all of them."""
    return Stratum(own, others, TIMES_APART, is_across=True, is_better=device == "desktop")


def _tails(strata: Sequence[Stratum]) -> tuple[float, float]:
    """The chance of so many conversions and of so few; 1 where the rates are not far apart."""
    converted = sum(each.own.converted for each in strata)
    more, fewer = [each.above() for each in strata], [each.below() for each in strata]
    up = [1.0 if each.is_better else each.times for each in strata]
    down = [1.0 if each.is_across else each.times for each in strata]
    most = sum(statistics.expected([pair]) * by for pair, by in zip(more, up, strict=True))
    fewest = sum(statistics.expected([pair]) / by for pair, by in zip(fewer, down, strict=True))
    return (
        statistics.tails(more).above if converted >= most else 1.0,
        statistics.tails(fewer).below if converted <= fewest else 1.0,
    )


def _left(everybody: Mapping[str, Counts], own: Mapping[str, Counts]) -> dict[str, Counts]:
    return {
        device: subtract(counts, own.get(device, NOBODY)) for device, counts in everybody.items()
    }


def number_by_mark(marks: Marks) -> dict[int, int]:
    """How many have each mark."""
    number: defaultdict[int, int] = defaultdict(int)
    for (mark, _), counts in marks.items():
        number[mark] += counts.seen
    return number


def least_shared(shared_by: int, everybody: int) -> int:
    """By how many a mark has to be shared, where chance gives each a part of all who came."""
    return shared_by + 2 * everybody // MARKS


def _added_up(rows: Iterable[Mapping[str, Counts]]) -> dict[str, Counts]:
    """The counts on each kind of device."""
    parts: defaultdict[str, list[Counts]] = defaultdict(list)
    for row in rows:
        for device, counts in row.items():
            parts[device].append(counts)
    return {device: add(parts[device]) for device in sorted(parts)}


def add(parts: Iterable[Counts]) -> Counts:
    seen = converted = 0
    for part in parts:
        seen += part.seen
        converted += part.converted
    return Counts(seen, converted)


def subtract(whole: Counts, part: Counts) -> Counts:
    return Counts(whole.seen - part.seen, whole.converted - part.converted)


TITLE = "Carried by many networks"


class Apart(Struct, frozen=True):
    """A group of networks that alone breaks the split of those who saw the page.

    ``hours`` hold the start of each hour, in seconds since 1970, and how many saw each variant.
    """

    networks: int
    hours: tuple[tuple[int, tuple[int, ...]], ...]

    @property
    def seen(self) -> list[int]:
        """How many of the group saw each variant."""
        return [sum(column) for column in zip(*(row for _, row in self.hours), strict=True)]


class Served(Struct, frozen=True):
    """A group of networks that alone breaks the split of the pages served, by variant."""

    networks: int
    served: tuple[int, ...]


class Lost(Struct, frozen=True):
    """A group of networks without which no more beacons are lost than the rule tolerates."""

    networks: int
    served: int
    lost: int


class Findings(Struct, frozen=True):
    """What was found, and of how many people; ``as_of`` is None before the first look.

    ``unknown`` of those seen came from a network that nobody can tell. ``marks`` are those of the
    networks that differ, until they are purged.
    """

    as_of: datetime | None = None
    seen: int = 0
    converted: int = 0
    unknown: int = 0
    check: Check = early("networks", TITLE, "Nobody has looked at the networks.")
    marks: tuple[int, ...] = ()
    apart: Apart | None = None
    served: Served | None = None
    lost: Lost | None = None


NOTHING = Findings()


def to_json(found: Findings) -> dict[str, Any]:
    """Return plain JSON values; ``from_json`` gives the same findings back."""
    values: dict[str, Any] = msgspec.to_builtins(found)
    return values


def from_json(values: dict[str, Any]) -> Findings:
    """Return the findings."""
    return msgspec.convert(values, Findings)
