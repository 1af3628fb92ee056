"""What one may believe of each rate: the posterior densities, for information. Pure."""

from __future__ import annotations

from typing import NamedTuple

from wbtest import statistics
from wbtest.results.figures import Results
from wbtest.statistics import Counts

POINTS = 61
# What lies outside these quantiles of every variant is not drawn.
TAIL = 0.0005


class Density(NamedTuple):
    """Beta(½ + x, ½ + n − x) of one variant at ascending ``rates``.

    ``heights`` are densities per unit of rate, ``above`` the chance that the rate is at least that.
    ``top`` is how high it is where it is at home: of few it may be endless at a rate of 0 or 1.
    """

    key: str
    rates: tuple[float, ...]
    heights: tuple[float, ...]
    above: tuple[float, ...]
    top: float


def densities(results: Results) -> list[Density]:
    """Return the density of each variant that anybody has seen, all at the same rates."""
    import numpy as np
    from scipy import special

    known = [
        (v.key, statistics.posterior(Counts(v.totals.seen, v.totals.converted)))
        for v in results.variants
        if v.totals.seen
    ]
    if not known:
        return []
    low = min(float(special.betaincinv(beta.a, beta.b, TAIL)) for _, beta in known)
    high = max(float(special.betainccinv(beta.a, beta.b, TAIL)) for _, beta in known)
    # At 0 and 1 a density may be endless.
    rates = np.linspace(max(low, 1e-6), min(high, 1 - 1e-6), POINTS)
    found = []
    for key, beta in known:
        logs = special.xlogy(beta.a - 1, rates) + special.xlog1py(beta.b - 1, -rates)
        heights = np.exp(logs - special.betaln(beta.a, beta.b))
        above = special.betaincc(beta.a, beta.b, rates)
        top = heights.max() if min(beta.a, beta.b) > 1 else np.interp(beta.mean, rates, heights)
        points, dense, more = (tuple(column.tolist()) for column in (rates, heights, above))
        found.append(Density(key, points, dense, more, float(top)))
    return found
