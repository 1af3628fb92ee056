"""What a check of trust is, and how its words are put together. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

CheckState = Literal["ok", "warn", "stop"]
# What everybody asks first.
USUAL = ("split", "beacons", "machines", "sources", "weekdays", "confirmed")


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the trust panel: its key, state and reason, and the words it is shown with."""

    check: str
    state: CheckState
    reason: str
    title: str
    value: str

    @property
    def is_shown(self) -> bool:
        """Whether the panel shows it without being asked: what is not in order always."""
        return self.state != "ok" or self.check in USUAL


def is_red(checks: Sequence[Check]) -> bool:
    """Whether a check stops the verdict."""
    return any(check.state == "stop" for check in checks)


def listed(words: Sequence[object], last: str = "and") -> str:
    """Return the words as a person lists them.

    >>> listed(["bots", 1204, "prefetches"])
    'bots, 1,204 and prefetches'
    """
    texts = [f"{word:,}" if isinstance(word, int) else str(word) for word in words]
    return f" {last} ".join([", ".join(texts[:-1]), texts[-1]] if len(texts) > 1 else texts)
