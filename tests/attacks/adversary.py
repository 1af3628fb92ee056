"""Somebody who knows the rule, the gate and the check, and looks for the cheapest way past them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import product
from typing import NamedTuple

import numpy as np

from tests.attacks.people import (
    BY_HOUR,
    DAY,
    DAYS,
    DESKTOP,
    DEVICES,
    HOUR,
    MIX,
    PHONE,
    TABLET,
    People,
    people,
    together,
)
from tests.attacks.simulation import DEFAULT, Test, default_rule
from tests.attacks.worlds import CARRIERS, WORLDS
from wbtest.publishing.rule import NetworkLimits

DAILY = 50
LOOKS = (7, 8)


class Plan(NamedTuple):
    """What an attacker does: ``signups`` and ``views`` in all, spread evenly over ``networks``.

    ``first`` and ``days`` say when, ``device`` on what; None is as everybody. ``inside`` says that
    the networks are those of the carriers that honest people use.
    """

    networks: int
    signups: int
    views: int
    first: int
    days: int
    device: int | None
    inside: bool = False

    @property
    def sent(self) -> int:
        """How many visits it takes."""
        return self.signups + self.views

    def draw(self, rng: np.random.Generator) -> People:
        """Return the people it pretends."""
        number = self.signups + self.views
        says_yes = np.arange(number) < self.signups
        # In turn, so that each network and each day gets its part of both.
        network = np.arange(number) % self.networks + (500 if self.inside else 0)
        day = self.first + (np.arange(number) // self.networks) % self.days
        hour = rng.choice(24, number, p=BY_HOUR)
        at = day * DAY + hour * HOUR + rng.integers(0, HOUR, number)
        device = (
            rng.choice(len(DEVICES), number, p=MIX)
            if self.device is None
            else np.full(number, self.device)
        )
        return together(people(rng, at, network, says_yes, device=device, is_false=True))


class Base(NamedTuple):
    """What is attacked: a page of a world with its true rate, and the word that is wanted."""

    world: str
    rate: float
    goal: str
    visitors: int = DAILY * DAYS


class Outcome(NamedTuple):
    """Of ``runs`` how many got the word that was wanted, and how many of these were not red."""

    runs: int
    flips: int
    unseen: int
    amber: int


@lru_cache(maxsize=4_096)
def honest(base: Base, run: int) -> tuple[People, bool]:
    """Return the honest crowd of a run, and whether it has the wanted word by itself."""
    rng = np.random.default_rng([11, run])
    crowd = WORLDS[base.world](rng, base.visitors, DAYS, base.rate)
    test = Test(crowd, np.random.default_rng([12, run]), default_rule())
    return crowd, test.told(LOOKS[-1]).verdict.word == base.goal


def try_out(
    plan: Plan, base: Base, runs: range, limits: NetworkLimits = DEFAULT, *, is_checked: bool = True
) -> Outcome:
    """Return what comes of it; runs that have the wanted word by themselves are left out."""
    counted = flips = unseen = amber = 0
    for run in runs:
        crowd, has_it = honest(base, run)
        if has_it:
            continue
        counted += 1
        false = plan.draw(np.random.default_rng([13, run]))
        test = Test(
            together(crowd, false), np.random.default_rng([12, run]), default_rule(), limits=limits
        )
        day = next((day for day in LOOKS if test.word(day) == base.goal), None)
        if day is None:
            continue
        flips += 1
        if is_checked:
            colour = test.told(day).colour
            unseen += colour != "red"
            amber += colour == "amber"
    return Outcome(counted, flips, unseen, amber)


class Found(NamedTuple):
    """The cheapest plan that was found, and what came of it; None where none was."""

    base: Base
    plan: Plan | None
    outcome: Outcome


# First tried on a few, then held on more.
FEW, MANY = range(6), range(100, 120)
NETWORKS = (1, 2, 3, 5, 8, 12, 16, 20, 30, 40)
# Days and hours matter little to the check, so a few ways of using them are tried.
SPANS = ((0, 7), (1, 1))
SIGNUPS = (10, 14, 18, 22, 26, 30, 36, 44, 60, 90, 140, 220)
VIEWS = (40, 80, 150, 300, 500, 800, 1_200, 1_800, 2_100)
# Beside each sign-up so many views, to hide it; of the views so many sign up, for the same.
HIDING = (0, 1, 2, 4, 6, 8)
SHARES = (0.0, 0.03, 0.05, 0.065)


def cheapest(base: Base, networks: tuple[int, ...] = NETWORKS) -> Found:
    """Return the plan with the fewest networks that flips half of the runs with nothing red."""
    nothing = Outcome(0, 0, 0, 0)
    enough = [*_enough(base)]
    for number in networks:
        for plan in sorted(_plans(base, number, enough), key=lambda plan: plan.sent):
            if not _works(try_out(plan, base, FEW), by="unseen"):
                continue
            outcome = try_out(plan, base, MANY)
            if _works(outcome, by="unseen"):
                return Found(base, plan, outcome)
    return Found(base, None, nothing)


def _works(outcome: Outcome, by: str) -> bool:
    return bool(outcome.runs) and getattr(outcome, by) * 2 >= outcome.runs


def _enough(base: Base) -> Iterator[tuple[int, int, int, int]]:
    """When, how many sign-ups and how many views: the fewest that flip half, and the next more.

    Where nobody checks it matters little from how many networks they come.
    """
    for (first, days), amounts in product(SPANS, _amounts(base)):
        works = False
        for signups, views in amounts:
            plan = Plan(100, signups, views, first, days, None)
            is_again, works = (
                works,
                works or _works(try_out(plan, base, FEW, is_checked=False), by="flips"),
            )
            if works:
                yield first, days, signups, views
            if is_again:
                break


def _plans(
    base: Base, networks: int, enough: Sequence[tuple[int, int, int, int]]
) -> Iterator[Plan]:
    for device, inside in product((None, PHONE, DESKTOP, TABLET), (False, True)):
        if inside and device not in (None, PHONE):
            continue
        if inside and (networks > CARRIERS or "carriers" not in base.world):
            continue
        for first, days, signups, views in enough:
            # More than the gate admits is sent in vain.
            if signups + views <= networks * days * DEFAULT.day:
                yield Plan(networks, signups, views, first, days, device, inside)


def _amounts(base: Base) -> list[list[tuple[int, int]]]:
    """Sign-ups and views, less first; a list for each way of hiding."""
    if base.goal == "met":
        return [[(signups, signups * times) for signups in SIGNUPS] for times in HIDING]
    return [[(round(views * share), views) for views in VIEWS] for share in SHARES]


def spread(rate: float, goal: str, networks: int, runs: range) -> Outcome:
    """Return what 60 sign-ups, or 600 views, from so many networks do to honest tests."""
    is_met = goal == "met"
    plan = Plan(networks, 60 * is_met, 600 * (not is_met), 2 * is_met, 3 if is_met else 7, None)
    return try_out(plan, Base("own networks", rate, goal), runs)
