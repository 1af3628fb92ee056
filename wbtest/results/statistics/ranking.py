"""How likely each variant is the best, and what choosing it would cost. *For information.*

Valid for one look planned in advance. What may be watched every day stands in ``comparison``.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from msgspec import Struct

from wbtest.results.statistics.counts import Counts
from wbtest.results.statistics.one_look import Beta, posterior

if TYPE_CHECKING:
    from wbtest.results.statistics.mixture import Floats

# Where panels begin and end, as tail probabilities of every posterior on both sides.
TAILS = (1e-15, 1e-10, 1e-6, 1e-3, 0.03, 0.2, 0.5)
# Gauss-Legendre nodes in a panel, which is less than two standard deviations wide.
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
def _rule() -> tuple[Floats, Floats]:
    """Nodes and weights of a panel from −1 to 1."""
    import numpy as np

    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    return nodes, weights


class Distributions:
    """Distribution functions, each with the points at which it was asked for last.

    Where one more visitor came to one of six variants, five posteriors are what they were, and most
    panels lie where they lay. A value is used again for the very same point alone.
    """

    def __init__(self, room: int) -> None:
        self.room = room
        self._known: OrderedDict[Beta, tuple[Floats, Floats]] = OrderedDict()
        self._changing = threading.Lock()

    def at(self, beta: Beta, points: Floats) -> Floats:
        """Return the probability of at most each of the points, which ascend."""
        import numpy as np
        from scipy import special

        known = self._known.get(beta)
        if known is None:
            values = np.asarray(special.betainc(beta.a, beta.b, points), dtype=np.float64)
        else:
            place = np.minimum(known[0].searchsorted(points), len(known[0]) - 1)
            values, is_new = known[1][place], known[0][place] != points
            values[is_new] = special.betainc(beta.a, beta.b, points[is_new])
        with self._changing:
            self._known[beta] = (points, values)
            self._known.move_to_end(beta)
            while len(self._known) > self.room:
                self._known.popitem(last=False)
        return values


_distributions = Distributions(128)


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
    below = np.stack([_distributions.at(beta, sine**2) for beta in known])
    log_density = special.xlogy(2 * a - 1, sine) + special.xlogy(2 * b - 1, cosine)
    # The panels give the norm as well: betaln would lose digits at millions of visitors.
    density = np.exp(log_density - log_density.max(axis=1, keepdims=True))
    density /= (density @ width)[:, None]
    others = np.stack([np.delete(below, k, axis=0).prod(axis=0) for k in range(len(known))])
    best = (density * others) @ width
    loss = (below * (1 - others)) @ (2 * sine * cosine * width)
    return Ranking(tuple(best.tolist()), tuple(loss.tolist()))
