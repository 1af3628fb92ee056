"""How often the verdict is wrong: computed at the boundary, simulated for founders who look daily.

After n visitors only the number x of conversions matters, so a rule is a bar on x for each n, and
the distribution of x is carried from visitor to visitor while what reaches the bar is taken out.
Simulated experiments are counted by the hour and judged at the end of every day by
``evidence_path.look`` and ``verdict.judge``, as the dashboard does it. Imports numpy.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Literal, NamedTuple

import numpy as np
from scipy import special

from wbtest import statistics
from wbtest.publishing.rule import Hypothesis
from wbtest.results.evidence_path import HOUR, HourCounts, look
from wbtest.results.verdict import RunPeriod, judge
from wbtest.statistics import Counts
from wbtest.statistics.mixture import Floats, Ints
from wbtest.statistics.operating_characteristics import greatest_below, least_above

# How often a whole run may call a bound broken that is kept: all simulated lines share it.
FALSE_ALARMS = 1e-4
# Sums of many floats; far below what any error in a formula changes.
ROUNDING = 1e-9


class Line(NamedTuple):
    """What was ``measured``: a share, or for evidence its mean.

    A line without ``bound`` informs only; ``is_least`` says that the bound is the least that will
    do. With 0 ``founders`` the line is computed. ``peeking`` is what somebody would get who looks
    as often at a z test.
    """

    group: str
    name: str
    measured: float
    bound: float | None = None
    founders: int = 0
    is_least: bool = False
    peeking: float | None = None

    @property
    def chance(self) -> float | None:
        """The chance of a result at least as bad, were the bound just kept; None when computed.

        The tail of the binomial distribution, exactly.
        """
        if self.bound is None or not self.founders:
            return None
        hits = round(self.measured * self.founders)
        if self.is_least:
            return float(special.bdtr(hits, self.founders, self.bound))
        # From scipy for fewer than 0 there is no answer.
        return float(special.bdtrc(hits - 1, self.founders, self.bound)) if hits else 1.0


def broken(lines: Sequence[Line]) -> list[Line]:
    """Return the lines whose bound is broken.

    A computed line breaks its bound when it is beyond it. A simulated one does when its chance is
    below ``FALSE_ALARMS`` over the number of simulated lines (Bonferroni).

    >>> broken([Line("founders", "go", 0.06, 0.05, 100)])
    []
    """
    simulated = sum(line.chance is not None for line in lines)
    return [line for line in lines if _is_broken(line, simulated)]


def _is_broken(line: Line, simulated: int) -> bool:
    if line.bound is None:
        return False
    if line.chance is None:
        return line.measured > line.bound + ROUNDING
    return line.chance < FALSE_ALARMS / simulated


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
            hoped_for=statistics.default_hoped_for(TARGET),
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
CAREFUL = Habit("founders", 120, 400, 1_296, 7, 14)
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


RATES = (0.005, 0.01, 0.02, 0.05, 0.1, 0.15)
VISITORS = 10_000
# At so many visitors the mean of the evidence is taken.
LOOKS = (10, 100, 1_000)
# One-sided at 5 %. Nobody trusts a z test earlier; before that it calls even more.
Z, Z_AFTER = 1.644854, 100
# Paths rarer than this are counted as called, so that no share is too small.
RAREST = 1e-15
TRIMMED_EVERY = 64


def one_rate(rate: float, visitors: int = VISITORS) -> list[Line]:
    """Return how often the page is ever called, a look after every visitor, and its evidence."""
    of_it = f"at its target of {100 * rate:g}%"
    n = np.arange(visitors + 1)
    width = Z * np.sqrt(n * rate * (1 - rate))
    z_go = np.where(n < Z_AFTER, n + 1, np.ceil(n * rate + width)).astype(np.int64)
    z_not_met = np.where(n < Z_AFTER, -1, np.floor(n * rate - width)).astype(np.int64)
    go, z = chance_above(go_bars(rate, visitors), rate), chance_above(z_go, rate)
    lines = [Line("go", f"go, {of_it}", go, ALPHA, peeking=z)]
    not_met, z = chance_below(not_met_bars(rate, visitors), rate), chance_below(z_not_met, rate)
    lines.append(Line("not_met", f"not met, {of_it}", not_met, ALPHA, peeking=z))
    for name, log_e in (("go", log_e_go), ("not met", statistics.log_e_below)):
        highest = max(mean_evidence(log_e, rate, seen) for seen in LOOKS)
        lines.append(Line("evidence", f"for {name}, {of_it}", highest, 1.0))
    return lines


def log_e_go(counts: Counts, target: float) -> float:
    """Return the log evidence for *go* under the usual rate hoped for."""
    return statistics.log_e_above(counts, target, statistics.default_hoped_for(target))


def mean_evidence(log_e: Callable[[Counts, float], float], rate: float, seen: int) -> float:
    """Return the mean of E after so many visitors: 1 where the rate is what is tested.

    >>> round(mean_evidence(log_e_go, 0.05, 100), 6)
    1.0
    """
    x = np.arange(seen + 1)
    ways = special.gammaln(seen + 1) - special.gammaln(x + 1) - special.gammaln(seen - x + 1)
    log_chances = ways + special.xlogy(x, rate) + special.xlog1py(seen - x, -rate)
    evidence = [log_e(Counts(seen, converted), rate) for converted in x.tolist()]
    return float(np.exp(log_chances + evidence).sum())


def go_bars(target: float, visitors: int) -> Ints:
    """Return the least x that is called above the target, for n = 0, 1, 2 …; n + 1 for none."""
    needed = statistics.evidence_needed(ALPHA)
    return least_above(lambda counts: log_e_go(counts, target), needed, visitors)


def not_met_bars(target: float, visitors: int) -> Ints:
    """Return the greatest x that is called below the target, for n = 0, 1, 2 …; −1 for none."""
    return greatest_below(target, statistics.evidence_needed(ALPHA), visitors)


def chance_above(bars: Ints, rate: float) -> float:
    """Return the chance that x, growing with this rate, is ever at its bar or above it.

    >>> round(chance_above(np.array([1, 1, 1]), 0.5), 2)
    0.75
    """
    alive, least, called = np.ones(1), 0, 0.0
    for n in range(1, len(bars)):
        alive = _after_one_more(alive, rate)
        stay = max(int(bars[n]) - least, 0)
        called += float(alive[stay:].sum())
        alive = alive[:stay]
        if n % TRIMMED_EVERY == 0 and alive.size:
            common = np.flatnonzero(alive > RAREST)
            first, last = (common[0], common[-1] + 1) if common.size else (0, 0)
            called += float(alive[:first].sum() + alive[last:].sum())
            alive, least = alive[first:last], least + int(first)
    return called


def chance_below(bars: Ints, rate: float) -> float:
    """Return the chance that x is ever at its bar or below it: those who did not convert."""
    n = np.arange(len(bars))
    return chance_above(n - bars, 1 - rate)


def _after_one_more(alive: Floats, rate: float) -> Floats:
    after = np.append(alive * (1 - rate), 0.0)
    after[1:] += alive * rate
    return after


DAY = 24
# Visitors by the hour of the day: few at night, most in the evening.
BY_HOUR = np.array([1] * 7 + [4] * 10 + [8] * 5 + [3] * 2, dtype=np.float64)
# Most sign up at once, some think it over; nobody takes longer than the window of 24 hours.
DELAYS = np.array([0.8, *np.full(DAY - 1, 0.2 / (DAY - 1))])
# How many friends come on the first day, and how many of them sign up.
FIRST_FRIENDS, FRIENDLY = 60, 0.4
# The least share of founders who should learn what is clearly so.
POWER = 0.8


def verdicts(
    rng: np.random.Generator, world: World, founders: int, tick: Callable[[int], None]
) -> list[Line]:
    """Return how often founders of a world were told what is wrong there, or what is right.

    ``tick`` is called with 1 after each founder.
    """
    told = []
    for _ in range(founders):
        told.append(first_choice(world.habit.rule, *visits(rng, world)))
        tick(1)
    lines = []
    for wrong in world.wrong:
        share = sum(did in _acts(wrong) for did in told) / founders
        bound = (BETA if wrong == "not met" else ALPHA) if world.is_promised else None
        lines.append(Line(world.habit.group, f"{wrong}: {world.name}", share, bound, founders))
    if world.right:
        share, name = told.count(world.right) / founders, f"{world.right}, rightly: {world.name}"
        lines.append(Line(world.habit.group, name, share, POWER, founders, is_least=True))
    return lines


def visits(rng: np.random.Generator, world: World) -> tuple[Ints, Ints, Ints]:
    """Return who was seen, conversions by when they arrived, and by when their visitor was seen.

    A row is an hour, a column a variant.
    """
    arms, days = len(world.rates), world.habit.days
    expected = np.tile(BY_HOUR / BY_HOUR.sum(), days)[:, None] * world.habit.daily / arms
    day = np.arange(days * DAY) / DAY
    seen = rng.poisson(expected, (len(day), arms))
    converted = rng.binomial(seen, np.stack([rate.at(day) for rate in world.rates], axis=1))
    if world.has_friends:
        friends = rng.poisson(expected[:DAY] / world.habit.daily * FIRST_FRIENDS, (DAY, arms))
        seen[:DAY] += friends
        converted[:DAY] += rng.binomial(friends, FRIENDLY)
    # One window longer than visitors come, for their late answers.
    seen, converted = (np.pad(table, ((0, DAY), (0, 0))) for table in (seen, converted))
    arrived = np.zeros_like(converted)
    for hour, arm in zip(*np.nonzero(converted), strict=True):
        arrived[hour : hour + DAY, arm] += rng.multinomial(converted[hour, arm], DELAYS)
    return seen, arrived, converted


def first_choice(rule: Hypothesis, seen: Ints, arrived: Ints, converted: Ints) -> str:
    """Return what the page recommends first, to a look at the end of every day; '' for nothing."""
    first, arms = int(STARTED.timestamp()), seen.shape[1]
    for day in range(1, len(seen) // DAY + 1):
        # Some conversions of the last day are still to come; only whole windows are read.
        rows = [table[: day * DAY] for table in (seen, arrived, converted)]
        hours = first + HOUR * np.arange(day * DAY)
        counted = HourCounts(first, (1,) * arms, hours, *rows)
        life = RunPeriod(STARTED, None, STARTED + timedelta(days=day), "UTC")
        looks = look(counted, rule, life.now)
        if choice := judge(rule, counted, looks, life).choice:
            return choice
    return ""


def _acts(wrong: str) -> tuple[str, ...]:
    """What a founder does who was told so."""
    return ("iterate", "stop") if wrong == "not met" else (wrong,)


# One computed rate takes about as long as so many founders.
EXACT_TICKS = 40


def length(number: int) -> int:
    """Return how many ticks it takes to measure with so many founders in each world."""
    return len(RATES) * EXACT_TICKS + len(WORLDS) * number


def computed(tick: Callable[[int], None]) -> list[Line]:
    """Return the lines without chance."""
    lines = []
    for rate in RATES:
        lines += one_rate(rate)
        tick(EXACT_TICKS)
    return lines


def simulated(number: int, seed: int, tick: Callable[[int], None]) -> list[Line]:
    """Return the lines of so many founders in each world; each world has its own randomness."""
    lines = []
    for place, world in enumerate(WORLDS):
        rng = np.random.default_rng([seed, place])
        lines += verdicts(rng, world, number, tick)
    return lines
