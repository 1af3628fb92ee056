"""Whether a place of a text stands in one of several spans, such as its quotations. Pure."""

from bisect import bisect_right
from collections.abc import Iterable
from typing import Protocol

from msgspec import Struct


class Span(Protocol):
    """Anything with characters ``start`` to ``end``."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


class Spans(Struct, frozen=True):
    """Spans that do not overlap, in order."""

    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def index(self, place: int) -> int:
        """Which span covers this character, or -1."""
        index = bisect_right(self.starts, place) - 1
        return index if index >= 0 and place < self.ends[index] else -1

    def covers(self, place: int) -> bool:
        """Whether any span covers this character."""
        return self.index(place) >= 0


def spans_of(pieces: Iterable[Span]) -> Spans:
    """The places of sentences, quotations or hits, which do not overlap and are in order."""
    pairs = [(piece.start, piece.end) for piece in pieces]
    return Spans(tuple(start for start, _ in pairs), tuple(end for _, end in pairs))
