"""What a check of trust is, and how its words are put together. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

from wbtest.http import percent

CheckState = Literal["ok", "warn", "stop"]
Colour = Literal["green", "amber", "red", "grey"]
# Where to look next; the panel knows the addresses.
Where = Literal[
    "", "page", "excluded", "signups", "history", "attempts", "seal", "links", "networks", "aside"
]
# What everybody asks first.
USUAL = ("split", "beacons", "machines", "sources", "weekdays", "confirmed")
# Of fewer than this a per cent would say more than is known.
SMALL = 100
# What these stop is not saved by mending it: whoever saw which variant did not come by chance.
LOST = ("split", "served_split")
COLOURS: dict[CheckState, Colour] = {"ok": "green", "warn": "amber", "stop": "red"}
WORDS: dict[Colour, str] = {
    "green": "in order",
    "amber": "look at this",
    "red": "stops the verdict",
    "grey": "too early to say",
}


class Check(Struct, frozen=True):
    """One line of the trust panel: its key, state and reason, and the words it is shown with.

    ``do`` is what to do next, ``hints`` are causes by the evidence at hand, the likeliest first,
    and ``where`` is the place to look. ``is_early``: too few came to judge, so nothing is said
    against the figures yet, nor for them.
    """

    check: str
    state: CheckState
    reason: str
    title: str
    value: str
    do: str = ""
    hints: tuple[str, ...] = ()
    where: Where = ""
    is_early: bool = False

    @property
    def is_shown(self) -> bool:
        """Whether the panel shows it without being asked: what is not in order always."""
        return self.state != "ok" or self.check in USUAL

    @property
    def colour(self) -> Colour:
        """Its colour by name; shown beside ``word``, never alone."""
        return "grey" if self.is_early else COLOURS[self.state]

    @property
    def word(self) -> str:
        """What the colour says."""
        return WORDS[self.colour]


def early(check: str, title: str, reason: str, value: str = "–") -> Check:
    """Return a check that cannot be judged yet."""
    return Check(check, "ok", reason, title, value, is_early=True)


def is_red(checks: Sequence[Check]) -> bool:
    """Whether a check stops the verdict."""
    return any(check.state == "stop" for check in checks)


def is_lost(checks: Sequence[Check]) -> bool:
    """Whether a check stops the verdict for good, so that only a new test helps."""
    return any(check.state == "stop" and check.check in LOST for check in checks)


def share(part: int, whole: int) -> str:
    """Return a share as a whole per cent; one that is not nothing is never told as nothing.

    >>> share(1, 3), share(1, 1000), share(999, 1000)
    ('33\\u202f%', 'under 1\\u202f%', 'over 99\\u202f%')
    """
    of_hundred = round(100 * part / whole)
    if part and not of_hundred:
        return "under 1\u202f%"
    return "over 99\u202f%" if part < whole and of_hundred == 100 else f"{of_hundred}\u202f%"


def share_of(part: int, whole: int) -> str:
    """Return a share as counts while these are small, else as a whole per cent.

    >>> share_of(3, 41), share_of(330, 1000)
    ('3 of 41', '33\\u202f%')
    """
    return share(part, whole) if whole >= SMALL else f"{part:,} of {whole:,}"


def rate_of(part: int, whole: int) -> str:
    """Return a rate with what it is of; as counts alone while these are small.

    >>> rate_of(3, 41), rate_of(135, 990)
    ('3 of 41', '13.6\\u202f% of 990')
    """
    counts = f"{part:,} of {whole:,}"
    return f"{percent(part / whole)} of {whole:,}" if whole >= SMALL else counts


def listed(words: Sequence[object], last: str = "and") -> str:
    """Return the words as a person lists them.

    >>> listed(["bots", 1204, "prefetches"])
    'bots, 1,204 and prefetches'
    """
    texts = [f"{word:,}" if isinstance(word, int) else str(word) for word in words]
    return f" {last} ".join([", ".join(texts[:-1]), texts[-1]] if len(texts) > 1 else texts)
