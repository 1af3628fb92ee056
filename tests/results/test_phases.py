"""Phases: evidence adds up, counts never do, and who gets nobody new says nothing."""

from datetime import timedelta
from math import inf

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.results.hours import START, eager_rule, judged, phase
from wbtest.results import statistics
from wbtest.results.looks import PhaseHours, look
from wbtest.results.variants import compare, rank, split

CONTROL, OTHER = 0, 1


def log_e(phases: list[PhaseHours], a: int = CONTROL, b: int = OTHER) -> float:
    """The evidence that b is better than a."""
    return next(p.log_e for p in compare(eager_rule(), phases) if (p.a, p.b) == (a, b))


def pooled(phases: list[PhaseHours], variant: int) -> float:
    """The rate that nobody may show."""
    counts = [phase.totals()[variant] for phase in phases]
    return sum(each.converted for each in counts) / sum(each.seen for each in counts)


def vwo_case() -> list[PhaseHours]:
    """Monday half and half; from Tuesday on nine in ten see A. B is worse on every day."""
    monday = phase([((1000, 250), (1000, 200))], (1, 1))
    week = phase([((1800, 90), (200, 8))] * 6, (9, 1), START + timedelta(days=1))
    return [monday, week]


def test_weights_that_change_never_make_the_worse_variant_win():
    phases = vwo_case()

    # Pooled, B would look nearly twice as good.
    assert pooled(phases, OTHER) > 1.6 * pooled(phases, CONTROL)
    assert log_e(phases) < 0 < log_e(phases, OTHER, CONTROL)


def test_who_is_ahead_on_each_day_is_ahead_over_both():
    friday = phase([((990_000, 20_000), (10_000, 230))], (99, 1))
    saturday = phase([((500_000, 5_000), (500_000, 6_000))], (1, 1), START + timedelta(days=1))

    for each in (friday, saturday):
        assert each.totals()[OTHER].rate > each.totals()[CONTROL].rate
    assert log_e([friday, saturday]) == pytest.approx(log_e([friday]) + log_e([saturday]))
    assert log_e([friday, saturday]) > statistics.evidence_needed(0.05, 2)


counts = st.integers(0, 60).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n)))


@settings(max_examples=40, deadline=None)
@given(st.tuples(counts, counts), st.tuples(st.integers(1, 9), st.integers(1, 9)))
def test_two_identical_phases_have_twice_the_evidence(hour, weights):
    one = phase([hour], weights)
    rule, now = eager_rule(), START + timedelta(days=3)
    windows = {"target": rule.target, "floor": rule.floor, "window_hours": 24, "now": now}

    once, twice = look([one], **windows), look([one, one], **windows)

    for name in ("above", "above_floor", "below", "split"):
        assert getattr(twice, name)[-1] == pytest.approx(2 * getattr(once, name)[-1])
    assert log_e([one, one]) == pytest.approx(2 * log_e([one]))


def stopped() -> list[PhaseHours]:
    """Three variants, of which the last gets nobody new from the second phase on."""
    first = phase([((400, 20), (400, 60), (400, 8))], (1, 1, 1))
    return [first, phase([((600, 30), (600, 90), (0, 0))], (1, 1, 0), START + timedelta(days=5))]


def test_a_variant_without_newcomers_keeps_its_evidence_and_adds_none():
    phases = stopped()
    windows = {"target": 0.08, "floor": 0.03, "window_hours": 24, "now": START + timedelta(days=9)}

    first, both = look(phases[:1], **windows), look(phases, **windows)

    assert both.below[-1, 2] == pytest.approx(first.below[-1, 2])
    assert both.below[-1, 0] > first.below[-1, 0]


def test_a_variant_without_newcomers_is_no_broken_split():
    phases = stopped()

    found = split(phases[-1], 0.0)

    assert found.expected == (600.0, 600.0, 0.0)
    assert found.p_value == pytest.approx(1)
    assert judged(*phases, rule=eager_rule()).is_withheld is False


def test_a_variant_is_compared_in_the_phases_that_had_both():
    phases = stopped()

    assert log_e(phases, 2, 1) == log_e(phases[:1], 2, 1)
    assert log_e(phases, 0, 1) > log_e(phases[:1], 0, 1)


def test_two_variants_that_never_ran_together_are_not_compared():
    first = phase([((400, 20), (0, 0))], (1, 0))
    second = phase([((0, 0), (400, 90))], (0, 1), START + timedelta(days=5))

    [pair, _] = compare(eager_rule(), [first, second])

    assert (pair.log_e, pair.ratio) == (0.0, (0.0, inf))


def test_a_variant_without_newcomers_has_no_rank_in_the_phase():
    ranked = rank(stopped()[-1])

    assert ranked.probability_best[2] is ranked.expected_loss[2] is None
    assert sum(chance for chance in ranked.probability_best if chance) == pytest.approx(1)
