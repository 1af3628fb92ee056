"""How long a test will take, and what speaks against it, for the author of its rule. Pure.

The form of a rule says it while somebody types, and the launch check warns of it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from math import ceil
from typing import Literal, NamedTuple

from wbtest import statistics
from wbtest.publishing import proposals
from wbtest.publishing.rule import (
    ACTS,
    ALPHA,
    BETA,
    LONGEST_TEST,
    LOW_HOPE,
    MOST_VARIANTS,
    Hypothesis,
    end_fault,
)
from wbtest.publishing.rule_text import as_percent
from wbtest.statistics.planning import between_visitors

MOST_DAILY = 10_000_000
MOST_DAYS = 365
# Of a smaller one, one minus it is one to a computer; and no page has as many visitors.
LEAST_RISK = 1e-6
# More than any page has.
MOST_VISITORS = 1_000_000_000
POWER = 0.8
# A target beyond these is no way out: hardly any page reaches it, or it is another test.
BOLDEST, TIMES_BOLDER = 0.3, 2
RAISE_MOST = "Raise “Maximum visitors” under “More settings”."
WEEKS_A_YEAR = 52
TOO_MANY = "No page gets that many visitors. Choose a higher target."


@dataclass(frozen=True, slots=True)
class PlanRequest:
    """A test that somebody thinks of; what is None was not said.

    ``daily`` and the visitors at most and at least are those over all variants; ``do`` is what a
    visitor must do to count. Without a rate ``hoped_for`` it is the usual one.
    """

    target: float
    floor: float
    alpha: float = ALPHA
    beta: float = BETA
    variants: int = 1
    daily: float | None = None
    minimum_visitors: int = 0
    minimum_days: int = 0
    maximum_visitors: int | None = None
    today: date | None = None
    ends_on: date | None = None
    do: str = ACTS["signup"].do
    hoped_for: float | None = None
    knows_team: bool = False

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


def plan_request(
    rule: Hypothesis, *, variants: int, daily: float | None, today: date
) -> PlanRequest:
    """Return the test that a rule asks for, with ``daily`` visitors over all variants."""
    return PlanRequest(
        rule.target,
        rule.floor,
        rule.alpha,
        rule.beta,
        variants=variants,
        daily=daily,
        minimum_visitors=rule.minimum_visitors,
        minimum_days=rule.minimum_days,
        maximum_visitors=rule.maximum_visitors,
        today=today,
        ends_on=rule.ends_on,
        do=ACTS[rule.conversion].do,
        hoped_for=rule.chosen_hope,
        knows_team=rule.knows_team,
    )


def find_request_fault(asked: PlanRequest) -> str:
    """The sentence that says what cannot be planned with, or ''."""
    rates = (asked.target, asked.floor, asked.alpha, asked.beta)
    if not all(0 < rate < 1 for rate in rates):
        return "Enter target, floor and risk above 0% and below 100%."
    if min(asked.alpha, asked.beta) < LEAST_RISK:
        return f"Enter a risk of {100 * LEAST_RISK:.4f}% or more."
    if asked.floor >= asked.target:
        return "The floor must be below the target."
    if asked.hoped_for is not None and not asked.target < asked.hoped_for < 1:
        return LOW_HOPE
    if not 1 <= asked.variants <= MOST_VARIANTS:
        return f"Enter 1 to {MOST_VARIANTS} variants."
    if asked.daily is not None and not 1 <= asked.daily <= MOST_DAILY:
        return f"Enter 1 to {MOST_DAILY:,} visitors a day, or leave it empty."
    if asked.maximum_visitors is not None and asked.maximum_visitors <= asked.minimum_visitors:
        return (
            f"The rule waits for {asked.minimum_visitors:,} visitors and stops at "
            f"{asked.maximum_visitors:,}. Set the maximum above the minimum."
        )
    if asked.minimum_days > MOST_DAYS:
        return f"Enter 1 to {MOST_DAYS} days."
    return ""


class Planned(NamedTuple):
    """What a test needs: ``visitors`` at most over all variants.

    ``per_variant`` is what it takes on average, if the true rate is the one ``hoped_for``. Over all
    variants, ``apart`` visitors say which of two is better, one at the target and one at the rate
    hoped for, and ``apart_at_most`` pay for a look each day. ``between`` find a rate in the middle
    of floor and target, below the one and above the other, so that the team is told to write
    another draft.
    """

    visitors: int
    per_variant: int
    hoped_for: float
    apart: int
    apart_at_most: int
    between: int


def plan_for(asked: PlanRequest) -> Planned:
    """Return the plan. Raises ValueError, with a sentence, for what cannot be planned with."""
    variants = asked.variants
    needed = plan_within_limits(
        target=asked.target,
        floor=asked.floor,
        alpha=asked.alpha,
        power=POWER,
        daily=asked.daily or 1,
        variants=variants,
        hoped_for=asked.hoped_for,
    )
    rates = asked.target, needed.hoped_for
    pair = statistics.comparison_visitors(rates, (1, 1), asked.alpha, POWER) if variants > 1 else 0
    return Planned(
        visitors=needed.maximum_visitors,
        per_variant=needed.fixed_visitors,
        hoped_for=needed.hoped_for,
        apart=ceil(variants * pair / 2),
        apart_at_most=variants * pair,
        between=between_visitors(
            asked.target, asked.floor, asked.alpha, asked.beta, POWER, variants
        ),
    )


def plan_within_limits(
    *,
    target: float,
    floor: float,
    alpha: float,
    power: float,
    daily: float,
    variants: int,
    hoped_for: float | None = None,
) -> statistics.Plan:
    """Return the plan of ``statistics.plan``. Raises ValueError also for what no page can be.

    That is more than six variants, ten million visitors a day, or a thousand million in all; or
    less than one false go in a million tests.
    """
    if variants > MOST_VARIANTS:
        raise ValueError(f"variants must be at most {MOST_VARIANTS}, not {variants}")
    if daily > MOST_DAILY:
        raise ValueError(f"daily visitors must be at most {MOST_DAILY:,}, not {daily:,.10g}")
    if 0 < alpha < LEAST_RISK:
        raise ValueError(f"alpha must be at least {LEAST_RISK:.6f}, not {alpha:g}")
    try:
        needed = statistics.plan(
            target=target,
            floor=floor,
            alpha=alpha,
            power=power,
            daily=daily,
            variants=variants,
            hoped_for=hoped_for,
        )
    except (OverflowError, ZeroDivisionError):
        needed = None
    if needed is None or needed.maximum_visitors > MOST_VISITORS:
        raise ValueError(
            f"to tell a rate from a target of {100 * target:g}% would take more than "
            f"{MOST_VISITORS:,} visitors, and no page gets that many"
        )
    return needed


class Objection(NamedTuple):
    """What is the case, and what would do instead; ``what`` is what it is about."""

    what: Literal["fault", "end", "reach", "traffic", "maximum", "compared", "floor"]
    sentence: str
    todo: str = ""

    def __str__(self) -> str:
        return f"{self.sentence} {self.todo}".rstrip()


def objections(asked: PlanRequest, plan: Planned) -> Iterator[Objection]:
    """Yield what speaks against the test, the most pressing first."""
    if asked.ends_on and asked.today:
        late = end_fault(asked.ends_on, asked.today, asked.minimum_days)
        if late:
            yield Objection("end", late)
    yield from _too_few(asked, plan)
    if asked.counted is None:
        return
    if asked.variants > 1 and asked.counted < plan.apart_at_most:
        yield Objection(
            "compared",
            f"Test fewer variants. Telling {asked.variants} apart takes about {plan.apart:,} "
            f"visitors, up to {plan.apart_at_most:,}, and at most {asked.counted:,} count.",
            _one_fewer(asked, plan),
        )
    known = max(asked.counted, plan.visitors)
    if known < plan.between:
        yield Objection(
            "floor",
            f"Floor and target are too close for {known:,} visitors. Finding a rate between them "
            f"takes about {plan.between:,}.",
            _enough_between(asked, plan, known),
        )


def visitors_a_day(asked: PlanRequest) -> str:
    """Return how many come a day, in words."""
    return f"{asked.daily:,.10g} visitor{'' if asked.daily == 1 else 's'} a day"


def _too_few(asked: PlanRequest, plan: Planned) -> Iterator[Objection]:
    needed = max(plan.visitors, asked.minimum_visitors)
    if asked.expected is not None and asked.expected < needed:
        yield Objection(
            "traffic",
            f"{visitors_a_day(asked)} make {asked.expected:,} by the last day. "
            f"Allow for up to {needed:,}.",
            _ways_out(asked, needed),
        )
    if asked.maximum_visitors is not None and asked.maximum_visitors < plan.visitors:
        yield Objection(
            "maximum",
            f"The rule stops at {asked.maximum_visitors:,} visitors. "
            f"Allow for up to {plan.visitors:,}.",
            RAISE_MOST,
        )


def _ways_out(asked: PlanRequest, needed: int) -> str:
    """What would do instead: more visitors, a later day, or a target that is told sooner."""
    assert asked.today is not None, "only asked where visitors are expected"
    assert asked.daily is not None, "only asked where visitors are expected"
    assert asked.days is not None, "only asked where visitors are expected"
    ways = [f"{ceil(needed / asked.days):,} a day"]
    days = ceil(needed / asked.daily)
    if days <= LONGEST_TEST:
        day = asked.today + timedelta(days=days)
        ways.append(f"a last day of {day.day} {day:%B %Y} or later")
    if target := _find_target(asked):
        ways.append(f"a target of {as_percent(target)}")
    return f"You’d need {', or '.join(ways)}."


def _one_fewer(asked: PlanRequest, plan: Planned) -> str:
    visitors = plan.visitors // asked.variants
    if not asked.daily:
        return f"One fewer variant saves {visitors:,} visitors."
    days = ceil(visitors / asked.daily)
    return f"One fewer variant saves {'a day' if days == 1 else f'{days:,} days'}."


def _enough_between(asked: PlanRequest, plan: Planned, known: int) -> str:
    """What would do to find a rate between floor and target: more visitors, or a lower floor."""
    more = []
    if asked.days and asked.expected is not None and asked.expected < plan.between:
        more.append(f"{ceil(plan.between / asked.days):,} a day")
    if asked.maximum_visitors is not None and asked.maximum_visitors < plan.between:
        more.append(f"“Maximum visitors” of {plan.between:,}")
    ways = [" with ".join(more)] if more and plan.between <= MOST_DAILY else []
    if lower := _find_floor(asked, known):
        ways.append(f"a floor of {as_percent(lower)}")
    return f"You’d need {', or '.join(ways)}." if ways else "Lower the floor."


def _find_target(asked: PlanRequest) -> float | None:
    """The next target for which the expected visitors do, or None."""
    assert asked.expected is not None, "only asked where visitors are expected"
    # A target nearer to the rate hoped for takes more.
    if asked.minimum_visitors > asked.expected or asked.hoped_for is not None:
        return None
    for rate in _rates_from(asked.target, min(TIMES_BOLDER * asked.target, BOLDEST)):
        if plan_for(replace(asked, target=rate)).visitors <= asked.expected:
            return rate
    return None


def _find_floor(asked: PlanRequest, visitors: int) -> float | None:
    """The highest floor at which so many visitors tell what is between it and the target."""
    below = [rate for rate in _rates_from(0.0, asked.floor) if rate < asked.floor]
    # The lower the floor, the fewer it takes.
    count = bisect_right(
        below, visitors, key=lambda rate: plan_for(replace(asked, floor=rate)).between
    )
    return below[count - 1] if count else None


def _rates_from(low: float, high: float) -> Iterator[float]:
    """Rates that one would choose, in the steps in which one chooses: 1.9%, 2%, 2.5%."""
    for tenths in range(1, round(1000 * high) + 1):
        if tenths <= 20 or tenths % 5 == 0:
            rate = tenths / 1000
            if rate > low:
                yield rate


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


def advise(asked: PlanRequest) -> Advice:
    """Return what a test takes, or the one objection that says why that cannot be planned."""
    if fault := find_request_fault(asked):
        return Advice("", objections=(Objection("fault", fault),))
    try:
        plan = plan_for(asked)
    except ValueError:
        return Advice("", objections=(Objection("fault", TOO_MANY),))
    proposal = proposals.find_proposal(
        *(asked.target, asked.floor, asked.minimum_visitors, asked.maximum_visitors),
        plan.hoped_for,
        is_warm=asked.knows_team,
        variants=asked.variants,
        risks=(asked.alpha, asked.beta),
    )
    if proposal is None:
        against = tuple(objections(asked, plan))
        return Advice(plan_sentence(plan, asked), holds_at(plan, asked), against, plan)
    return _advise_on(proposal, asked, plan)


def _advise_on(proposal: proposals.Proposal, asked: PlanRequest, plan: Planned) -> Advice:
    """The same for the people for whom it was proposed, and what such a test can tell.

    Nobody is asked for more of them to find a rate between floor and target: that it may stay open
    is said already.
    """
    plan = plan._replace(visitors=proposal.people, per_variant=proposal.visitors, between=0)
    against = tuple(objections(asked, plan))
    sentence = proposal.sentence(asked.do)
    if short := proposal.shortfall(asked.do):
        against = (Objection("reach", short, proposal.ways_out(asked.do)), *against)
        return Advice(sentence, objections=against, plan=plan)
    return Advice(plan_sentence(plan, asked), sentence, against, plan)


def plan_sentence(plan: Planned, asked: PlanRequest) -> str:
    """Return when the team will know, from the usual number of visitors to the planned one.

    The first end is what a test takes on average when the true rate is half as high again as the
    target, the second is what to plan on. Both are at least what the rule waits for, in whole
    weeks, since every weekday must weigh the same. Measured by simulation, with a look every day: a
    page that good, or half as good as the target, is known by the first end in about half of all
    tests (48 and 64 %), by the second in nearly all (93 and 100 %). Of two variants of which one is
    that good: 39 and 87 %; of four: 36 and 80 %. A rate of 1.25 × target is known by then in 30 %.
    A proposed rule ends instead after the people who can be reached, and its first end is the mean
    for the slower of its two ideas.

    >>> from types import SimpleNamespace
    >>> plan = SimpleNamespace(per_variant=33, visitors=72, hoped_for=0.12)
    >>> print(plan_sentence(plan, PlanRequest(target=0.08, floor=0.04, daily=4)))
    With 4 visitors a day, expect an answer in 2 to 3 weeks: about 33 visitors. Allow for up to 72.
    """
    usual = max(asked.variants * plan.per_variant, asked.minimum_visitors)
    most = max(plan.visitors, usual)
    rest = f"about {usual:,} visitors. Allow for up to {most:,}."
    if not asked.daily:
        return f"Expect an answer after {rest}"
    days = [max(visitors / asked.daily, asked.minimum_days) for visitors in (usual, most)]
    return f"With {visitors_a_day(asked)}, expect an answer {_span(*days)}: {rest}"


def holds_at(plan: Planned, asked: PlanRequest) -> str:
    """Return at which rates the plan holds; nearer to the target nothing is promised."""
    good, bad = as_percent(_short(plan.hoped_for)), as_percent(_short(asked.target / 2))
    rates = (
        f"{good} or more {asked.do}, or {bad} or fewer"
        if asked.variants == 1
        else f"a variant reaches {good}, or all stay at {bad} or below"
    )
    return f"You’ll get a clear result if {rates}. In between it may stay undecided."


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
