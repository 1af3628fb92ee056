"""How likely each variant is the best, and what choosing it would cost. *For information.*

Valid for one look planned in advance. What may be watched every day stands in ``comparison``.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from msgspec import Struct

from wbtest.statistics.counts import Counts
from wbtest.statistics.rate import posterior

if TYPE_CHECKING:
    from wbtest.statistics.mixture import Floats, Ints

# What lies beyond the panels of a posterior, on either side of it.
TAIL = 1e-15
# Between its median and either end, eight standard deviations away.
PANELS = 6
# Gauss-Legendre nodes in a panel.
NODES = 10
REMEMBERED = 256


class Ranking(Struct, frozen=True):
    """One value for each variant, in the order given.

    ``probability_best`` adds up to 1; ``expected_loss`` is a rate: what one gives away on average
    by choosing this variant for ever.
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
