"""Which sightings and sign-ups count, for any history of one visitor."""

from hypothesis import given
from hypothesis import strategies as st

from wbtest.audience.recording.settle import Settled, SignupTimes, settle

WINDOW = 50
times = st.integers(0, 200)
signups = st.lists(st.builds(SignupTimes, times, st.none() | times), max_size=5)
conversions = st.sampled_from(["signup", "confirmed"])


def test_a_sign_up_at_the_very_moment_of_the_sighting_takes_it_out() -> None:
    settled = settle(100, [SignupTimes(100)], "signup", WINDOW)

    assert settled == Settled(is_counted=False, conversion=None, unseen=frozenset({0}))


def test_the_last_moment_of_the_window_is_inside() -> None:
    times = [SignupTimes(151), SignupTimes(150)]

    settled = settle(100, times, "signup", WINDOW)
    assert settled.conversion == 1
    assert settled.unseen == {0}
    assert settle(100, times[:1], "signup", WINDOW).conversion is None


def test_of_two_sign_ups_the_confirmed_one_converts() -> None:
    times = [SignupTimes(110), SignupTimes(120, confirmed_us=130)]

    assert settle(100, times, "confirmed", WINDOW).conversion == 1
    assert settle(100, times, "signup", WINDOW).conversion == 0


def test_a_confirmation_after_the_window_does_not_convert_and_is_not_unseen() -> None:
    settled = settle(100, [SignupTimes(110, confirmed_us=151)], "confirmed", WINDOW)

    assert settled == Settled(is_counted=True, conversion=None, unseen=frozenset())


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
        moment = signup.at_us if conversion == "signup" else signup.confirmed_us
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
        moment = signup.at_us if conversion == "signup" else signup.confirmed_us
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
