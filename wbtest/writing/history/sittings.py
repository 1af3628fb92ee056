"""Saves of one person, one soon after the other, told as one sitting. Pure."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

from msgspec import Struct

# Who comes back later than this begins another sitting.
BREAK = timedelta(minutes=30)


class Saved(NamedTuple):
    """A save without its text: the version it made, who, when, and the names of what changed."""

    version: int
    person: str
    person_id: int
    saved_at: datetime
    parts: tuple[str, ...]


class Sitting(Struct, frozen=True):
    """Saves that follow each other, the newest first, and what all of them changed in one line."""

    saves: tuple[Saved, ...]
    summary: str = ""

    @property
    def first(self) -> Saved:
        """Its oldest save."""
        return self.saves[-1]

    @property
    def last(self) -> Saved:
        """Its newest save."""
        return self.saves[0]

    @property
    def base(self) -> int:
        """The version that it began from."""
        return self.first.version - 1


def sittings_of(saves: Iterable[Saved], frozen: Collection[datetime]) -> list[Sitting]:
    """Group saves, the newest first; what was ``frozen`` in between parts a sitting in two."""
    saves = tuple(saves)
    groups = [list(saves[:1])] if saves else []
    for newer, older in pairwise(saves):
        if _is_apart(newer, older, frozen):
            groups.append([])
        groups[-1].append(older)
    return [Sitting(tuple(group)) for group in groups]


def _is_apart(newer: Saved, older: Saved, frozen: Collection[datetime]) -> bool:
    return (
        newer.person_id != older.person_id
        or newer.saved_at - older.saved_at >= BREAK
        # A text is saved and then frozen, often in the same moment.
        or any(older.saved_at <= at < newer.saved_at for at in frozen)
    )
