"""Remembers what was computed of rows, and computes anew from the first row that changed. Pure.

The evidence at a look follows from the counts up to it, and of a test that runs only the last looks
are new. Rows are compared one by one, so whatever is asked for, no remembered value is of others.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wbtest.results.statistics.mixture import Floats, Ints


class RowMemory:
    """Rows of whole numbers and what was made of each, for those that were asked for last.

    It holds at most ``room`` numbers, those asked about and those found together.
    """

    def __init__(self, room: int) -> None:
        self.room = room
        self.size = 0
        self._known: OrderedDict[Hashable, tuple[Ints, Floats]] = OrderedDict()
        self._changing = threading.Lock()

    def find(self, name: Hashable, rows: Ints, compute: Callable[[Ints], Floats]) -> Floats:
        """Return what ``compute`` makes of the rows, a row for each.

        ``compute`` must look at each row by itself, apart from raising an error when a row and the
        next one cannot be. It is part of what ``name`` names, as are all numbers that it uses
        beside the rows. What is returned cannot be written to.
        """
        import numpy as np

        known = self._known.get(name)
        same = 0 if known is None else _same(known[0], rows)
        if known is not None and same == len(rows):
            self._remember(name, *known)
            return known[1][:same]
        # The row before is computed again, so that each is held against the one before it.
        begin = max(same - 1, 0)
        found = compute(rows[begin:])
        if known is not None:
            found = np.concatenate([known[1][:begin], found])
        rows.flags.writeable = found.flags.writeable = False
        self._remember(name, rows, found)
        return found

    def _remember(self, name: Hashable, rows: Ints, found: Floats) -> None:
        """Keep these as those that were asked for last."""
        with self._changing:
            for former in self._known.pop(name, ()):
                self.size -= former.size
            self._known[name] = (rows, found)
            self.size += rows.size + found.size
            while self.size > self.room:
                for former in self._known.popitem(last=False)[1]:
                    self.size -= former.size


def _same(known: Ints, rows: Ints) -> int:
    """How many rows are the same from the first one on."""
    count = min(len(known), len(rows))
    is_same = (known[:count] == rows[:count]).all(axis=1)
    return count if is_same.all() else int(is_same.argmin())
