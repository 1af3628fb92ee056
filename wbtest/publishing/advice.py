"""How long a test will take, and what speaks against it, in sentences. Pure.

The planner is an argument, since it belongs to a higher area.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from math import ceil
from typing import Protocol

from wbtest.publishing.in_words import as_percent
from wbtest.publishing.rule import LONGEST_TEST, MOST_VARIANTS

POWER = 0.8
MOST_DAILY = 10_000_000
WEEKS_A_YEAR = 52
TOO_MANY = "No page has as many visitors as that takes. Choose a higher target."
# A target beyond these is no way out: hardly any page reaches it, or it is another test.
BOLDEST, TIMES_BOLDER = 0.3, 2


class Plan(Protocol):
    """What a test needs, and what else its visitors could tell.

    ``per_variant`` visitors as a rule and ``visitors`` at most over all variants, in ``days`` of
    whole weeks, at the rate ``hoped_for``. Over all variants as well: ``apart`` to say which of
    them is better, ``between`` to find a rate in the middle of floor and target.
    """

    @property
    def per_variant(self) -> int: ...
    @property
    def visitors(self) -> int: ...
    @property
    def days(self) -> int: ...
    @property
    def hoped_for(self) -> float: ...
    @property
    def apart(self) -> int: ...
    @property
    def between(self) -> int: ...


class Planner(Protocol):
    """Rates are fractions, ``daily`` are visitors over all variants. Raises ValueError."""

    def __call__(
        self,
        *,
        target: float,
        floor: float,
        alpha: float,
        power: float,
        daily: float,
        variants: int,
    ) -> Plan: ...


@dataclass(frozen=True, slots=True)
class Asked:
    """A test that somebody thinks of; what is None was not said.

    ``daily`` and the visitors at most and at least are those over all variants.
    """

    target: float
    floor: float
    alpha: float = 0.05
    variants: int = 1
    daily: float | None = None
    minimum_visitors: int = 0
    minimum_days: int = 0
    maximum_visitors: int | None = None
    today: date | None = None
    ends_on: date | None = None

    @property
    def days(self) -> int | None:
        """The days until the last one, as the launch check counts them; None for none."""
        days = (self.ends_on - self.today).days if self.ends_on and self.today else 0
        return days if days > 0 else None

    @property
    def expected(self) -> int | None:
        """How many visitors come until the last day, None while that cannot be said."""
        return int(self.daily * self.days) if self.daily and self.days else None

    @property
    def counted(self) -> int | None:
        """How many of them the rule lets in."""
        known = [most for most in (self.expected, self.maximum_visitors) if most]
        return min(known, default=None)


@dataclass(frozen=True, slots=True)
class Advice:
    """The plan in a sentence, '' when there is none, and each warning with its next step.

    ``holds`` says at which rates the plan holds.
    """

    sentence: str
    holds: str = ""
    warnings: tuple[str, ...] = ()
    plan: Plan | None = None


def advise(asked: Asked, planner: Planner) -> Advice:
    """Return what a test takes, or the one warning that says why that cannot be planned."""
    if fault := find_fault(asked):
        return Advice("", warnings=(fault,))
    try:
        plan = plan_for(asked, planner)
    except ValueError:
        return Advice("", warnings=(TOO_MANY,))
    warnings = tuple(_warnings(asked, plan, planner))
    return Advice(plan_sentence(plan, asked), holds_at(plan, asked), warnings, plan)


def plan_for(asked: Asked, planner: Planner) -> Plan:
    """Return the plan. Raises ValueError for what cannot be planned with."""
    return planner(
        target=asked.target,
        floor=asked.floor,
        alpha=asked.alpha,
        power=POWER,
        daily=asked.daily or 1,
        variants=asked.variants,
    )


def find_fault(asked: Asked) -> str:
    """The sentence that says what cannot be planned with, or ''."""
    rates = (asked.target, asked.floor, asked.alpha)
    if not all(0 < rate < 1 for rate in rates):
        return "Give target, floor and risk as rates above 0 % and below 100 %."
    if asked.floor >= asked.target:
        return "The floor must lie below the target."
    if not 1 <= asked.variants <= MOST_VARIANTS:
        return f"Plan with 1 to {MOST_VARIANTS} variants: an experiment has no more."
    if asked.daily is not None and not 1 <= asked.daily <= MOST_DAILY:
        return f"Give 1 to {MOST_DAILY:,} visitors a day, or leave it empty."
    return ""


def plan_sentence(plan: Plan, asked: Asked) -> str:
    """Return when the team will know, from the usual number of visitors to the planned one.

    The first end is what a test takes on average when the true rate is half as high again as the
    target, the second is what to plan on. Both are at least what the rule waits for, in whole
    weeks, since every weekday must weigh the same. Measured by simulation, with a look every day: a
    page that good, or half as good as the target, is known by the first end in about half of all
    tests (48 and 64 %), by the second in nearly all (93 and 100 %). Of two variants of which one is
    that good: 39 and 87 %; of four: 36 and 80 %. A rate of 1.25 × target is known by then in 30 %.

    >>> from types import SimpleNamespace
    >>> plan = SimpleNamespace(per_variant=330, visitors=720, days=21, hoped_for=0.12)
    >>> plan_sentence(plan, Asked(target=0.08, floor=0.04, daily=40))
    'With 40 visitors a day you know in 2 to 3 weeks: after about 330 visitors; plan on 720.'
    """
    usual = max(asked.variants * plan.per_variant, asked.minimum_visitors)
    most = max(plan.visitors, usual)
    rest = f"after about {usual:,} visitors; plan on {most:,}."
    if not asked.daily:
        return f"You know {rest}"
    days = [max(visitors / asked.daily, asked.minimum_days) for visitors in (usual, most)]
    return f"With {asked.daily:,.10g} visitors a day you know {_span(*days)}: {rest}"


def holds_at(plan: Plan, asked: Asked) -> str:
    """Return at which rates the plan holds; nearer to the target nothing is promised."""
    good, bad = as_percent(_short(plan.hoped_for)), as_percent(_short(asked.target / 2))
    rates = (
        f"{good} or more sign up, or {bad} or fewer"
        if asked.variants == 1
        else f"a variant reaches {good}, or all stay at {bad} or below"
    )
    return f"Most likely so if {rates}. In between it may stay open."


def _span(usual: float, most: float) -> str:
    first, last = ceil(usual / 7), ceil(most / 7)
    if first > WEEKS_A_YEAR:
        return "after more than a year"
    if last > WEEKS_A_YEAR:
        return f"after {first} weeks, or only after more than a year"
    if first < last:
        return f"in {first} to {last} weeks"
    return f"in {last} weeks" if last > 1 else "in a week"


def _warnings(asked: Asked, plan: Plan, planner: Planner) -> Iterator[str]:
    needed = max(plan.visitors, asked.minimum_visitors)
    if asked.expected is not None and asked.expected < needed:
        yield (
            f"{asked.daily:,.10g} visitors a day make {asked.expected:,} until the last day; plan "
            f"on {needed:,}. {_ways_out(asked, needed, planner)}"
        )
    if asked.maximum_visitors is not None and asked.maximum_visitors < plan.visitors:
        yield (
            f"The rule stops at {asked.maximum_visitors:,} visitors; plan on {plan.visitors:,}. "
            "Raise “Visitors at most” under “More settings”."
        )
    if asked.counted is None:
        return
    if asked.variants > 1 and asked.counted < plan.apart:
        yield (
            f"{asked.variants} variants cost more than they tell: which is better takes about "
            f"{plan.apart:,} visitors, and at most {asked.counted:,} are counted. "
            f"{_one_fewer(asked, plan)}"
        )
    if max(asked.counted, plan.visitors) < plan.between:
        lower = _find_floor(asked, max(asked.counted, plan.visitors), planner)
        yield (
            f"Floor and target lie too near each other: to find a rate between them takes about "
            f"{plan.between:,} visitors. "
            + (f"A floor of {as_percent(lower)} would do." if lower else "Lower the floor.")
        )


def _ways_out(asked: Asked, needed: int, planner: Planner) -> str:
    """What would do instead: more visitors, a later day, or a target that is told sooner."""
    assert asked.today is not None, "only asked where visitors are expected"
    assert asked.daily is not None, "only asked where visitors are expected"
    assert asked.days is not None, "only asked where visitors are expected"
    ways = [f"{ceil(needed / asked.days):,} a day"]
    days = ceil(needed / asked.daily)
    if days <= LONGEST_TEST:
        day = asked.today + timedelta(days=days)
        ways.append(f"a last day of {day.day} {day:%B %Y} or later")
    if target := _find_target(asked, planner):
        ways.append(f"a target of {as_percent(target)}")
    return f"Enough would be {', or '.join(ways)}."


def _one_fewer(asked: Asked, plan: Plan) -> str:
    visitors = plan.visitors // asked.variants
    if not asked.daily:
        return f"One fewer saves {visitors:,} visitors."
    days = ceil(visitors / asked.daily)
    return f"One fewer saves {'a day' if days == 1 else f'{days:,} days'}."


def _find_target(asked: Asked, planner: Planner) -> float | None:
    """The next target for which the expected visitors do, or None."""
    assert asked.expected is not None, "only asked where visitors are expected"
    if asked.minimum_visitors > asked.expected:
        return None
    for rate in _rates_from(asked.target, min(TIMES_BOLDER * asked.target, BOLDEST)):
        if plan_for(replace(asked, target=rate), planner).visitors <= asked.expected:
            return rate
    return None


def _find_floor(asked: Asked, visitors: int, planner: Planner) -> float | None:
    """The highest floor at which so many visitors tell what is between it and the target."""
    below = [rate for rate in _rates_from(0.0, asked.floor) if rate < asked.floor]
    for rate in reversed(below):
        if plan_for(replace(asked, floor=rate), planner).between <= visitors:
            return rate
    return None


def _rates_from(low: float, high: float) -> Iterator[float]:
    """Rates that one would choose, in the steps in which one chooses: 1.9 %, 2 %, 2.5 %."""
    for tenths in range(1, round(1000 * high) + 1):
        if tenths <= 20 or tenths % 5 == 0:
            rate = tenths / 1000
            if rate > low:
                yield rate


def _short(rate: float) -> float:
    return float(f"{rate:.3g}")
