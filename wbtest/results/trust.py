"""What a check of trust is, and how its words are put together. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

CheckState = Literal["ok", "warn", "stop"]
Colour = Literal["green", "amber", "red", "grey"]
# Where to look next; the panel knows the addresses.
Where = Literal["", "page", "excluded", "signups", "history", "attempts", "seal", "links"]
# What everybody asks first.
USUAL = ("split", "beacons", "machines", "sources", "weekdays", "confirmed")
COLOURS: dict[CheckState, Colour] = {"ok": "green", "warn": "amber", "stop": "red"}
WORDS: dict[Colour, str] = {
    "green": "in order",
    "amber": "look at this",
    "red": "stops the verdict",
    "grey": "too early to say",
}


@dataclass(frozen=True, slots=True)
class Check:
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


def share(part: int, whole: int) -> str:
    """Return a share as a whole per cent.

    >>> share(1, 3)
    '33\\u202f%'
    """
    return f"{100 * part / whole:.0f}\u202f%"


def listed(words: Sequence[object], last: str = "and") -> str:
    """Return the words as a person lists them.

    >>> listed(["bots", 1204, "prefetches"])
    'bots, 1,204 and prefetches'
    """
    texts = [f"{word:,}" if isinstance(word, int) else str(word) for word in words]
    return f" {last} ".join([", ".join(texts[:-1]), texts[-1]] if len(texts) > 1 else texts)
