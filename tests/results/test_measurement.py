"""The measurement: what cannot be judged yet."""

import pytest

from tests.results.trusting.histories import checked, counted, visitors
from wbtest.results import measurement
from wbtest.statistics import split


@pytest.mark.parametrize(("seen", "colour"), [((12, 0), "grey"), ((60, 60), "green")])
def test_a_split_of_few_is_not_judged_however_they_fall(seen, colour):
    assert checked(counted(*(visitors(70, n) for n in seen)))["split"].colour == colour


@pytest.mark.parametrize("weights", [(1, 1), (9, 1), (1, 1, 1, 1, 1, 1)])
def test_where_a_split_is_not_judged_no_alarm_could_be_raised(weights):
    for people in range(60):
        worst = [0] * (len(weights) - 1) + [people]
        history = counted(*(visitors(people, n) for n in worst), weights=weights)

        assert checked(history)["split"].is_early is not split(worst, weights).mismatch


def test_of_one_variant_nothing_is_split():
    checks = checked(counted(visitors(1000, 900)))

    assert (checks["split"].colour, checks["split"].value) == ("green", "–")
    assert checks["beacons_alike"].colour == "green"


@pytest.mark.parametrize(("served", "colour"), [(0, "grey"), (99, "grey"), (100, "green")])
def test_lost_beacons_are_judged_from_a_hundred_pages_on(served, colour):
    assert checked(counted(visitors(served, served)))["beacons"].colour == colour


def test_variants_are_not_compared_before_both_were_served():
    checks = checked(counted(visitors(200, 180), visitors(0, 0), weights=(9, 1)))

    assert checks["beacons_alike"].colour == "grey"


@pytest.mark.parametrize("weights", [(1, 1), (1000, 1000), (1, 1, 1, 1, 1, 1), (1000, 1)])
def test_a_thousand_people_are_never_too_few_to_judge_a_split(weights):
    # No weight of the lightest variant says less against a split than that of one of two equal.
    everybody = [0] * (len(weights) - 1) + [measurement.ALWAYS_ENOUGH]

    assert split(everybody, weights).mismatch
