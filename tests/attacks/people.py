"""Who comes to a page, and what they do there: one row of each array is a person."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from wbtest.statistics.mixture import Ints

START = datetime(2027, 3, 1, tzinfo=UTC)
HOUR, DAY = 3_600, 86_400
# How long people come: the least days that the form proposes.
DAYS = 7
DEVICES = ("phone", "desktop", "tablet")
PHONE, DESKTOP, TABLET = range(3)
MIX = (0.55, 0.4, 0.05)
# Visitors by the hour of the day: few at night, most in the evening.
BY_HOUR = np.array([1] * 7 + [4] * 10 + [8] * 5 + [3] * 2, dtype=np.float64)
BY_HOUR /= BY_HOUR.sum()
# Nobody takes longer to sign up than the window of a day; most do it at once.
AT_ONCE, LONGEST = 0.8, DAY - HOUR
NEVER = -1
# Each honest network of one's own has its number from here on; attackers and crowds below.
OWN = 1_000_000


@dataclass(frozen=True)
class People:
    """``at`` and ``delay`` are seconds, from the start and from the visit; NEVER for no sign-up.

    ``network`` is a number for each network, ``is_seen`` whether the beacon came, ``is_announced``
    whether they belong to an announced crowd, ``is_false`` whether an attacker sent them.
    """

    at: Ints
    network: Ints
    device: Ints
    variant: Ints
    delay: Ints
    is_seen: Any
    is_announced: Any
    is_false: Any

    def __len__(self) -> int:
        return len(self.at)

    def where(self, which: Any) -> People:
        """Return some of them."""
        return People(*(getattr(self, field.name)[which] for field in fields(self)))

    def changed(self, **parts: Any) -> People:
        """Return the same with other parts."""
        return replace(self, **parts)


def people(rng: np.random.Generator, at: Any, network: Any, says_yes: Any, **parts: Any) -> People:
    """Return people of one variant, all seen, of whom these say yes."""
    number = len(at)
    late = rng.random(number) >= AT_ONCE
    delay = np.where(late, rng.integers(60, LONGEST, number), rng.integers(10, 300, number))
    known = {
        "device": rng.choice(len(DEVICES), number, p=MIX),
        "variant": np.zeros(number, dtype=np.int64),
        "is_seen": np.ones(number, dtype=bool),
        "is_announced": np.zeros(number, dtype=bool),
        "is_false": np.zeros(number, dtype=bool),
    } | parts
    return People(
        at=np.asarray(at, dtype=np.int64),
        network=np.broadcast_to(np.asarray(network, dtype=np.int64), number).copy(),
        delay=np.where(says_yes, delay, NEVER),
        **{name: np.broadcast_to(value, number).copy() for name, value in known.items()},
    )


def together(*groups: People) -> People:
    """Return all of them in the order in which they come."""
    joined = {
        field.name: np.concatenate([getattr(group, field.name) for group in groups])
        for field in fields(People)
    }
    order = np.argsort(joined["at"], kind="stable")
    return People(**{name: column[order] for name, column in joined.items()})


def moments(rng: np.random.Generator, number: int, days: float, first: float = 0) -> Ints:
    """Return when people come by day and night, in seconds, so many from day ``first`` on."""
    day = rng.integers(0, max(round(days), 1), number) + first
    hour = rng.choice(24, number, p=BY_HOUR)
    moment: Ints = (day * DAY + hour * HOUR + rng.integers(0, HOUR, number)).astype(np.int64)
    return moment
