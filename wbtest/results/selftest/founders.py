"""Founders who look every day and do what the page recommends, through the verdict's own code.

Each experiment is counted by the hour and judged at the end of every day by ``looks.look`` and
``verdict.judge``, as the dashboard does it. Beside it stands what a founder would have done who
reads a z test each day. Imports numpy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from wbtest.audience.hour_rows import Row
from wbtest.publishing.rule import Hypothesis
from wbtest.results.looks import HOUR, HourCounts, look
from wbtest.results.selftest.lines import Line, counted
from wbtest.results.selftest.worlds import ALPHA, BETA, STARTED, TARGET, World
from wbtest.results.statistics.mixture import Ints
from wbtest.results.verdict import Life, judge

Random = np.random.Generator
Tick = Callable[[float], None]
DAY = 24
# Visitors by the hour of the day: few at night, most in the evening.
BY_HOUR = np.array([1] * 7 + [4] * 10 + [8] * 5 + [3] * 2, dtype=np.float64)
# Most sign up at once, some think it over; nobody takes longer than the window of 24 hours.
DELAYS = np.array([0.8, *np.full(DAY - 1, 0.2 / (DAY - 1))])
# Nobody trusts a z test before each variant has so many visitors.
Z_ONE, Z_AFTER = 1.644854, 30
# How soon friends have all come, how many, and how many of them sign up.
FRIEND_DAYS, FRIENDS, FRIENDLY = 1, 60, 0.4
# The least share of founders who should learn what is clearly so.
POWER = 0.8


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a founder did first, by the page and by a z test: go, iterate, stop or ''."""

    did: str
    visitors: int
    by_z_test: str


def verdicts(rng: Random, world: World, founders: int, tick: Tick) -> list[Line]:
    """Return what founders of a world were told: how often wrong, or how often right and when.

    ``tick`` is told which share of them is done.
    """
    group = "eager" if world.is_eager else "founders"
    outcomes = list(_outcomes(rng, world, founders, tick))
    lines = []
    for wrong in world.wrong:
        acts = ("iterate", "stop") if wrong == "not met" else (wrong,)
        hits = sum(outcome.did in acts for outcome in outcomes)
        peeked = sum(outcome.by_z_test in acts for outcome in outcomes) / founders
        bound = BETA if wrong == "not met" else ALPHA
        lines.append(
            counted(
                group,
                f"{wrong}: {world.name}",
                hits,
                founders,
                bound=bound if world.is_promised else None,
                # A z test of the target knows no floor.
                peeking=None if wrong == "iterate" else peeked,
            )
        )
    if world.right:
        hits = sum(outcome.did == world.right for outcome in outcomes)
        name = f"{world.right}, rightly: {world.name}"
        lines.append(counted(group, name, hits, founders, bound=POWER, is_least=True))
        visitors = sum(outcome.visitors for outcome in outcomes) / founders
        name = f"visitors until then: {world.name}"
        lines.append(Line(group, name, visitors, lives=founders, kind="visitors"))
    return lines


def _outcomes(rng: Random, world: World, founders: int, tick: Tick) -> Iterator[Outcome]:
    rule = world.rule
    for founder in range(founders):
        yield _live(rule, *_visits(rng, world, rule))
        tick((founder + 1) / founders)


def _visits(rng: Random, world: World, rule: Hypothesis) -> tuple[Ints, Ints, Ints]:
    """Those seen, conversions by when they arrived, and by when their visitor was seen."""
    arms = len(world.rates)
    days = (rule.ends_at("UTC") - STARTED).days
    expected = np.tile(BY_HOUR / BY_HOUR.sum(), days) * world.daily / arms
    rates = np.empty((len(expected), arms))
    for arm, rate in enumerate(world.rates):
        rates[:, arm] = rate(np.arange(len(expected)) / DAY)
    seen = rng.poisson(expected[:, None], rates.shape)
    converted = rng.binomial(seen, rates)
    if world.has_friends:
        when = expected[: FRIEND_DAYS * DAY]
        friends = rng.poisson((when / when.sum() * FRIENDS / arms)[:, None], (len(when), arms))
        seen[: len(when)] += friends
        converted[: len(when)] += rng.binomial(friends, FRIENDLY)
    # One window longer than visitors come, for their late answers.
    nobody = np.zeros((DAY, arms), dtype=np.int64)
    seen, converted = np.vstack([seen, nobody]), np.vstack([converted, nobody])
    arrived = np.zeros_like(converted)
    for hour, arm in zip(*np.nonzero(converted), strict=True):
        arrived[hour : hour + DAY, arm] += rng.multinomial(converted[hour, arm], DELAYS)
    return seen, arrived, converted


def _live(rule: Hypothesis, seen: Ints, arrived: Ints, converted: Ints) -> Outcome:
    """Look at the end of every day until the page recommends something to do."""
    did, visitors, by_z_test = "", int(seen.sum()), ""
    rows = [_rows(table) for table in (seen, arrived, converted)]
    for day in range(1, len(seen) // DAY + 1):
        over = day * DAY
        by_z_test = by_z_test or _z_test(seen[:over].sum(axis=0), arrived[:over].sum(axis=0))
        if not did and (did := _look(rule, day, *(table[:over] for table in rows))):
            visitors = int(seen[:over].sum())
    return Outcome(did, visitors, by_z_test)


def _look(
    rule: Hypothesis,
    day: int,
    seen: tuple[Row, ...],
    arrived: tuple[Row, ...],
    converted: tuple[Row, ...],
) -> str:
    """What the page recommends to do at the end of a day, or ''."""
    first = int(STARTED.timestamp())
    hours = HourCounts(
        started=first,
        weights=(1,) * len(seen[0]),
        hours=tuple(range(first, first + len(seen) * HOUR, HOUR)),
        seen=seen,
        arrived=arrived,
        # Some of the last day's are still to come; only those of whole windows are read.
        converted=converted,
    )
    life = Life(STARTED, None, STARTED + timedelta(days=day), "UTC")
    looks = look(
        hours,
        target=rule.target,
        floor=rule.floor,
        window_hours=rule.conversion_window_hours,
        now=life.now,
    )
    return judge(rule, hours, looks, life).choice


def _rows(table: Ints) -> tuple[Row, ...]:
    return tuple(map(tuple, table.tolist()))


def _z_test(seen: Ints, converted: Ints) -> str:
    """What a founder does today who reads a one-sided z test of each variant at 5 %."""
    if seen.min() < Z_AFTER:
        return ""
    score = (converted - seen * TARGET) / np.sqrt(seen * TARGET * (1 - TARGET))
    if score.max() >= Z_ONE:
        return "go"
    return "stop" if score.max() <= -Z_ONE else ""
