"""What speaks against a test as it is planned, each with its next step. Pure.

The form of a rule says it while somebody types, and the launch check warns of it.
"""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from math import ceil
from typing import Literal, NamedTuple

from wbtest.publishing.asked import MOST_DAILY, Asked
from wbtest.publishing.in_words import as_percent
from wbtest.publishing.planner import Planned, plan_for
from wbtest.publishing.rule import LONGEST_TEST, end_fault

# A target beyond these is no way out: hardly any page reaches it, or it is another test.
BOLDEST, TIMES_BOLDER = 0.3, 2
RAISE_MOST = "Raise “Visitors at most” under “More settings”."


class Objection(NamedTuple):
    """What is the case, and what would do instead; ``what`` is what it is about."""

    what: Literal["fault", "end", "traffic", "maximum", "compared", "floor"]
    sentence: str
    todo: str = ""

    def __str__(self) -> str:
        return f"{self.sentence} {self.todo}".rstrip()


def objections(asked: Asked, plan: Planned) -> Iterator[Objection]:
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
            f"{asked.variants} variants cost more than they tell: which is better takes about "
            f"{plan.apart:,} visitors, up to {plan.apart_at_most:,}, and at most "
            f"{asked.counted:,} are counted.",
            _one_fewer(asked, plan),
        )
    known = max(asked.counted, plan.visitors)
    if known < plan.between:
        yield Objection(
            "floor",
            f"Floor and target lie too near each other for {known:,} visitors: to find a rate "
            f"between them takes about {plan.between:,}.",
            _enough_between(asked, plan, known),
        )


def visitors_a_day(asked: Asked) -> str:
    """Return how many come a day, in words."""
    return f"{asked.daily:,.10g} visitor{'' if asked.daily == 1 else 's'} a day"


def _too_few(asked: Asked, plan: Planned) -> Iterator[Objection]:
    needed = max(plan.visitors, asked.minimum_visitors)
    if asked.expected is not None and asked.expected < needed:
        yield Objection(
            "traffic",
            f"{visitors_a_day(asked)} make {asked.expected:,} until the last day; plan on "
            f"{needed:,}.",
            _ways_out(asked, needed),
        )
    if asked.maximum_visitors is not None and asked.maximum_visitors < plan.visitors:
        yield Objection(
            "maximum",
            f"The rule stops at {asked.maximum_visitors:,} visitors; plan on {plan.visitors:,}.",
            RAISE_MOST,
        )


def _ways_out(asked: Asked, needed: int) -> str:
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
    return f"Enough would be {', or '.join(ways)}."


def _one_fewer(asked: Asked, plan: Planned) -> str:
    visitors = plan.visitors // asked.variants
    if not asked.daily:
        return f"One fewer saves {visitors:,} visitors."
    days = ceil(visitors / asked.daily)
    return f"One fewer saves {'a day' if days == 1 else f'{days:,} days'}."


def _enough_between(asked: Asked, plan: Planned, known: int) -> str:
    """What would do to find a rate between floor and target: more visitors, or a lower floor."""
    more = []
    if asked.days and asked.expected is not None and asked.expected < plan.between:
        more.append(f"{ceil(plan.between / asked.days):,} a day")
    if asked.maximum_visitors is not None and asked.maximum_visitors < plan.between:
        more.append(f"“Visitors at most” of {plan.between:,}")
    ways = [" with ".join(more)] if more and plan.between <= MOST_DAILY else []
    if lower := _find_floor(asked, known):
        ways.append(f"a floor of {as_percent(lower)}")
    return f"Enough would be {', or '.join(ways)}." if ways else "Lower the floor."


def _find_target(asked: Asked) -> float | None:
    """The next target for which the expected visitors do, or None."""
    assert asked.expected is not None, "only asked where visitors are expected"
    if asked.minimum_visitors > asked.expected:
        return None
    for rate in _rates_from(asked.target, min(TIMES_BOLDER * asked.target, BOLDEST)):
        if plan_for(replace(asked, target=rate)).visitors <= asked.expected:
            return rate
    return None


def _find_floor(asked: Asked, visitors: int) -> float | None:
    """The highest floor at which so many visitors tell what is between it and the target."""
    below = [rate for rate in _rates_from(0.0, asked.floor) if rate < asked.floor]
    # The lower the floor, the fewer it takes.
    count = bisect_right(
        below, visitors, key=lambda rate: plan_for(replace(asked, floor=rate)).between
    )
    return below[count - 1] if count else None


def _rates_from(low: float, high: float) -> Iterator[float]:
    """Rates that one would choose, in the steps in which one chooses: 1.9 %, 2 %, 2.5 %."""
    for tenths in range(1, round(1000 * high) + 1):
        if tenths <= 20 or tenths % 5 == 0:
            rate = tenths / 1000
            if rate > low:
                yield rate
