"""How often each attack moves the verdict of simulated tests, and in how many of them it is red."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tests.attacks import adversary, worlds
from tests.attacks.people import DAYS, together
from tests.attacks.simulation import Test, default_rule
from tests.attacks.strikes import ABOVE, BELOW, Strike

RUNS, FEW, LOOKS = 40, 350, (7, 8)
WORLDS = ("own networks", "carriers, phones half")
NETWORKS = (1, 2, 3, 5, 8, 10, 12, 15, 20, 25, 30, 40, 60)
CURVES = (
    ("met", BELOW, "60 sign-ups in three days, 5% to met"),
    ("not_met", ABOVE, "600 views in a week, 12% to not met"),
)


class Line(NamedTuple):
    """Of the runs, in how many the attack ``made`` a verdict of its own, or ``delayed`` one.

    Each with how many of them were red at every look at which it was so.
    """

    strike: Strike
    counted: float
    made: int
    made_red: int
    delayed: int
    delayed_red: int


def line(strike: Strike, world: str, runs: int = RUNS) -> Line:
    """Return what an attack does to so many tests of a world."""
    counted = 0
    numbers = {True: [0, 0], False: [0, 0]}
    for run in range(runs):
        rng = np.random.default_rng([21, run])
        honest = worlds.WORLDS[world](rng, FEW, DAYS, strike.rate)
        honest = honest.changed(variant=rng.integers(0, strike.variants, len(honest)))
        false = strike.draw(np.random.default_rng([22, run]))
        rule = default_rule()
        before, after = (
            Test(crowd, np.random.default_rng([23, run]), rule, variants=strike.variants)
            for crowd in (honest, together(honest, false))
        )
        counted += int((after.admitted.is_false & after.admitted.is_seen).sum())
        pairs = [(before.told(day), after.told(day)) for day in LOOKS]
        moved = [now for was, now in pairs if was.said != now.said]
        if moved:
            is_made = any(told.verdict.choice for told in moved)
            numbers[is_made][0] += 1
            numbers[is_made][1] += all(told.colour == "red" for told in moved)
    return Line(strike, counted / runs, *numbers[True], *numbers[False])


def point(rate: float, goal: str, networks: int) -> adversary.Outcome:
    """Return what an attack of one size does, spread evenly over so many networks."""
    return adversary.spread(rate, goal, networks, range(RUNS))
