"""Everything the self-test measures, in order."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from wbtest.results.selftest import exact, founders
from wbtest.results.selftest.lines import Line
from wbtest.results.selftest.worlds import WORLDS

# One computed rate takes about as long as so many founders.
EXACT_TICKS = 40


def length(number: int) -> int:
    """Return how many ticks it takes to measure with so many founders in each world."""
    return len(exact.RATES) * EXACT_TICKS + len(WORLDS) * number


def computed(tick: Callable[[int], None]) -> list[Line]:
    """Return the lines without chance."""
    lines = []
    for rate in exact.RATES:
        lines += exact.one_rate(rate)
        tick(EXACT_TICKS)
    return lines


def simulated(number: int, seed: int, tick: Callable[[int], None]) -> list[Line]:
    """Return the lines of so many founders in each world; each world has its own randomness."""
    lines = []
    for place, world in enumerate(WORLDS):
        rng = np.random.default_rng([seed, place])
        lines += founders.verdicts(rng, world, number, tick)
    return lines
