"""Beacons that are lost at random leave the rate what it is, since both its sides need them."""

from fractions import Fraction

import pytest

from wbtest.audience.recording.settle import SignupTimes, settle

VISITORS, CONVERTING, LOST = 100, 7, 20


def rate(has_lost: list[bool], conversion: str) -> Fraction:
    """The rate of a hundred visitors of whom seven say yes a minute after they saw the page."""
    seen = converted = 0
    for number, is_lost in enumerate(has_lost):
        signups = [SignupTimes(160, 170)] if number < CONVERTING else []
        settled = settle(None if is_lost else 100, signups, conversion, window_us=90)
        seen += settled.is_counted
        converted += settled.conversion is not None
    return Fraction(converted, seen)


@pytest.mark.parametrize("conversion", ["signup", "confirmed"])
def test_a_fifth_lost_at_random_leaves_seven_of_a_hundred_seven(conversion):
    """Whichever twenty are lost: over all whom it may hit alike, the rates' mean is exact."""
    lost = [number * 37 % VISITORS < LOST for number in range(VISITORS)]
    turned = [lost[start:] + lost[:start] for start in range(VISITORS)]

    rates = [rate(each, conversion) for each in turned]

    assert len(set(rates)) > 1
    assert sum(rates, Fraction()) / len(rates) == Fraction(CONVERTING, VISITORS)


def test_signing_up_never_makes_anybody_seen():
    settled = settle(None, [SignupTimes(160)], "signup", window_us=90)

    assert (settled.is_counted, settled.conversion, settled.unseen) == (False, None, {0})
