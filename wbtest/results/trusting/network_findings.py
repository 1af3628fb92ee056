"""What was found about the networks of a test, as it is kept between two looks. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from wbtest.results.trust import Check, early

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
