"""What else two variants are compared with, when somebody looks at it again and again.

Not part of any verdict: it stands beside our own measurements so that one can see the difference.
Imports numpy.
"""

from __future__ import annotations

import numpy as np

from wbtest.results.selftest.crowds import Crowd
from wbtest.results.selftest.walks import Bools
from wbtest.results.statistics.mixture import Floats

# Two-sided at 5 %.
Z = 1.959964
# As many looks as somebody takes who looks often, and by hand.
LOOK_EVERY = 100
# The visitors for which platforms set their sequence narrowest, unless told otherwise.
TUNED_FOR = 5000.0


def z_scores(crowd: Crowd) -> Floats:
    """Return the pooled z of the second variant against the first, after each visitor."""
    (seen_a, seen_b), (x_a, x_b) = _both(crowd)
    pooled = (x_a + x_b) / (seen_a + seen_b)
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = np.sqrt(pooled * (1 - pooled) * (1 / seen_a + 1 / seen_b))
        score = (x_b / seen_b - x_a / seen_a) / spread
    return np.where(spread > 0, np.nan_to_num(score), 0.0)


def z_test(crowd: Crowd) -> Bools:
    """Return after which visitors a z test at 5 % calls a difference."""
    return np.abs(z_scores(crowd)) >= Z


def chance_to_win(crowd: Crowd) -> Bools:
    """Return after which visitors one has “95 % probability to be the best”; a look each hundred.

    Of the posteriors Beta(½ + x, ½ + n − x), by their means and variances.
    """
    means, variances = [], []
    for seen, x in zip(*_both(crowd), strict=True):
        looks = slice(LOOK_EVERY - 1, None, LOOK_EVERY)
        a, b = x[:, looks] + 0.5, seen[:, looks] - x[:, looks] + 0.5
        means.append(a / (a + b))
        variances.append(a * b / (a + b) ** 2 / (a + b + 1))
    found: Bools = np.abs(means[1] - means[0]) / np.sqrt(sum(variances)) >= 1.644854
    return found


def platform(crowd: Crowd, alpha: float = 0.05) -> Bools:
    """Return after which visitors an asymptotic confidence sequence of the lift leaves out 0.

    For the relative difference, by the delta method, as experimentation platforms use it
    (Waudby-Smith et al. 2024, Annals of Statistics 52).
    """
    (seen_a, seen_b), (x_a, x_b) = _both(crowd)
    rho = -2 * np.log(alpha) + np.log(-2 * np.log(alpha) + 1)
    n = seen_a + seen_b
    times = n * rho / TUNED_FOR
    width = 2 * (times + 1) / times**2 * np.log(np.sqrt(times + 1) / alpha) * rho / TUNED_FOR
    with np.errstate(divide="ignore", invalid="ignore"):
        a, b = x_a / seen_a, x_b / seen_b
        variance = b * (1 - b) / seen_b / a**2 + b**2 * a * (1 - a) / seen_a / a**4
        score = np.abs(b / a - 1) / np.sqrt(variance * n * width)
    found: Bools = np.nan_to_num(score, posinf=0.0) >= 1
    return found


def _both(crowd: Crowd) -> tuple[list[Floats], list[Floats]]:
    """Visitors and conversions of the first two variants up to each look."""
    seen = [crowd.seen(k).astype(np.float64) for k in (0, 1)]
    return seen, [crowd.converted(k).astype(np.float64) for k in (0, 1)]
