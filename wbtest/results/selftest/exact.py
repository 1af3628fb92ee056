"""What one page or two are promised, computed for every path of visitors. Imports numpy.

Nothing here is simulated, so nothing can hold or fail by luck.
"""

from __future__ import annotations

from math import exp

from wbtest.results.selftest.lines import Line
from wbtest.results.selftest.walks import (
    Bars,
    by_visitors,
    distance_bars,
    evidence_bars,
    expected_looks,
    first_calls,
    rate_prior,
    split_bars,
)
from wbtest.results.statistics import evidence_needed, plan
from wbtest.results.statistics.comparison import CONCENTRATION
from wbtest.results.statistics.mixture import Floats
from wbtest.results.statistics.split import ALARM
from wbtest.results.statistics.split import CONCENTRATION as SPLIT_CONCENTRATION

ALPHA = 0.05
RATES = (0.005, 0.01, 0.02, 0.05, 0.1, 0.15)
# One-sided and two-sided at 5 %, and χ² at 0.1 %.
Z_ONE, Z_TWO, Z_SPLIT = 1.644854, 1.959964, 3.290527
# Nobody trusts a z test earlier; before that it calls even more.
Z_AFTER = 100
TARGETS = (0.02, 0.05, 0.1)
LARGER = (1.25, 1.5, 2.0)


def one_rate(rate: float, visitors: int) -> list[Line]:
    """Return how often a page exactly at its target is ever called, and its rate ever missed."""
    one = evidence_needed(ALPHA)
    two = evidence_needed(ALPHA, arms=2)
    prior = rate_prior(rate)

    def called(bars: Bars) -> float:
        return float(first_calls(bars, rate).sum())

    above = evidence_bars(visitors, rate, prior, above=one)
    below = evidence_bars(visitors, rate, prior, below=one)
    either = evidence_bars(visitors, rate, prior, above=two, below=two)
    z_one = distance_bars(visitors, rate, Z_ONE, Z_AFTER)
    z_two = distance_bars(visitors, rate, Z_TWO, Z_AFTER)
    # A test of one side has no bar on the other.
    peeked = called(Bars(z_one.upper, above.lower)), called(Bars(below.upper, z_one.lower))
    of_it = f"at its target of {100 * rate:g} %"
    return [
        Line("go", f"go, {of_it}", called(above), ALPHA, peeking=peeked[0]),
        Line("not_met", f"not met, {of_it}", called(below), ALPHA, peeking=peeked[1]),
        Line(
            "coverage",
            f"the sequence ever misses {100 * rate:g} %",
            called(either),
            ALPHA,
            peeking=called(z_two),
        ),
    ]


def lift(weights: tuple[int, int], conversions: int, visitors: int) -> list[Line]:
    """Return how often one of two equal variants is ever called better than the other."""
    share = weights[1] / sum(weights)
    prior = CONCENTRATION * share, CONCENTRATION * (1 - share)
    needed = evidence_needed(ALPHA, arms=2)
    called = first_calls(
        evidence_bars(conversions, share, prior, above=needed, below=needed), share
    )
    z_test = first_calls(distance_bars(conversions, share, Z_TWO, after=10), share)
    split = f"{weights[0]}:{weights[1]}"
    lines = [
        Line(
            "lift",
            f"a difference, both at {100 * rate:g} %, {split}",
            by_visitors(called, rate, visitors),
            ALPHA,
            peeking=by_visitors(z_test, rate, visitors),
        )
        for rate in RATES
    ]
    whole = f"a difference by {conversions:,} conversions, {split}"
    return [
        *lines,
        Line("lift", whole, float(called.sum()), ALPHA, peeking=float(z_test.sum())),
    ]


def ratio(times: float, weights: tuple[int, int], conversions: int) -> list[Line]:
    """Return how often the sequence of the ratio ever misses a true ratio of ``times``."""
    share = weights[1] / sum(weights)
    prior = CONCENTRATION * share, CONCENTRATION * (1 - share)
    needed = evidence_needed(ALPHA, arms=2)
    true = weights[1] * times / (weights[0] + weights[1] * times)
    bars = evidence_bars(conversions, true, prior, above=needed, below=needed)
    name = f"the sequence ever misses a ratio of {times:g}, {weights[0]}:{weights[1]}"
    return [Line("coverage", name, float(first_calls(bars, true).sum()), ALPHA)]


def two_way_split(visitors: int) -> list[Line]:
    """Return how often a sound split is doubted, and how soon a broken one is found."""
    bars = split_bars(visitors, 0.5, SPLIT_CONCENTRATION, ALARM)
    peeking = first_calls(distance_bars(visitors, 0.5, Z_SPLIT), 0.5).sum()
    sound = float(first_calls(bars, 0.5).sum())
    broken = first_calls(bars, 0.8 / 1.8)
    return [
        Line("split", "false alarm, 1:1", sound, exp(-ALARM), peeking=float(peeking)),
        Line(
            "split",
            "visitors until a variant that loses 20 % is found",
            expected_looks(broken, visitors),
            kind="visitors",
        ),
    ]


def power(target: float) -> list[Line]:
    """Return whether the planned cap has its power, and what looking costs on average."""
    lines = []
    for times in LARGER:
        hoped = target * times
        made = plan(
            target=target,
            floor=target / 2,
            alpha=ALPHA,
            power=0.8,
            daily=100,
            variants=1,
            hoped_for=hoped,
        )
        needed = evidence_needed(ALPHA)
        bars = evidence_bars(made.visitors_per_variant, target, rate_prior(target), above=needed)
        called: Floats = first_calls(bars, hoped)
        setting = f"{100 * target:g} % target, true {100 * hoped:g} %"
        lines.append(
            Line("power", f"go by the cap, {setting}", float(called.sum()), 0.8, is_least=True)
        )
        looks = expected_looks(called, 2 * made.fixed_visitors) / made.fixed_visitors
        name = f"against a single look, {setting}"
        lines.append(Line("visitors", name, looks, 1.15, kind="times"))
    return lines
