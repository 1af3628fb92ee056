"""Founders who look every day and do what the page recommends, through the verdict's own code.

Each experiment is counted by the hour and judged at the end of every day by ``looks.look`` and
``verdict.judge``, as the dashboard does it. Imports numpy.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import numpy as np

from wbtest.publishing.rule import Hypothesis
from wbtest.results.looks import HOUR, HourCounts, look
from wbtest.results.selftest.lines import Line
from wbtest.results.selftest.worlds import ALPHA, BETA, STARTED, World
from wbtest.results.verdict import Life, judge
from wbtest.statistics.mixture import Ints

DAY = 24
# Visitors by the hour of the day: few at night, most in the evening.
BY_HOUR = np.array([1] * 7 + [4] * 10 + [8] * 5 + [3] * 2, dtype=np.float64)
# Most sign up at once, some think it over; nobody takes longer than the window of 24 hours.
DELAYS = np.array([0.8, *np.full(DAY - 1, 0.2 / (DAY - 1))])
# How many friends come on the first day, and how many of them sign up.
FRIENDS, FRIENDLY = 60, 0.4
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
        friends = rng.poisson(expected[:DAY] / world.habit.daily * FRIENDS, (DAY, arms))
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
        life = Life(STARTED, None, STARTED + timedelta(days=day), "UTC")
        looks = look(counted, rule, life.now)
        if choice := judge(rule, counted, looks, life).choice:
            return choice
    return ""


def _acts(wrong: str) -> tuple[str, ...]:
    """What a founder does who was told so."""
    return ("iterate", "stop") if wrong == "not met" else (wrong,)
