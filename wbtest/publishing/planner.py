"""How long a test will take, for whoever writes its rule. Pure."""

from __future__ import annotations

from math import ceil
from typing import NamedTuple

from wbtest import statistics
from wbtest.publishing.asked import LEAST_RISK, MOST_DAILY, Asked
from wbtest.publishing.rule import MOST_VARIANTS
from wbtest.statistics.planning import between_visitors

# More than any page has.
MOST_VISITORS = 1_000_000_000
POWER = 0.8


class Planned(NamedTuple):
    """What a test needs: ``visitors`` at most over all variants, in ``days`` of whole weeks.

    ``per_variant`` is what it takes on average, if the true rate is the one ``hoped_for``. Over all
    variants, ``apart`` visitors say which of two is better, one at the target and one at the rate
    hoped for, and ``apart_at_most`` pay for a look each day. ``between`` find a rate in the middle
    of floor and target, below the one and above the other, so that the team is told to write
    another draft.
    """

    visitors: int
    per_variant: int
    days: int
    hoped_for: float
    apart: int
    apart_at_most: int
    between: int


def plan_for(asked: Asked) -> Planned:
    """Return the plan. Raises ValueError for what cannot be planned with."""
    return plan(
        target=asked.target,
        floor=asked.floor,
        alpha=asked.alpha,
        beta=asked.beta,
        power=POWER,
        daily=asked.daily or 1,
        variants=asked.variants,
    )


def find_plan(target: float, floor: float, alpha: float, variants: int) -> Planned | None:
    """Return the plan, or None for values that cannot be planned with."""
    try:
        return plan_for(Asked(target, floor, alpha, variants=variants))
    except ValueError:
        return None


def plan(
    *,
    target: float,
    floor: float,
    alpha: float,
    power: float,
    daily: float,
    variants: int,
    beta: float = 0.05,
) -> Planned:
    """Return what a test of ``variants`` needs with ``daily`` visitors in all.

    Raises ValueError, with a sentence, for values that cannot be planned with.
    """
    needed = plan_within_limits(
        target=target, floor=floor, alpha=alpha, power=power, daily=daily, variants=variants
    )
    pair = statistics.comparison_visitors((target, needed.hoped_for), (1, 1), alpha, power)
    is_compared = variants > 1
    return Planned(
        visitors=needed.maximum_visitors,
        per_variant=needed.fixed_visitors,
        days=needed.days,
        hoped_for=needed.hoped_for,
        apart=ceil(variants * pair / 2) if is_compared else 0,
        apart_at_most=variants * pair if is_compared else 0,
        between=between_visitors(target, floor, alpha, beta, power, variants),
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
            f"to tell a rate from a target of {100 * target:g} % would take more than "
            f"{MOST_VISITORS:,} visitors, and no page has so many"
        )
    return needed
