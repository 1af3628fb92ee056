"""What may be true of the pages that simulated founders test, and what is wrong to say of each."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Literal, NamedTuple

from wbtest.publishing.rule import Hypothesis
from wbtest.results.statistics import plan

if TYPE_CHECKING:
    from wbtest.results.statistics.mixture import Floats

Wrong = Literal["go", "not met", "iterate"]
TARGET, FLOOR, ALPHA, BETA = 0.08, 0.04, 0.05, 0.05
STARTED = datetime(2027, 3, 1, tzinfo=UTC)
# A founder who wants to know: one page, a verdict from the first day on, four weeks of looking.
EAGER_DAYS, EAGER_DAILY, EAGER_MOST = 28, 100, 2800
CAREFUL_DAILY, CAREFUL_LEAST, CAREFUL_DAYS = 120, 400, 7
DRIFT = 0.4


class World(NamedTuple):
    """What is true: the rate of each variant by the day, and whether friends come first.

    ``wrong`` is what may not be said there more often than promised, ``right`` what should be
    said. ``is_eager``: one page under a rule that allows a verdict from the first day on; otherwise
    two variants, under the least visitors and days that the product proposes. ``is_promised``: the
    bounds hold there; otherwise the world shows a limit of them.
    """

    name: str
    rates: tuple[Callable[[Floats], Floats | float], ...]
    wrong: tuple[Wrong, ...] = ()
    right: str = ""
    has_friends: bool = False
    is_eager: bool = False
    is_promised: bool = True

    @property
    def daily(self) -> int:
        """Visitors a day, over all variants."""
        return EAGER_DAILY if self.is_eager else CAREFUL_DAILY

    @property
    def rule(self) -> Hypothesis:
        """The rule that was sealed."""
        return _eager() if self.is_eager else _careful()


def _at(rate: float) -> Callable[[Floats], float]:
    return lambda _: rate


def _falling(day: Floats) -> Floats:
    """At the target as the week begins, 40 % below in the middle of it."""
    return TARGET * (1 - DRIFT * _week(day))


def _rising(day: Floats) -> Floats:
    """At the target as the week begins, 40 % above in the middle of it."""
    return TARGET * (1 + DRIFT * _week(day))


def _swinging(day: Floats) -> Floats:
    """At the target on average, 40 % above and below it within a week."""
    return TARGET * (1 + DRIFT * (1 - 2 * _week(day)))


def _week(day: Floats) -> Floats:
    import numpy as np

    wave: Floats = (1 - np.cos(day / 7 * 2 * np.pi)) / 2
    return wave


def _both(
    rate: Callable[[Floats], Floats | float],
) -> tuple[Callable[[Floats], Floats | float], ...]:
    return rate, rate


# *Go* is wrong where nobody is above the target, *not met* where somebody is not below it, and
# *iterate* where nobody is above the floor.
WORLDS = (
    World("0.9 × target", _both(_at(0.9 * TARGET)), ("go",)),
    World("at the target", _both(_at(TARGET)), ("go", "not met")),
    World(
        "one at the target, one at half the floor", (_at(TARGET), _at(FLOOR / 2)), ("go", "not met")
    ),
    World("1.1 × target", _both(_at(1.1 * TARGET)), ("not met",)),
    World("0.9 × floor", _both(_at(0.9 * FLOOR)), ("go", "iterate")),
    World("at the floor", _both(_at(FLOOR)), ("go", "iterate")),
    World("1.1 × floor", _both(_at(1.1 * FLOOR)), ("go",)),
    World("drifts, up to the target at most", _both(_falling), ("go",)),
    World("drifts, down to the target at least", _both(_rising), ("not met",)),
    World(
        "60 friends first, then half the target", _both(_at(TARGET / 2)), ("go",), has_friends=True
    ),
    World("1.5 × target", _both(_at(1.5 * TARGET)), right="go"),
    World("a quarter of the target", _both(_at(TARGET / 4)), right="stop"),
    World("at the target", (_at(TARGET),), ("go", "not met"), is_eager=True),
    World("at the floor", (_at(FLOOR),), ("go", "iterate"), is_eager=True),
    World("drifts, up to the target at most", (_falling,), ("go",), is_eager=True),
    World("drifts, down to the target at least", (_rising,), ("not met",), is_eager=True),
    World("1.5 × target", (_at(1.5 * TARGET),), right="go", is_eager=True),
    World(
        "swings 40 % about the target",
        (_swinging,),
        ("go", "not met"),
        is_eager=True,
        is_promised=False,
    ),
    World(
        "60 friends first, then half the target",
        (_at(TARGET / 2),),
        ("go",),
        has_friends=True,
        is_eager=True,
        is_promised=False,
    ),
)


def _careful() -> Hypothesis:
    made = plan(target=TARGET, floor=FLOOR, alpha=ALPHA, power=0.8, daily=CAREFUL_DAILY, variants=2)
    return _sealed(CAREFUL_LEAST, made.maximum_visitors, CAREFUL_DAYS, made.days)


def _eager() -> Hypothesis:
    return _sealed(1, EAGER_MOST, 1, EAGER_DAYS)


def _sealed(least: int, most: int, least_days: int, days: int) -> Hypothesis:
    return Hypothesis(
        who="people",
        does="sign up",
        target=TARGET,
        floor=FLOOR,
        minimum_visitors=least,
        maximum_visitors=most,
        minimum_days=least_days,
        ends_on=(STARTED + timedelta(days=days - 1)).date(),
        if_met="build it",
        if_not_met="leave it",
        if_unclear="ask again",
        alpha=ALPHA,
        beta=BETA,
    )
