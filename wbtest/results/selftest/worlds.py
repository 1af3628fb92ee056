"""What is true of the pages that simulated founders test, and what is wrong to say of each."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from wbtest.publishing.rule import Hypothesis

if TYPE_CHECKING:
    from wbtest.statistics.mixture import Floats

Wrong = Literal["go", "not met", "iterate"]
TARGET, FLOOR, ALPHA, BETA = 0.08, 0.04, 0.05, 0.05
STARTED = datetime(2027, 3, 1, tzinfo=UTC)


class Rate(NamedTuple):
    """A rate that drifts by ``drift`` of itself within each week, and back."""

    start: float
    drift: float = 0.0

    def at(self, day: Floats) -> Floats:
        """Return the rate so many days after the start."""
        wave: Floats = (1 - np.cos(day / 7 * 2 * np.pi)) / 2
        return self.start * (1 + self.drift * wave)


class Habit(NamedTuple):
    """How a founder tests: visitors a day, and the rule."""

    group: str
    daily: int
    minimum_visitors: int
    maximum_visitors: int
    minimum_days: int
    days: int

    @property
    def rule(self) -> Hypothesis:
        """The sealed rule."""
        return Hypothesis(
            who="people",
            does="sign up",
            target=TARGET,
            floor=FLOOR,
            minimum_visitors=self.minimum_visitors,
            maximum_visitors=self.maximum_visitors,
            minimum_days=self.minimum_days,
            ends_on=(STARTED + timedelta(days=self.days - 1)).date(),
            if_met="build it",
            if_not_met="leave it",
            if_unclear="ask again",
            alpha=ALPHA,
            beta=BETA,
        )


class World(NamedTuple):
    """What is true: the rate of each variant, and whether friends come first.

    ``wrong`` is what may not be said more often than promised, ``right`` what should be said.
    Without ``is_promised`` the world shows a limit of what is promised.
    """

    name: str
    habit: Habit
    rates: tuple[Rate, ...]
    wrong: tuple[Wrong, ...] = ()
    right: str = ""
    has_friends: bool = False
    is_promised: bool = True


# The least visitors and days that we propose, and the most that is planned for two variants.
CAREFUL = Habit("founders", 120, 400, 1_426, 7, 14)
# A verdict from the first day on.
EAGER = Habit("eager", 100, 1, 2_800, 1, 28)
FALLING, RISING = Rate(TARGET, -0.4), Rate(TARGET, 0.4)
AT_TARGET, AT_FLOOR, HALF = Rate(TARGET), Rate(FLOOR), Rate(TARGET / 2)
GOOD, HOPELESS = Rate(1.5 * TARGET), Rate(TARGET / 4)
FRIENDS = "60 friends first, then half the target"

# *Go* is wrong where nobody is above the target, *not met* where somebody is not below it, and
# *iterate* where nobody is above the floor.
WORLDS = (
    World("at the target", CAREFUL, (AT_TARGET, AT_TARGET), ("go", "not met")),
    World(
        "one at the target, one at half the floor",
        CAREFUL,
        (AT_TARGET, Rate(FLOOR / 2)),
        ("go", "not met"),
    ),
    World("at the floor", CAREFUL, (AT_FLOOR, AT_FLOOR), ("go", "iterate")),
    World(FRIENDS, CAREFUL, (HALF, HALF), ("go",), has_friends=True),
    World("1.5 × target", CAREFUL, (GOOD, GOOD), right="go"),
    World("a quarter of the target", CAREFUL, (HOPELESS, HOPELESS), right="stop"),
    World("at the target", EAGER, (AT_TARGET,), ("go", "not met")),
    World("at the floor", EAGER, (AT_FLOOR,), ("go", "iterate")),
    World("drifts, up to the target at most", EAGER, (FALLING,), ("go",)),
    World("drifts, down to the target at least", EAGER, (RISING,), ("not met",)),
    World("1.5 × target", EAGER, (GOOD,), right="go"),
    World(FRIENDS, EAGER, (HALF,), ("go",), has_friends=True, is_promised=False),
)
