"""Which sightings and sign-ups count, for any history of one visitor."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wbtest.audience.recording.settle import Settled, SignupTimes, settle

WINDOW = 50
times = st.integers(0, 200)
maybe = st.none() | times
signups = st.lists(st.builds(SignupTimes, times, maybe, maybe, maybe, maybe), max_size=5)
STEPS = ("confirmed", "price", "call", "preorder")
conversions = st.sampled_from(["signup", *STEPS])


def test_a_sign_up_at_the_very_moment_of_the_sighting_takes_it_out() -> None:
    settled = settle(100, [SignupTimes(100)], "signup", WINDOW)

    assert settled == Settled(is_counted=False, conversion=None, unseen=frozenset({0}))


def test_the_last_moment_of_the_window_is_inside() -> None:
    times = [SignupTimes(151), SignupTimes(150)]

    settled = settle(100, times, "signup", WINDOW)
    assert settled.conversion == 1
    assert settled.unseen == {0}
    assert settle(100, times[:1], "signup", WINDOW).conversion is None


@pytest.mark.parametrize("step", STEPS)
def test_of_two_sign_ups_the_one_that_took_the_step_converts(step: str) -> None:
    times = [SignupTimes(110), took(120, step, 150)]

    assert settle(100, times, step, WINDOW).conversion == 1  # type: ignore[arg-type]
    assert settle(100, times, "signup", WINDOW).conversion == 0


@pytest.mark.parametrize("step", STEPS)
def test_a_step_after_the_window_does_not_convert_and_is_not_unseen(step: str) -> None:
    settled = settle(100, [took(110, step, 151)], step, WINDOW)  # type: ignore[arg-type]

    assert settled == Settled(is_counted=True, conversion=None, unseen=frozenset())


@given(times, signups, st.sampled_from(STEPS))
def test_no_other_step_decides(seen_us: int, signups: list[SignupTimes], step: str) -> None:
    others = {f"{name}_us": None for name in STEPS if name != step}
    alone = [signup._replace(**others) for signup in signups]

    settled = settle(seen_us, signups, step, WINDOW)  # type: ignore[arg-type]

    assert settle(seen_us, alone, step, WINDOW) == settled  # type: ignore[arg-type]


@given(signups, conversions)
def test_without_a_sighting_all_sign_ups_are_unseen(
    signups: list[SignupTimes], conversion: str
) -> None:
    settled = settle(None, signups, conversion, WINDOW)  # type: ignore[arg-type]

    assert settled == Settled(False, None, frozenset(range(len(signups))))


@given(times, signups, conversions)
def test_a_conversion_came_after_a_counted_sighting_within_the_window(
    seen_us: int, signups: list[SignupTimes], conversion: str
) -> None:
    settled = settle(seen_us, signups, conversion, WINDOW)  # type: ignore[arg-type]

    assert settled.is_counted == all(signup.at_us > seen_us for signup in signups)
    if settled.conversion is not None:
        signup = signups[settled.conversion]
        moment = moment_of(signup, conversion)
        assert settled.is_counted
        assert signup.at_us > seen_us
        assert moment is not None
        assert moment <= seen_us + WINDOW


@given(times, signups, conversions)
def test_no_earlier_sign_up_would_convert(
    seen_us: int, signups: list[SignupTimes], conversion: str
) -> None:
    settled = settle(seen_us, signups, conversion, WINDOW)  # type: ignore[arg-type]

    for index, signup in enumerate(signups if settled.is_counted else []):
        moment = moment_of(signup, conversion)
        would = moment is not None and moment <= seen_us + WINDOW
        chosen = settled.conversion
        assert not would or (chosen is not None and signups[chosen].at_us <= signup.at_us)
        assert (index in settled.unseen) == (signup.at_us > seen_us + WINDOW)


@given(times, st.permutations([SignupTimes(110), SignupTimes(120, 125), SignupTimes(130, 131)]))
def test_the_order_of_rows_does_not_matter(seen_us: int, signups: list[SignupTimes]) -> None:
    settled = settle(seen_us, signups, "confirmed", WINDOW)
    again = settle(seen_us, sorted(signups), "confirmed", WINDOW)

    chosen = [None if s.conversion is None else o[s.conversion] for s, o in
              ((settled, signups), (again, sorted(signups)))]  # fmt: skip
    assert chosen[0] == chosen[1]
    assert settled.is_counted == again.is_counted


def took(at_us: int, step: str, moment_us: int) -> SignupTimes:
    """A sign-up that took this step alone."""
    return SignupTimes(at_us)._replace(**{f"{step}_us": moment_us})


def moment_of(signup: SignupTimes, conversion: str) -> int | None:
    """When it happened that converts."""
    names = ("signup", *STEPS)
    return signup[names.index(conversion)]
