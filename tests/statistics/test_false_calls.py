"""What the tests promise, computed exactly: every path of visitors, a look after each of them.

``calls`` carries the distribution of conversions from visitor to visitor and takes out whatever
the rule has called. Nothing is simulated, so nothing here can fail or pass by luck.
"""

from collections.abc import Callable

import numpy as np
import pytest

from wbtest.statistics import (
    Counts,
    default_hoped_for,
    evidence_needed,
    log_e_above_path,
    log_e_below_path,
    log_e_better,
    plan,
)

Rule = Callable[[int, np.ndarray], np.ndarray]
RATES = pytest.mark.parametrize("rate", [0.005, 0.01, 0.02, 0.05, 0.1, 0.15, 0.25, 0.4])
ALPHA = 0.05


def calls(rule: Rule, rate: float, visitors: int) -> np.ndarray:
    """Return the probability that ``rule`` calls first at each of ``visitors`` looks."""
    alive, called = np.ones(1), []
    for seen in range(1, visitors + 1):
        alive = np.append(alive * (1 - rate), 0) + np.append(0, alive * rate)
        hit = rule(seen, np.arange(len(alive)))
        called.append(alive[hit].sum())
        alive[hit] = 0
        # What is too unlikely to matter is counted as called, so the result is never too small.
        rare = alive.size - int(np.argmax(alive[::-1] > 1e-15))
        called[-1] += alive[rare:].sum()
        alive = alive[:rare]
    return np.array(called)


def horizon(rate: float) -> int:
    """Visitors enough to let ten conversions happen, and to call some page by mistake."""
    return round(600 + 10 / rate)


def says_above(target: float, arms: int = 1, hoped_for: float | None = None) -> Rule:
    def rule(seen: int, converted: np.ndarray) -> np.ndarray:
        evidence = log_e_above_path(converted, np.full_like(converted, seen), target, hoped_for)
        return evidence >= evidence_needed(ALPHA, arms)

    return rule


def says_below(target: float) -> Rule:
    def rule(seen: int, converted: np.ndarray) -> np.ndarray:
        evidence = log_e_below_path(converted, np.full_like(converted, seen), target)
        return evidence >= evidence_needed(ALPHA)

    return rule


@RATES
def test_a_page_at_its_target_is_hardly_ever_called_above_it(rate):
    assert 0.001 < calls(says_above(rate), rate, horizon(rate)).sum() <= ALPHA


@RATES
@pytest.mark.parametrize("times", [1, 1.5])
def test_nor_is_it_where_the_test_looks_hardest_for_a_rate_above(rate, times):
    rule = says_above(rate, hoped_for=times * default_hoped_for(rate))

    assert 0.001 < calls(rule, rate, horizon(rate)).sum() <= ALPHA


@RATES
def test_a_page_at_its_target_is_hardly_ever_called_below_it(rate):
    assert 0.001 < calls(says_below(rate), rate, horizon(rate)).sum() <= ALPHA


def test_three_pages_at_their_target_share_one_allowance():
    for hoped_for in (None, 0.075):
        rule = says_above(0.05, arms=3, hoped_for=hoped_for)

        assert calls(rule, 0.05, visitors=800).sum() <= ALPHA / 3


@pytest.mark.parametrize("weights", [(1, 1), (4, 1), (1, 4)])
def test_equal_variants_are_hardly_ever_called_different(weights):
    share = weights[1] / sum(weights)

    def says_better(total: int, converted: np.ndarray) -> np.ndarray:
        pairs = [(Counts(total, total - x), Counts(total, x)) for x in converted.tolist()]
        evidence = [log_e_better(*pair, weights) for pair in pairs]
        return np.array(evidence) >= evidence_needed(ALPHA)

    assert 0.001 < calls(says_better, share, visitors=150).sum() <= ALPHA


def test_a_z_test_at_every_look_is_found_guilty():
    def z_test(seen: int, converted: np.ndarray) -> np.ndarray:
        return (converted - seen * 0.05) / np.sqrt(seen * 0.05 * 0.95) >= 1.645

    assert calls(z_test, 0.05, visitors=800).sum() > 4 * ALPHA


@pytest.mark.parametrize("arms", [1, 2])
@pytest.mark.parametrize("hoped_for", [0.075, 0.1])
def test_the_planned_cap_has_the_power_and_costs_little(hoped_for, arms):
    asked = {"target": 0.05, "floor": 0.02, "alpha": ALPHA, "power": 0.8, "daily": 100}
    made = plan(**asked, variants=arms, hoped_for=hoped_for)
    rule = says_above(0.05, arms, hoped_for)
    found = calls(rule, hoped_for, made.visitors_per_variant)

    until = min(2 * made.fixed_visitors, len(found))
    visitors = (np.arange(1, until + 1) * found[:until]).sum() + until * (1 - found[:until].sum())

    assert found.sum() >= 0.8
    assert visitors <= (1.05 if arms == 1 else 1.2) * made.fixed_visitors


def test_the_rate_hoped_for_is_found_with_a_twelfth_fewer_visitors():
    found = [calls(says_above(0.08, 1, hope), 0.12, 3_000) for hope in (None, 0.12)]
    without, with_hope = [(np.arange(1, 3_001) * each).sum() for each in found]

    assert with_hope <= 0.92 * without
