"""Everything the self-test measures, in order, for a minute or for as long as it takes."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from wbtest.publishing.rule import MOST_VARIANTS
from wbtest.results.selftest import exact, founders, several, two
from wbtest.results.selftest.lines import Line
from wbtest.results.selftest.worlds import WORLDS, World

Tick = Callable[[float], None]
Run = Callable[[np.random.Generator, Tick], list[Line]]
SPLITS = ((1, 1), (4, 1))


class Size(NamedTuple):
    """How much is measured: visitors of a life, lives of a simulation, founders of a world."""

    visitors: int
    lives: int
    founders: int


QUICK = Size(visitors=3_000, lives=2_000, founders=0)
FULL = Size(visitors=20_000, lives=10_000, founders=1_000)
# In simulations every visitor costs time in every life.
MOST_VISITORS = 6_000
# Two variants are watched by as many visitors as a small page ever has.
PEEKING_VISITORS = 10_000


class Step(NamedTuple):
    """One measurement; ``weight`` is about how many hundredths of a second it takes."""

    weight: int
    run: Run


def steps(size: Size) -> list[Step]:
    """Return the measurements: first what is computed, then what is simulated."""
    return [*_exact(size), *_several(size), *_two(size), *_founders(size)]


def measure(size: Size, seed: int, tell: Callable[[int], None]) -> list[Line]:
    """Return all lines; ``tell`` is called with how far it is, in the sum of the weights.

    Every step has randomness of its own, so each comes out the same whatever runs beside it.
    """
    lines: list[Line] = []
    done = 0
    for number, step in enumerate(steps(size)):

        def tick(share: float, before: int = done, weight: int = step.weight) -> None:
            tell(before + int(share * weight))

        lines += step.run(np.random.default_rng([seed, number]), tick)
        done += step.weight
        tell(done)
    return lines


def _exact(size: Size) -> list[Step]:
    visitors, conversions = size.visitors, size.visitors // 5
    weight = max(visitors // 200, 1)
    less = max(weight // 5, 1)
    return [
        *(Step(weight, _sure(exact.one_rate, rate, visitors)) for rate in exact.RATES),
        *(Step(less, _sure(exact.lift, split, conversions, visitors)) for split in SPLITS),
        *(
            Step(less, _sure(exact.ratio, times, split, conversions))
            for times in (0.5, 1.0, 2.0)
            for split in SPLITS
        ),
        Step(less, _sure(exact.two_way_split, visitors)),
        *(Step(14, _sure(exact.power, target)) for target in exact.TARGETS),
    ]


def _several(size: Size) -> list[Step]:
    lives, visitors = size.lives, min(size.visitors, MOST_VISITORS)
    weight = max(lives * visitors // 1_000_000, 1)
    steps = []
    for arms in range(1, MOST_VARIANTS + 1):
        for is_even, is_steady in ((True, True), (False, False)):
            setting = {"is_even": is_even, "is_steady": is_steady}
            go = _by_chance(several.false_go, arms, lives, visitors, **setting)
            steps.append(Step(weight * (3 + arms), go))
            if arms > 1:
                best = _by_chance(several.false_best, arms, lives, visitors, **setting)
                steps.append(Step(weight * 3, best))
    tie = _by_chance(several.false_best, 3, lives, visitors, is_tie=True)
    not_met = _by_chance(several.false_not_met, 3, lives, visitors)
    return [*steps, Step(3 * weight, tie), Step(3 * weight, not_met)]


def _two(size: Size) -> list[Step]:
    lives, visitors = size.lives // 2, min(size.visitors, PEEKING_VISITORS)
    weight = max(lives * visitors // 200_000, 1)
    return [
        *(
            Step(weight, _by_chance(two.peeking_at_two, rate, lives // 2, visitors))
            for rate in (0.01, 0.05, 0.1)
        ),
        *(Step(weight, _by_chance(two.sooner, pair, lives // 2)) for pair in two.PAIRS),
    ]


def _founders(size: Size) -> list[Step]:
    def run(world: World) -> Run:
        return lambda rng, tick: founders.verdicts(rng, world, size.founders, tick)

    return [Step(size.founders, run(world)) for world in WORLDS if size.founders]


def _sure(measured: Callable[..., list[Line]], *given: object) -> Run:
    """A measurement without chance."""
    return lambda _rng, _tick: measured(*given)


def _by_chance(measured: Callable[..., list[Line]], *given: object, **setting: object) -> Run:
    return lambda rng, _tick: measured(rng, *given, **setting)
