"""Intervals for one variant's rate that are valid for one look planned in advance.

They stand beside the others *for information*; what may be watched every day is in ``rate``.
"""

from math import sqrt
from statistics import NormalDist
from typing import NamedTuple

from wbtest.statistics.counts import Counts, check_fraction
from wbtest.statistics.evidence import Interval


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


JEFFREYS = Beta(0.5, 0.5)


def posterior(counts: Counts, prior: Beta = JEFFREYS) -> Beta:
    """Update ``prior`` with the counts; Beta(½, ½) is Jeffreys' prior for a rate.

    >>> posterior(Counts(seen=99, converted=9)).mean
    0.095
    """
    return Beta(prior.a + counts.converted, prior.b + counts.unconverted)


def wilson(counts: Counts, level: float = 0.95) -> Interval:
    """Return Wilson's score interval; [0, 1] while nobody has seen the variant.

    (p̂ + z²/2n ± z √(p̂(1−p̂)/n + z²/4n²)) / (1 + z²/n); exactly 0 below no conversion and 1 above
    no failure (Wilson 1927; Brown, Cai & DasGupta 2001).

    >>> [round(end, 4) for end in wilson(Counts(seen=300, converted=30))]
    [0.0709, 0.1392]
    """
    check_fraction("level", level)
    n = counts.seen
    if n == 0:
        return Interval(0.0, 1.0)
    z = NormalDist().inv_cdf((1 + level) / 2)
    observed = counts.converted / n
    centre = observed + z * z / (2 * n)
    half = z * sqrt(observed * (1 - observed) / n + z * z / (4 * n * n))
    low = (centre - half) / (1 + z * z / n) if counts.converted else 0.0
    high = (centre + half) / (1 + z * z / n) if counts.unconverted else 1.0
    return Interval(low, high)
