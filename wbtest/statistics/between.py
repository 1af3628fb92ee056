"""How many visitors find a rate between floor and target: not met, and yet worth another draft.

The verdict needs both halves. *Every* variant must be told to be below the target, at one look and
at 1/β; *one* must be told to be above the floor, at K/α. Computed before the start, without numpy.
"""

from functools import lru_cache
from math import lgamma, log, log1p, sqrt
from statistics import NormalDist

from wbtest.statistics.counts import check_fraction
from wbtest.statistics.evidence import evidence_needed

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
