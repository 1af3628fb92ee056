"""Rows of counts, an hour each, kept as bytes: numpy reads them as they lie. Pure."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import overload

Row = tuple[int, ...]
NUMBER_BYTES = array("q").itemsize


@dataclass(frozen=True, slots=True)
class HourRows(Sequence[Row]):
    """Rows of ``width`` counts each; ``packed`` holds them row by row, eight bytes a count.

    >>> rows = HourRows.of([(1, 2), (3, 4)], width=2)
    >>> list(rows), rows[1], len(rows)
    ([(1, 2), (3, 4)], (3, 4), 2)
    """

    width: int
    packed: bytes

    @classmethod
    def of(cls, rows: Iterable[Row], width: int) -> HourRows:
        """Return these rows. Raises OverflowError for a count of more than 63 bits."""
        return cls(width, array("q", chain.from_iterable(rows)).tobytes())

    @classmethod
    def joined(cls, parts: Iterable[HourRows], width: int) -> HourRows:
        """Return the rows of all parts, one part after the other."""
        return cls(width, b"".join(part.packed for part in parts))

    def __len__(self) -> int:
        return len(self.packed) // (NUMBER_BYTES * self.width)

    def __iter__(self) -> Iterator[Row]:
        return zip(*[iter(memoryview(self.packed).cast("q"))] * self.width, strict=True)

    @overload
    def __getitem__(self, place: int) -> Row: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Row]: ...
    def __getitem__(self, place: int | slice) -> Row | Sequence[Row]:
        return tuple(self)[place]
