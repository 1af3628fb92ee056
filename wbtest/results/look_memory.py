"""Remembers the evidence at looks that cannot have changed, so that only the others are computed.

A look sees what had been counted by then. Of two rounds of looks at a test those are the same that
were over before the first hour whose counts differ. Pure: what is remembered is held against what
is asked, number by number, so nothing is ever taken for something else.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from wbtest.results.looks import Looks
    from wbtest.results.statistics.mixture import Ints


class Hours(NamedTuple):
    """When each hour of a test was over, and three tables of totals up to each of them.

    The tables begin with a row of no hour at all, so they are one row longer.
    """

    ends: Ints
    totals: tuple[Ints, Ints, Ints]


class LookMemory:
    """The looks of those tests that were looked at last; ``room`` is for so many numbers."""

    def __init__(self, room: int) -> None:
        self.room = room
        self.size = 0
        self._known: OrderedDict[Hashable, tuple[Hours, Looks]] = OrderedDict()
        self._changing = threading.Lock()

    def find(self, name: Hashable, hours: Hours, moment: int) -> Looks | None:
        """Return what is known of looks at these hours that were over at ``moment``, or None.

        ``name`` stands for the test and for all that is computed with.
        """
        known = self._known.get(name)
        if known is None:
            return None
        before, found = known
        count = int(found.ends.searchsorted(moment, "right"))
        change = _first_change(before, hours)
        if change is not None:
            count = min(count, int(found.ends.searchsorted(change, "left")))
        return found.first(count)

    def keep(self, name: Hashable, hours: Hours, found: Looks) -> None:
        """Remember what was found at looks that were all over by then; nobody may write to it."""
        with self._changing:
            self._forget(self._known.pop(name, None))
            self._known[name] = (hours, found)
            self.size += _size(*self._known[name])
            while self.size > self.room:
                self._forget(self._known.popitem(last=False)[1])

    def _forget(self, former: tuple[Hours, Looks] | None) -> None:
        if former is not None:
            self.size -= _size(*former)


def _size(hours: Hours, found: Looks) -> int:
    return found.size + sum(int(table.size) for table in hours.totals)


def _first_change(before: Hours, after: Hours) -> int | None:
    """When the first hour was over that is not what it was; None where all are."""
    both = min(len(before.ends), len(after.ends))
    same = min(
        _same(before.ends, after.ends, both),
        *(
            _same(old[1:], new[1:], both)
            for old, new in zip(before.totals, after.totals, strict=True)
        ),
    )
    changed = [int(each.ends[same]) for each in (before, after) if same < len(each.ends)]
    return min(changed, default=None)


def _same(old: Ints, new: Ints, both: int) -> int:
    """How many rows are the same from the first one on, of as many as both have."""
    is_other = old[:both] != new[:both]
    if not is_other.any():
        return both
    width = is_other.size // both
    found: int = is_other.ravel().argmax() // width
    return found
