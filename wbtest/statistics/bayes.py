"""What is believed about rates after the counts: a posterior, the best variant, what is rare.

Valid for one look planned in advance, and shown for reference. What is always valid
is in ``rate`` and ``comparison``.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct

from wbtest.statistics.counts import Counts, Interval, check_fraction

if TYPE_CHECKING:
    from wbtest.statistics.mixture import Floats, Ints


# What is rarer is left out where strata are added up; no bar is anywhere near.
RAREST = 1e-18
# What lies beyond the panels of a posterior, on either side of it.
TAIL = 1e-15
# Between its median and either end, eight standard deviations away.
PANELS = 6
# Gauss-Legendre nodes in a panel.
NODES = 10
REMEMBERED = 256


class Beta(NamedTuple):
    """A beta distribution: what is known about a rate."""

    a: float
    b: float

    @property
    def mean(self) -> float:
        """The expected rate, a / (a + b)."""
        return self.a / (self.a + self.b)

    def credible(self, level: float = 0.95) -> Interval:
        """Return the equal-tailed interval that holds the rate with probability ``level``.

        >>> [round(end, 4) for end in Beta(30.5, 270.5).credible()]
        [0.0699, 0.1378]
        """
        from scipy import special

        check_fraction("level", level)
        tail = (1 - level) / 2
        low = special.betaincinv(self.a, self.b, tail)
        high = special.betainccinv(self.a, self.b, tail)
        return Interval(float(low), float(high))

    def probability_above(self, rate: float) -> float:
        """Return the probability that the rate is at least ``rate``.

        >>> round(Beta(30.5, 270.5).probability_above(0.08), 3)
        0.896
        """
        from scipy import special

        check_fraction("rate", rate)
        return float(special.betaincc(self.a, self.b, rate))


def posterior(counts: Counts) -> Beta:
    """Return Jeffreys' prior for a rate, Beta(½, ½), updated with the counts.

    >>> posterior(Counts(seen=99, converted=9)).mean
    0.095
    """
    return Beta(0.5 + counts.converted, 0.5 + counts.unconverted)


class Tails(NamedTuple):
    """The chance of at least so many conversions, and of at most so many."""

    above: float
    below: float


def tails(strata: Sequence[tuple[Counts, Counts]]) -> Tails:
    """Return how likely so many conversions are, or more, and so many, or fewer.

    The others' rate is known only from their counts, so the group's number is beta-binomial.
    A stratum is a part of the group and the others it is compared with, such as those on phones;
    the numbers of several strata are added up, each with the rate of its own others.
    P(X = k) = C(n, k) B(a + k, b + n − k) / B(a, b) with a = x + ½ and b = n − x + ½ of the others.

    >>> group, others = Counts(seen=30, converted=9), Counts(seen=300, converted=24)
    >>> round(tails([(group, others)]).above, 6)
    0.000953
    """
    import numpy as np

    chances, first = np.ones(1), 0
    for place, (group, others) in enumerate(strata):
        more = _chances(group.seen, others)
        if place:
            chances, first = _trimmed(chances, first)
            more, start = _trimmed(more, 0)
            first += start
        chances = np.convolve(chances, more)
    at = sum(group.converted for group, _ in strata) - first
    return Tails(_sum(chances[max(at, 0) :]), _sum(chances[: max(at + 1, 0)]))


def expected(strata: Sequence[tuple[Counts, Counts]]) -> float:
    """Return how many conversions the group would have at the rates of the others.

    >>> expected([(Counts(seen=30, converted=9), Counts(seen=299, converted=23))])
    2.35
    """
    return sum(group.seen * posterior(others).mean for group, others in strata)


def _chances(number: int, others: Counts) -> Floats:
    """Return the chance of each number of conversions, from 0 on."""
    import numpy as np
    from scipy import special

    a, b = posterior(others)
    k = np.arange(number + 1)
    ways = -np.log(number + 1) - special.betaln(number - k + 1, k + 1)
    log_chances = ways + special.betaln(a + k, b + number - k) - special.betaln(a, b)
    return np.asarray(np.exp(log_chances), dtype=np.float64)


def _trimmed(chances: Floats, first: int) -> tuple[Floats, int]:
    """Leave out what is too rare on both sides; return the number that the rest begins with."""
    import numpy as np

    common = np.flatnonzero(chances > RAREST)
    return chances[common[0] : common[-1] + 1], first + int(common[0])


def _sum(chances: Floats) -> float:
    return min(float(chances.sum()), 1.0)


class Ranking(Struct, frozen=True):
    """One value for each variant, in the order given.

    ``probability_best`` adds up to 1; ``expected_loss`` is a rate: what one gives away on average
    by choosing this variant for good.
    """

    probability_best: tuple[float, ...]
    expected_loss: tuple[float, ...]


def rank(variants: Sequence[Counts]) -> Ranking:
    """Return how the variants' posteriors Beta(½ + x, ½ + n − x) compare.

    P(k best) = ∫ f_k ∏ F_j and expected loss of k = ∫ F_k (1 − ∏ F_j), over all j ≠ k. Integrating
    the loss itself avoids the cancellation in E[max] − mean.

    >>> two = rank([Counts(400, 20), Counts(400, 35)])
    >>> [round(value, 4) for value in two.probability_best + two.expected_loss]
    [0.0176, 0.9824, 0.0375, 0.0001]
    """
    return _rank(tuple(variants))


@cache
def _rule() -> tuple[Floats, Floats, Floats]:
    """Nodes of a panel from −1 to 1, their weights, and the weights of the integral up to each."""
    import numpy as np
    from numpy.polynomial import legendre

    nodes, weights = legendre.leggauss(NODES)
    values = legendre.legvander(nodes, NODES)
    # (2m + 1) ∫ P_m = P_(m+1) − P_(m−1), and the integral of P_0 = 1 up to x is x + 1.
    integrals = np.column_stack([1 + nodes, values[:, 2:] - values[:, :-2]])
    until = integrals @ values[:, :-1].T * weights / 2
    return nodes, weights, until


@cache
def _others(arms: int) -> Ints:
    """The places of all others, a row for each variant."""
    import numpy as np

    return np.array(
        [[other for other in range(arms) if other != k] for k in range(arms)], dtype=np.int64
    ).reshape(arms, arms - 1)


@lru_cache(REMEMBERED)
def _rank(variants: tuple[Counts, ...]) -> Ranking:
    import numpy as np
    from scipy import special

    known = [posterior(counts) for counts in variants]
    a = np.array([[[beta.a]] for beta in known])
    b = np.array([[[beta.b]] for beta in known])
    # On the scale θ = sin²φ the densities have no poles at 0 and 1.
    quantiles = special.betaincinv(a, b, (TAIL, 0.5)), special.betainccinv(a, b, TAIL)
    ends = np.arcsin(np.sqrt(np.concatenate(quantiles, axis=-1)))
    edges = np.unique(np.linspace(ends[..., :-1], ends[..., 1:], PANELS + 1))
    nodes, weights, until = _rule()
    half = np.diff(edges)[:, None] / 2
    angle = edges[:-1, None] + half + half * nodes
    sine, cosine = np.sin(angle), np.cos(angle)

    # The logarithm of what is nearly 1 is that of what it lacks.
    lesser, is_low = np.minimum(sine, cosine) ** 2, sine < cosine
    near, far = np.log(lesser), np.log1p(-lesser)
    log_rate, log_rest = np.where(is_low, near, far), np.where(is_low, far, near)
    log_density = (a - 0.5) * log_rate + (b - 0.5) * log_rest
    # The panels give the norm as well: betaln would lose digits at millions of visitors.
    density = np.exp(log_density - log_density.max(axis=(1, 2), keepdims=True)) * half
    density /= (density @ weights).sum(axis=1)[:, None, None]
    mass = density @ weights
    before = (mass.cumsum(axis=1) - mass)[:, :, None]
    # All sums end within a rounding of 0 and 1.
    below = np.clip(before + density @ until.T, 0, 1)
    others = below[_others(len(known))].prod(axis=1)
    best = np.minimum((density * others @ weights).sum(axis=1), 1)
    loss = (below * (1 - others) * (2 * sine * cosine * half) @ weights).sum(axis=1)
    return Ranking(tuple(best.tolist()), tuple(loss.tolist()))
