"""What several variants are promised, by simulation with a look after every visitor. Imports numpy.

Variants are drawn visitor by visitor as the page draws them; weights go up to 80 to 20, and the
rate that all share drifts where it says so.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from wbtest.results.selftest.crowds import crowds, drifting, steady
from wbtest.results.selftest.lines import Line, counted
from wbtest.results.selftest.walks import Bars, Bools, evidence_bars, rate_prior
from wbtest.results.statistics import evidence_needed
from wbtest.results.statistics.comparison import CONCENTRATION
from wbtest.results.statistics.mixture import Ints

ALPHA = 0.05
TARGET = 0.05
# Per cent of the visitors that the first variant has where weights are uneven.
UNEVEN = 80
# As in ``exact``: a one-sided z test at 5 %, which nobody trusts before so many visitors.
Z_ONE, Z_AFTER = 1.644854, 100
Random = np.random.Generator


def weights_of(arms: int, *, is_even: bool) -> list[int]:
    """Return equal weights, or four in five visitors for the first variant."""
    if is_even or arms == 1:
        return [1] * arms
    return [UNEVEN * (arms - 1), *[100 - UNEVEN] * (arms - 1)]


def false_go(
    rng: Random,
    arms: int,
    lives: int,
    visitors: int,
    *,
    is_even: bool = True,
    is_steady: bool = True,
) -> list[Line]:
    """Return how often any of several variants, none above its target, is ever called go."""
    weights = weights_of(arms, is_even=is_even)
    rates = (steady if is_steady else drifting)(visitors, [TARGET] * arms)
    bars = evidence_bars(visitors, TARGET, rate_prior(TARGET), above=evidence_needed(ALPHA, arms))
    hits = peeked = 0
    for crowd in crowds(rng, lives, weights, rates):
        is_called = is_peeked = np.zeros(len(crowd.arms), dtype=np.bool_)
        for arm in range(arms):
            seen, converted = crowd.seen(arm), crowd.converted(arm)
            is_called = is_called | (converted >= bars.upper[seen]).any(axis=1)
            spread = np.sqrt(seen * TARGET * (1 - TARGET))
            score = (converted - seen * TARGET) >= Z_ONE * spread
            is_peeked = is_peeked | (score & (seen >= Z_AFTER)).any(axis=1)
        hits += int(is_called.sum())
        peeked += int(is_peeked.sum())
    setting = _setting(arms, is_even=is_even, is_steady=is_steady)
    name = f"go, {setting}"
    return [counted("go", name, hits, lives, bound=ALPHA, peeking=peeked / lives)]


def false_not_met(rng: Random, arms: int, lives: int, visitors: int) -> list[Line]:
    """Return how often all are called below target although one of them reaches it."""
    rates = steady(visitors, [TARGET, *[TARGET / 5] * (arms - 1)])
    bars = evidence_bars(visitors, TARGET, rate_prior(TARGET), below=evidence_needed(ALPHA))
    hits = 0
    for crowd in crowds(rng, lives, [1] * arms, rates):
        is_below = np.ones(crowd.arms.shape, dtype=np.bool_)
        for arm in range(arms):
            is_below &= crowd.converted(arm) <= bars.lower[crowd.seen(arm)]
        hits += int(is_below.any(axis=1).sum())
    name = f"not met, {arms} variants of which one is at its target"
    return [counted("not_met", name, hits, lives, bound=ALPHA)]


def false_best(
    rng: Random,
    arms: int,
    lives: int,
    visitors: int,
    *,
    is_even: bool = True,
    is_steady: bool = True,
    is_tie: bool = False,
) -> list[Line]:
    """Return how often a variant is ever called best that is not; ``is_tie``: two are, equally."""
    weights = weights_of(arms, is_even=is_even)
    true = [TARGET, TARGET, *[TARGET / 2 if is_tie else TARGET] * (arms - 2)]
    rates = (steady if is_steady else drifting)(visitors, true)
    hits = 0
    for crowd in crowds(rng, lives, weights, rates):
        converted = crowd.conversions(arms)
        is_best = np.zeros(len(crowd.arms), dtype=np.bool_)
        for k in range(arms):
            beats = [
                _is_better(converted[j], converted[k], (weights[j], weights[k]), arms)
                for j in range(arms)
                if j != k
            ]
            is_best |= np.logical_and.reduce(beats).any(axis=1)
        hits += int(is_best.sum())
    tie = ", two tied" if is_tie else ""
    name = f"best, {_setting(arms, is_even=is_even, is_steady=is_steady)}{tie}"
    return [counted("best", name, hits, lives, bound=ALPHA)]


def _is_better(a: Ints, b: Ints, weights: tuple[int, int], arms: int) -> Bools:
    share = weights[1] / sum(weights)
    bars = _pair_bars(int((a + b).max(initial=0)), share, arms)
    better: Bools = b >= bars.upper[a + b]
    return better


@lru_cache
def _pair_bars(looks: int, share: float, arms: int) -> Bars:
    prior = CONCENTRATION * share, CONCENTRATION * (1 - share)
    return evidence_bars(looks, share, prior, above=evidence_needed(ALPHA, arms))


def _setting(arms: int, *, is_even: bool, is_steady: bool) -> str:
    variants = f"{arms} variants" if arms > 1 else "1 variant"
    split = "" if is_even or arms == 1 else f", {UNEVEN}:{100 - UNEVEN}"
    return f"{variants}{split}{'' if is_steady else ', drifting rate'}"
