"""Variants against each other, from their conversions and the weights frozen at the start.

Given the conversions of two variants, B's share of them depends only on the ratio of the rates and
on the weights, so everything here stays right when the common rate drifts over the week
(Lindon & Malek 2022). It is always valid, and takes faithful randomisation for granted: while
``split`` raises its alarm, nothing here may be shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import exp, inf
from typing import TYPE_CHECKING, NamedTuple

from wbtest.statistics.counts import Counts, Interval, check_lengths, evidence_needed, shares_of

if TYPE_CHECKING:
    pass

Weights = tuple[float, float]
# How many conversions the prior is worth; it is centred where both rates are equal.
CONCENTRATION = 16.0
# What is said of two variants depends on their conversions alone: nothing is recomputed for
# visitors who only looked.
REMEMBERED = 4096


class Comparison(NamedTuple):
    """Variant ``b`` against ``a`` (their places in the list).

    ``log_e`` is the evidence that b's rate is above a's, ``ratio`` the confidence sequence of b's
    rate over a's.
    """

    a: int
    b: int
    log_e: float
    ratio: Interval


def log_e_better(a: Counts, b: Counts, weights: Weights) -> float:
    """Return the log evidence that b's rate is above a's; weights of a and b in that order.

    With π = w_b / (w_a + w_b) the alternative is Beta(16π, 16(1−π)) cut to shares above π.

    >>> round(log_e_better(Counts(1000, 10), Counts(1000, 30), (1, 1)), 3)
    3.773
    """
    return _log_e_better(a.converted, b.converted, weights)


def ratio_sequence(a: Counts, b: Counts, weights: Weights, alpha: float) -> Interval:
    """Return the confidence sequence of b's rate over a's at level 1 − alpha.

    At ratio r the share of b is θ(r) = w_b r / (w_a + w_b r); the interval holds every r that
    neither side excludes at 2/α. It ends at infinity while a has no conversion.

    >>> [round(end, 3) for end in ratio_sequence(Counts(400, 20), Counts(400, 35), (1, 1), 0.05)]
    [0.767, 4.423]
    """
    needed = evidence_needed(alpha, arms=2)
    low = _least_ratio(a.converted, b.converted, weights, needed)
    # The most that b can be over a is the least that a can be over b, read backwards.
    least = _least_ratio(b.converted, a.converted, weights[::-1], needed)
    return Interval(low, _inverse(least))


def compare(variants: Sequence[Counts], weights: Sequence[float], alpha: float) -> list[Comparison]:
    """Return every ordered pair of variants, a before b in the list and then the reverse.

    >>> both = compare([Counts(400, 20), Counts(400, 35)], [1, 1], alpha=0.05)
    >>> [(pair.a, pair.b, round(pair.ratio.high, 2)) for pair in both]
    [(0, 1, 4.42), (1, 0, 1.3)]
    """
    check_lengths("variants", len(variants), "weights", len(weights))
    pairs = []
    for b, second in enumerate(variants):
        for a, first in enumerate(variants[:b]):
            shared = weights[a], weights[b]
            ratio = ratio_sequence(first, second, shared, alpha)
            pairs.append(Comparison(a, b, log_e_better(first, second, shared), ratio))
            back = log_e_better(second, first, shared[::-1])
            pairs.append(
                Comparison(b, a, back, Interval(_inverse(ratio.high), _inverse(ratio.low)))
            )
    return pairs


def find_best(variants: Sequence[Counts], weights: Sequence[float], alpha: float) -> int | None:
    """Return the place of the variant that beats every other at K/α, or None.

    The chance of ever calling a variant best that is not, ties included, is at most alpha.

    >>> find_best([Counts(400, 5), Counts(400, 6), Counts(400, 40)], [1, 1, 1], alpha=0.05)
    2
    """
    check_lengths("variants", len(variants), "weights", len(weights))
    needed = evidence_needed(alpha, arms=len(variants))
    for k, winner in enumerate(variants):
        rivals = [j for j in range(len(variants)) if j != k]
        if rivals and all(
            log_e_better(variants[j], winner, (weights[j], weights[k])) >= needed for j in rivals
        ):
            return k
    return None


def log_e_unequal(variants: Sequence[Counts], weights: Sequence[float]) -> float:
    """Return the log evidence that the variants' rates are not all equal.

    Dirichlet(16 · share) mixture on the conversions; formula in ``mixture.log_e_shares``.

    >>> round(log_e_unequal([Counts(400, 5), Counts(400, 6), Counts(400, 40)], [1, 1, 1]), 2)
    15.36
    """
    import numpy as np

    from wbtest.statistics import mixture

    check_lengths("variants", len(variants), "weights", len(weights))
    converted = np.array([counts.converted for counts in variants], dtype=np.int64)
    return float(mixture.log_e_shares(converted, np.array(shares_of(weights)), CONCENTRATION))


@lru_cache(REMEMBERED)
def _log_e_better(converted_a: int, converted_b: int, weights: Weights) -> float:
    from wbtest.statistics import scalar

    share = shares_of(weights)[1]
    prior = CONCENTRATION * share, CONCENTRATION * (1 - share)
    return scalar.log_e_above(converted_b, converted_a, share, *prior)


@lru_cache(REMEMBERED)
def _least_ratio(converted_a: int, converted_b: int, weights: Weights, needed: float) -> float:
    """Return the ratio of b's rate over a's below which the evidence excludes every ratio."""
    from wbtest.statistics import mixture, scalar

    share_a, share_b = shares_of(weights)
    counts = converted_b, converted_a
    prior = CONCENTRATION * share_b, CONCENTRATION * share_a

    def log_e(theta: float) -> float:
        return scalar.log_e_above(*counts, theta, *prior)

    # The odds of theta are r · w_b / w_a.
    return exp(mixture.lower_log_odds(log_e, *counts, needed)) * share_a / share_b


def _inverse(ratio: float) -> float:
    return 1 / ratio if ratio else inf
