"""How long a test will take, and what speaks against it, in sentences. Pure."""

from math import ceil
from typing import NamedTuple

from wbtest.publishing.asked import Asked, find_fault
from wbtest.publishing.in_words import as_percent
from wbtest.publishing.objections import Objection, objections, visitors_a_day
from wbtest.publishing.planner import Planned, plan_for

WEEKS_A_YEAR = 52
TOO_MANY = "No page has as many visitors as that takes. Choose a higher target."


class Advice(NamedTuple):
    """The plan in a sentence, '' when there is none, and what speaks against it.

    ``holds`` says at which rates the plan holds.
    """

    sentence: str
    holds: str = ""
    objections: tuple[Objection, ...] = ()
    plan: Planned | None = None

    @property
    def warnings(self) -> tuple[str, ...]:
        """Each objection with its next step, as the form says it."""
        return tuple(map(str, self.objections))


def advise(asked: Asked) -> Advice:
    """Return what a test takes, or the one objection that says why that cannot be planned."""
    if fault := find_fault(asked):
        return Advice("", objections=(Objection("fault", fault),))
    try:
        plan = plan_for(asked)
    except ValueError:
        return Advice("", objections=(Objection("fault", TOO_MANY),))
    against = tuple(objections(asked, plan))
    return Advice(plan_sentence(plan, asked), holds_at(plan, asked), against, plan)


def plan_sentence(plan: Planned, asked: Asked) -> str:
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
    return f"With {visitors_a_day(asked)} you know {_span(*days)}: {rest}"


def holds_at(plan: Planned, asked: Asked) -> str:
    """Return at which rates the plan holds; nearer to the target nothing is promised."""
    good, bad = as_percent(_short(plan.hoped_for)), as_percent(_short(asked.target / 2))
    rates = (
        f"{good} or more {asked.do}, or {bad} or fewer"
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


def _short(rate: float) -> float:
    """In three digits, unless those say all of them."""
    short = float(f"{rate:.3g}")
    return short if short < 1 else rate
