"""The self-test in its short form: silent about sound code, and it finds a seeded error."""

import numpy as np
import pytest
from scipy import special

from wbtest import statistics
from wbtest.results import error_rates
from wbtest.results.error_rates import (
    CAREFUL,
    EAGER,
    FALSE_ALARMS,
    TARGET,
    WORLDS,
    Line,
    World,
    broken,
)
from wbtest.statistics import Counts, evidence_needed, log_e_above, log_e_below, scalar

NUMBER = 50
AT_TARGET = next(w for w in WORLDS if w.habit is EAGER and w.name == "at the target")


def simulated(world: World, number: int, seed: int = 1) -> list[Line]:
    return error_rates.verdicts(np.random.default_rng(seed), world, number, lambda _number: None)


@pytest.mark.parametrize("rate", error_rates.RATES)
def test_a_page_at_its_target_keeps_every_bound(rate: float):
    lines = error_rates.one_rate(rate, 600)

    assert broken(lines) == []
    assert min(line.measured for line in lines) > 0


def test_looking_daily_at_a_z_test_is_found_guilty():
    assert error_rates.one_rate(0.05, 2_000)[0].peeking > 4 * error_rates.ALPHA


@pytest.mark.parametrize("seen", [1, 60, 400, 1_999])
def test_a_bar_is_the_first_count_whose_evidence_is_enough(seen: int):
    needed = evidence_needed(error_rates.ALPHA)

    above = [x for x in range(seen + 1) if log_e_above(Counts(seen, x), 0.08, 0.12) >= needed]
    below = [x for x in range(seen + 1) if log_e_below(Counts(seen, x), 0.08) >= needed]

    assert error_rates.go_bars(0.08, seen)[seen] == min(above, default=seen + 1)
    assert error_rates.not_met_bars(0.08, seen)[seen] == max(below, default=-1)


def test_a_walk_is_called_as_often_as_can_be_counted_by_hand():
    second_conversion = np.array([2, 2, 2, 2, 2, 2])

    called = error_rates.chance_above(second_conversion, 0.3)

    assert called == pytest.approx(1 - 0.7**5 - 5 * 0.3 * 0.7**4)


def test_all_alarms_together_are_false_in_one_of_ten_thousand_runs_at_most():
    bounds = [line for w in WORLDS for line in simulated(w, 1) if line.bound is not None]
    total = 0.0
    for line in bounds:
        shares = [line._replace(measured=x / NUMBER, founders=NUMBER) for x in range(NUMBER + 1)]
        # Beside as many other lines as a run has.
        others = [line._replace(measured=line.bound, founders=NUMBER)] * (len(bounds) - 1)
        alarms = np.array([share in broken([share, *others]) for share in shares])
        before = special.bdtr(np.arange(NUMBER + 1), NUMBER, line.bound)
        total += float(np.diff(before, prepend=0.0)[alarms].sum())

    assert 0 < total <= FALSE_ALARMS


def test_a_founder_at_the_target_is_hardly_ever_told_to_go():
    lines = simulated(AT_TARGET, 12)

    assert broken(lines) == []
    assert lines == simulated(AT_TARGET, 12)


@pytest.mark.parametrize("habit", [CAREFUL, EAGER])
def test_who_has_a_good_page_learns_so(habit):
    world = next(w for w in WORLDS if w.habit is habit and w.right == "go")

    (line,) = simulated(world, 10)

    assert line.measured >= 0.8


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_threshold_divided_by_four_is_found_by_the_founders(monkeypatch, seed: int):
    monkeypatch.setattr(
        statistics, "evidence_needed", lambda error, arms=1: evidence_needed(error, arms) / 4
    )

    at_the_floor = next(w for w in WORLDS if w.habit is CAREFUL and w.name == "at the floor")

    assert broken(simulated(at_the_floor, NUMBER, seed))


def test_a_threshold_divided_by_four_is_found_exactly(monkeypatch):
    monkeypatch.setattr(
        statistics, "evidence_needed", lambda error, arms=1: evidence_needed(error, arms) / 4
    )

    assert {line.group for line in broken(error_rates.one_rate(0.05, 600))} == {"go", "not_met"}


@pytest.mark.parametrize("rate", error_rates.RATES)
def test_evidence_of_one_visitor_too_few_is_found_exactly(monkeypatch, rate: float):
    sound = scalar.log_e_above
    monkeypatch.setattr(scalar, "log_e_above", lambda x, f, *rest: sound(x, f - 1, *rest))

    assert "evidence" in {line.group for line in broken(error_rates.one_rate(rate, 100))}


@pytest.mark.parametrize("world", [w for w in WORLDS if w.is_promised and not w.has_friends])
def test_what_is_wrong_to_say_is_wrong_at_every_hour(world: World):
    hours = np.arange(world.habit.days * 24) / 24
    rates = [rate.at(hours) for rate in world.rates]

    if "go" in world.wrong:
        assert max(rate.max() for rate in rates) <= TARGET
    if "not met" in world.wrong:
        assert max(rate.min() for rate in rates) >= TARGET


def test_all_conversions_arrive_within_their_window():
    seen, arrived, converted = error_rates.visits(np.random.default_rng(1), WORLDS[0])

    assert arrived.sum() == converted.sum()
    assert (arrived.cumsum(axis=0) <= converted.cumsum(axis=0)).all()
    assert (converted <= seen).all()
