"""How likely each variant is the best, and what choosing it would cost. *For information.*

Valid for one look planned in advance. What may be watched every day stands in ``comparison``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from wbtest.results.statistics.counts import Counts
from wbtest.results.statistics.one_look import posterior

if TYPE_CHECKING:
    from wbtest.results.statistics.mixture import Floats

# Where panels begin and end, as tail probabilities of every posterior on both sides.
TAILS = (1e-15, 1e-10, 1e-6, 1e-3, 0.03, 0.2, 0.5)
# Gauss-Legendre nodes in a panel, which is less than two standard deviations wide.
NODES = 10
REMEMBERED = 256


@dataclass(frozen=True, slots=True)
class Ranking:
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
def _rule() -> tuple[Floats, Floats]:
    """Nodes and weights of a panel from −1 to 1."""
    import numpy as np

    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    return nodes, weights


@lru_cache(REMEMBERED)
def _rank(variants: tuple[Counts, ...]) -> Ranking:
    import numpy as np
    from scipy import special

    known = [posterior(counts) for counts in variants]
    a = np.array([[beta.a] for beta in known])
    b = np.array([[beta.b] for beta in known])
    # On the scale θ = sin²φ the densities have no poles at 0 and 1.
    quantiles = [special.betaincinv(a, b, TAILS), special.betainccinv(a, b, TAILS)]
    edges = np.unique(np.arcsin(np.sqrt(quantiles)))
    nodes, node_weights = _rule()
    half = np.diff(edges)[:, None] / 2
    angle = (edges[:-1, None] + half + half * nodes).ravel()
    width = (half * node_weights).ravel()

    sine, cosine = np.sin(angle), np.cos(angle)
    below = special.betainc(a, b, sine**2)
    log_density = special.xlogy(2 * a - 1, sine) + special.xlogy(2 * b - 1, cosine)
    # The panels give the norm as well: betaln would lose digits at millions of visitors.
    density = np.exp(log_density - log_density.max(axis=1, keepdims=True))
    density /= (density @ width)[:, None]
    others = np.stack([np.delete(below, k, axis=0).prod(axis=0) for k in range(len(known))])
    best = (density * others) @ width
    loss = (below * (1 - others)) @ (2 * sine * cosine * width)
    return Ranking(tuple(best.tolist()), tuple(loss.tolist()))
