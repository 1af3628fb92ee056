"""How many visitors, and so how many days, a test will take. Computed before the start.

``between_visitors``: how many find a rate between floor and target. The verdict needs both halves:
*every* variant must be told to be below the target, at one look and at 1/β; *one* must be told to
be above the floor, at K/α.
"""

from functools import lru_cache
from math import ceil, inf, lgamma, log, log1p, sqrt
from statistics import NormalDist

from msgspec import Struct

from wbtest.statistics.counts import check_fraction, evidence_needed, shares_of


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


def default_hoped_for(target: float) -> float:
    """Return half as much again as the target, or half way to 1 where that is less.

    >>> default_hoped_for(0.1), default_hoped_for(0.8)
    (0.15, 0.9)
    """
    # As somebody would type it: 1.5 * 0.1 is 0.15000000000000002.
    return float(f"{min(1.5 * target, (1 + target) / 2):.15g}")


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

    The cap of each variant is 1.8 times the visitors of a single look, or twice as many where there
    are several, which ask for more evidence. One or two at the rate hoped for reach the target with
    a chance of 80 %, and end on average after about as many visitors as the single look. Without
    ``hoped_for`` it is ``default_hoped_for``. Raises ValueError for a rate,
    alpha or power outside 0 to 1, a floor that is not below the target, no variant or no visitor.

    >>> two = plan(target=0.08, floor=0.04, alpha=0.05, power=0.8, daily=120, variants=2)
    >>> two.fixed_visitors, two.visitors_per_variant, two.maximum_visitors, two.days
    (324, 648, 1296, 14)
    """
    check_fraction("floor", floor)
    if floor >= target:
        raise ValueError(f"the floor ({floor}) must be below the target ({target})")
    if not 0 < daily < inf:
        raise ValueError(f"daily visitors must be above 0, not {daily}")
    if variants < 1:
        raise ValueError(f"variants must be at least 1, not {variants}")
    if hoped_for is None:
        hoped_for = default_hoped_for(target)
    fixed = target_visitors(target, hoped_for, alpha, power)
    # In whole numbers, since a product with 1.8 may be a little more than it should be.
    capped = -(-18 * fixed // 10) if variants == 1 else 2 * fixed
    weeks = ceil(variants * capped / daily / 7)
    return Plan(hoped_for, fixed, capped, variants * capped, 7 * weeks)


def _z(probability: float) -> float:
    return NormalDist().inv_cdf(probability)


# Where the search ends for each variant: no page has so many visitors.
MOST = 10**10
BISECTIONS = 40
_chance_below = NormalDist().cdf


# A page of the form asks the same for its sentence and for what speaks against it.
@lru_cache(maxsize=256)
def between_visitors(
    target: float, floor: float, alpha: float, beta: float, power: float, variants: int
) -> int:
    """Return the visitors over all variants that find a rate in the middle with chance ``power``.

    All variants are taken to be in the middle of floor and target; the chance is that *iterate*
    stands when all of the visitors have come, Φ(u − z)ᴷ − (1 − Φ(v − y))ᴷ. u and v are how far the
    middle is from target and floor, z and y how far the lines are at which E⁻ and E⁺ are enough,
    all in standard deviations of the conversions of one variant. Somebody who looks every day may
    be told so before. Never more than ``MOST`` for each variant. Raises ValueError for what is no
    rate.

    >>> between_visitors(target=0.08, floor=0.03, alpha=0.05, beta=0.05, power=0.8, variants=1)
    1571
    """
    for name, rate in (("target", target), ("floor", floor), ("power", power)):
        check_fraction(name, rate)
    against, above = evidence_needed(beta), evidence_needed(alpha, variants)
    middle = (target + floor) / 2

    def chance(n: int) -> float:
        is_below = _is_beyond(n, middle, target, against)
        is_above = _is_beyond(n, middle, floor, above)
        # A variant that is not found above the floor is one that is found below the target.
        return is_below**variants - (1 - is_above) ** variants

    most = 1
    while chance(most) < power:
        most *= 2
        if most > MOST:
            return variants * MOST
    least = most // 2
    while most - least > 1:
        n = (least + most) // 2
        least, most = (least, n) if chance(n) >= power else (n, most)
    return variants * most


def _is_beyond(n: int, rate: float, tested: float, needed: float) -> float:
    """The chance that n visitors at ``rate`` give the evidence against ``tested``."""
    line = _line(n, tested, needed, is_above=rate > tested)
    if line is None:
        return 0.0
    deviation = sqrt(n * rate * (1 - rate))
    return _chance_below((n * abs(rate - tested) - abs(line - n * tested)) / deviation)


def _line(n: int, tested: float, needed: float, *, is_above: bool) -> float | None:
    """How many of n must convert, no whole number, for the evidence that is needed; or None."""
    near, far = n * tested, n if is_above else 0.0
    if _log_e(far, n, tested, is_above=is_above) < needed:
        return None
    for _ in range(BISECTIONS):
        middle = (near + far) / 2
        if _log_e(middle, n, tested, is_above=is_above) < needed:
            near = middle
        else:
            far = middle
    return far


def _log_e(x: float, n: int, tested: float, *, is_above: bool) -> float:
    """``rate.log_e_above`` or ``log_e_below`` where nearly all of the posterior is on that side."""
    b = 2 * (1 - tested) / tested
    prior_above = (1 - tested) ** b * (1 + b * tested)
    prior = prior_above if is_above else 1 - prior_above
    at_tested = x * log(tested) + (n - x) * log1p(-tested)
    return _betaln(2 + x, b + n - x) - _betaln(2, b) - at_tested - log(prior)


def _betaln(a: float, b: float) -> float:
    return lgamma(a) + lgamma(b) - lgamma(a + b)
