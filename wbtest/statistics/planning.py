"""How many visitors, and so how many days, a test will take. Computed before the start."""

from math import ceil, inf, sqrt
from statistics import NormalDist

from msgspec import Struct

from wbtest.statistics.counts import check_fraction, shares_of


class Plan(Struct, frozen=True):
    """What a target test needs.

    ``fixed_visitors`` would do for a single look; ``visitors_per_variant`` pays for looking every
    day and is a cap, as most tests end sooner. ``maximum_visitors`` is the cap over all variants,
    ``days`` is counted up to whole weeks, so that every weekday weighs the same.
    """

    hoped_for: float
    fixed_visitors: int
    visitors_per_variant: int
    maximum_visitors: int
    days: int


def target_visitors(target: float, hoped_for: float, alpha: float, power: float) -> int:
    """Return the visitors a one-sided test of one variant needs for a single planned look.

    n = [(z₁₋α √(t(1−t)) + z_power √(p(1−p))) / (p − t)]², rounded up, with p the rate hoped for
    (normal approximation; Fleiss, Levin & Paik 2003). Raises ValueError unless it is above the
    target and both lie between 0 and 1.

    >>> target_visitors(target=0.05, hoped_for=0.075, alpha=0.05, power=0.8)
    539
    """
    check_fraction("target", target)
    check_fraction("the rate hoped for", hoped_for)
    if hoped_for <= target:
        raise ValueError(f"the rate hoped for ({hoped_for}) must be above the target ({target})")
    check_fraction("alpha", alpha)
    check_fraction("power", power)
    by_chance = _z(1 - alpha) * sqrt(target * (1 - target))
    by_effect = _z(power) * sqrt(hoped_for * (1 - hoped_for))
    return ceil(((by_chance + by_effect) / (hoped_for - target)) ** 2)


def comparison_visitors(
    rates: tuple[float, float], weights: tuple[float, float], alpha: float, power: float
) -> int:
    """Return the visitors of both variants together for a two-sided test at a single look.

    N = [(z_{1−α/2} √(p̄(1−p̄)(1/ρ_A + 1/ρ_B)) + z_power √(p_A(1−p_A)/ρ_A + p_B(1−p_B)/ρ_B))
    / (p_B − p_A)]², rounded up, with ρ the shares and p̄ = ρ_A p_A + ρ_B p_B. With a look every
    day plan on up to twice as many. Raises ValueError when the rates are equal.

    >>> comparison_visitors((0.05, 0.075), (1, 1), alpha=0.05, power=0.8)
    2941
    """
    for rate in rates:
        check_fraction("a rate", rate)
    check_fraction("alpha", alpha)
    check_fraction("power", power)
    if rates[0] == rates[1]:
        raise ValueError(f"two equal rates ({rates[0]}) cannot be told apart")
    shares = shares_of(weights)
    mean = sum(share * rate for share, rate in zip(shares, rates, strict=True))
    pooled = mean * (1 - mean) * sum(1 / share for share in shares)
    apart = sum(rate * (1 - rate) / share for share, rate in zip(shares, rates, strict=True))
    by_chance = _z(1 - alpha / 2) * sqrt(pooled)
    by_effect = _z(power) * sqrt(apart)
    return ceil(((by_chance + by_effect) / (rates[1] - rates[0])) ** 2)


def plan(
    *,
    target: float,
    floor: float,
    alpha: float,
    power: float,
    daily: float,
    variants: int,
    hoped_for: float | None = None,
) -> Plan:
    """Return what a test of ``variants`` against ``target`` needs with ``daily`` visitors in all.

    The cap is 2.2 times the visitors of a single look for each variant: with one variant the
    sequential test reaches its target there with a chance of 80 %, and ends on average after about
    as many visitors as the single look. Without ``hoped_for`` the true rate is taken to be half as
    high again as the target, or half way to 1 where that is less. Raises ValueError for a rate,
    alpha or power outside 0 to 1, a floor that is not below the target, no variant or no visitor.

    >>> two = plan(target=0.08, floor=0.04, alpha=0.05, power=0.8, daily=120, variants=2)
    >>> two.fixed_visitors, two.visitors_per_variant, two.maximum_visitors, two.days
    (324, 713, 1426, 14)
    """
    check_fraction("floor", floor)
    if floor >= target:
        raise ValueError(f"the floor ({floor}) must be below the target ({target})")
    if not 0 < daily < inf:
        raise ValueError(f"daily visitors must be above 0, not {daily}")
    if variants < 1:
        raise ValueError(f"variants must be at least 1, not {variants}")
    if hoped_for is None:
        hoped_for = min(1.5 * target, (1 + target) / 2)
    fixed = target_visitors(target, hoped_for, alpha, power)
    # In whole numbers, since 2.2 × 5 is a little more than 11 in floating point.
    capped = -(-22 * fixed // 10)
    weeks = ceil(variants * capped / daily / 7)
    return Plan(hoped_for, fixed, capped, variants * capped, 7 * weeks)


def _z(probability: float) -> float:
    return NormalDist().inv_cdf(probability)
