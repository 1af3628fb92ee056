"""Whether the evidence keeps its promise under the gate: tests in which only chance is wrong.

Everybody converts at one rate, exactly the target or the floor. A founder looks at the end of each
day, and a test is wrong if it ever says what the rule promises to say in few: docs/statistics.md.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tests.attacks.people import DAY, HOUR, NEVER, People, people, together
from tests.attacks.simulation import Test, default_rule
from tests.attacks.worlds import BURST, EVENT, KEENER, Draw, alone, announced, carriers, offices
from wbtest.results.error_rates import Line

DAYS = 14
# As many as the rule's maximum.
VISITORS = 2_400
RULE = default_rule(days=DAYS)
# What may be said of a page at this rate in so many of all tests at most.
PROMISED = {
    RULE.target: {"met": RULE.alpha, "not met": RULE.beta},
    RULE.floor: {"met": RULE.alpha, "iterate": RULE.alpha},
}
# A promise is called broken where chance alone, were it just kept, would do as much this rarely.
CHANCE = 0.001
CROWDED_HOUR = 12


class World(NamedTuple):
    """Who comes. Nothing is promised of people who are not independent of each other."""

    name: str
    draw: Draw
    visitors: int = VISITORS
    is_independent: bool = True


class Share(NamedTuple):
    """Of so many tests how many ever said this; at most the share ``bound`` of them should.

    ``left_out`` is the share of visitors whom the gate did not admit.
    """

    world: World
    rate: float
    says: str
    wrong: int
    tests: int
    bound: float
    left_out: float

    @property
    def is_kept(self) -> bool:
        """Whether the share isn't shown to be above its bound, by the exact binomial tail."""
        line = Line("", self.says, self.wrong / self.tests, self.bound, self.tests)
        return line.chance is None or line.chance >= CHANCE


def crowded(rng: np.random.Generator, number: int, days: int, rate: float) -> People:
    """Half come by two networks, within one hour of each day, and convert as everybody else."""
    half = number // 2
    at = rng.integers(0, days, half) * DAY + CROWDED_HOUR * HOUR + rng.integers(0, HOUR, half)
    halls = people(rng, at, rng.integers(0, 2, half), rng.random(half) < rate)
    return together(alone(rng, number - half, days, rate), halls)


def event(rng: np.random.Generator, number: int, days: int, rate: float) -> People:
    """An announced event and a newsletter, whose people convert as everybody else."""
    crowd = announced(rng, number, days, rate)
    is_too_keen = crowd.is_announced & (rng.random(len(crowd)) < 1 - 1 / KEENER)
    return crowd.changed(delay=np.where(is_too_keen, NEVER, crowd.delay))


WORLDS = (
    World("own networks", alone),
    World("twelve carriers", carriers),
    World("event and newsletter", event, VISITORS - EVENT - BURST),
    World("half by two networks", crowded, 3_500),
    World("offices", offices, is_independent=False),
)


def shares(runs: range, world: World, rate: float) -> list[Share]:
    """Return how often each wrong thing was said in these tests of a world."""
    wrong = dict.fromkeys(PROMISED[rate], 0)
    came = admitted = 0
    for run in runs:
        rng = np.random.default_rng([31, run])
        crowd = world.draw(rng, world.visitors, DAYS, rate)
        test = Test(crowd, rng, RULE)
        came, admitted = came + len(crowd), admitted + len(test.admitted)
        said = everything_said(test)
        for word in wrong:
            wrong[word] += word in said
    left_out = 1 - admitted / came
    return [
        Share(world, rate, says, number, len(runs), PROMISED[rate][says], left_out)
        for says, number in wrong.items()
    ]


def everything_said(test: Test) -> set[str]:
    """Return the verdicts and recommendations of all days, until the last window is over."""
    verdicts = [test.verdict(day) for day in range(RULE.minimum_days, DAYS + 2)]
    words = {verdict.word.replace("_", " ") for verdict in verdicts}
    return words | {verdict.choice for verdict in verdicts}
