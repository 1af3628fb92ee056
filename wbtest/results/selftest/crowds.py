"""Simulated visitors, one by one, of many experiments at once. Imports numpy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from wbtest.results.selftest.walks import Bools
from wbtest.results.statistics.counts import shares_of
from wbtest.results.statistics.mixture import Floats, Ints

# Visitors that are held in memory at once.
AT_ONCE = 2_000_000


class Crowd(NamedTuple):
    """The visitors of many lives: a row is a life, a column a visitor, in the order they came.

    ``arms`` says which variant they saw, ``is_convert`` whether they converted.
    """

    arms: Ints
    is_convert: Bools

    def seen(self, arm: int) -> Ints:
        """How many had seen the variant after each visitor."""
        seen: Ints = np.cumsum(self.arms == arm, axis=1)
        return seen

    def converted(self, arm: int) -> Ints:
        """How many of these had converted."""
        converted: Ints = np.cumsum((self.arms == arm) & self.is_convert, axis=1)
        return converted

    def conversions(self, arms: int) -> list[Ints]:
        """Return each variant's conversions after 0, 1, 2 … conversions in all.

        A life with fewer conversions than another stays where it ended.
        """
        most = int(self.is_convert.sum(axis=1).max(initial=0))
        order = np.cumsum(self.is_convert, axis=1)[self.is_convert]
        life = np.nonzero(self.is_convert)[0]
        of_arm = self.arms[self.is_convert]
        found = []
        for arm in range(arms):
            table = np.zeros((len(self.arms), most + 1), dtype=np.int64)
            table[life, order] = of_arm == arm
            found.append(np.cumsum(table, axis=1))
        return found


def crowds(
    rng: np.random.Generator, lives: int, weights: Sequence[float], rates: Floats
) -> Iterator[Crowd]:
    """Yield so many lives, as many at once as fit.

    ``rates`` has a row for each visitor and a column for each variant, or one row for all: their
    chance to convert by when they come and what they see.
    """
    visitors, arms = rates.shape
    borders = np.cumsum(shares_of(weights))[:-1]
    at_once = max(AT_ONCE // visitors, 1)
    for start in range(0, lives, at_once):
        size = min(at_once, lives - start), visitors
        # An arm is drawn for each visitor, as the page does it.
        arm = np.searchsorted(borders, rng.random(size), side="right")
        rate = np.take_along_axis(
            np.broadcast_to(rates, (size[0], visitors, arms)), arm[..., None], axis=2
        )
        yield Crowd(arm, rng.random(size) < rate[..., 0])


def steady(visitors: int, rates: Sequence[float]) -> Floats:
    """Return rates that stay the same."""
    return np.tile(np.array(rates, dtype=np.float64), (visitors, 1))


def drifting(visitors: int, rates: Sequence[float], lowest: float = 0.5, waves: int = 4) -> Floats:
    """Return rates that fall to ``lowest`` of what they are and rise again, ``waves`` times."""
    phase = np.arange(visitors) / visitors * waves * 2 * np.pi
    height = lowest + (1 - lowest) * (1 + np.cos(phase)) / 2
    return height[:, None] * np.array(rates, dtype=np.float64)
