"""Which sightings and sign-ups count for any history of one visitor, also when beacons are lost."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wbtest.audience.recording.counting_rules import (
    Attribution,
    SignupTimes,
    attribute,
    clock_of,
    day_of,
    hour_of,
)

WINDOW = 50
times = st.integers(0, 200)
maybe = st.none() | times
signups = st.lists(st.builds(SignupTimes, times, maybe, maybe, maybe, maybe), max_size=5)
STEPS = ("confirmed", "price", "call", "preorder")
conversions = st.sampled_from(["signup", *STEPS])
VISITORS, CONVERTING, LOST = 100, 7, 20


def test_a_sign_up_at_the_very_moment_of_the_sighting_takes_it_out() -> None:
    settled = attribute(100, [SignupTimes(100)], "signup", WINDOW)

    assert settled == Attribution(is_counted=False, conversion=None, unseen=frozenset({0}))


def test_the_last_moment_of_the_window_is_inside() -> None:
    times = [SignupTimes(151), SignupTimes(150)]

    settled = attribute(100, times, "signup", WINDOW)
    assert settled.conversion == 1
    assert settled.unseen == {0}
    assert attribute(100, times[:1], "signup", WINDOW).conversion is None


@pytest.mark.parametrize("step", STEPS)
def test_of_two_sign_ups_the_one_that_took_the_step_converts(step: str) -> None:
    times = [SignupTimes(110), took(120, step, 150)]

    assert attribute(100, times, step, WINDOW).conversion == 1  # type: ignore[arg-type]
    assert attribute(100, times, "signup", WINDOW).conversion == 0


@pytest.mark.parametrize("step", STEPS)
def test_a_step_after_the_window_does_not_convert_and_is_not_unseen(step: str) -> None:
    settled = attribute(100, [took(110, step, 151)], step, WINDOW)  # type: ignore[arg-type]

    assert settled == Attribution(is_counted=True, conversion=None, unseen=frozenset())


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("moment_us", [90, 100, 105])
def test_a_step_before_the_sighting_or_the_sign_up_does_not_convert(
    step: str, moment_us: int
) -> None:
    settled = attribute(100, [took(110, step, moment_us)], step, WINDOW)  # type: ignore[arg-type]

    assert settled == Attribution(is_counted=True, conversion=None, unseen=frozenset())


@given(times, signups, st.sampled_from(STEPS))
def test_no_other_step_decides(seen_us: int, signups: list[SignupTimes], step: str) -> None:
    others = {f"{name}_us": None for name in STEPS if name != step}
    alone = [signup._replace(**others) for signup in signups]

    settled = attribute(seen_us, signups, step, WINDOW)  # type: ignore[arg-type]

    assert attribute(seen_us, alone, step, WINDOW) == settled  # type: ignore[arg-type]


@given(signups, conversions)
def test_without_a_sighting_all_sign_ups_are_unseen(
    signups: list[SignupTimes], conversion: str
) -> None:
    settled = attribute(None, signups, conversion, WINDOW)  # type: ignore[arg-type]

    assert settled == Attribution(False, None, frozenset(range(len(signups))))


@given(times, signups, conversions)
def test_a_conversion_came_after_a_counted_sighting_within_the_window(
    seen_us: int, signups: list[SignupTimes], conversion: str
) -> None:
    settled = attribute(seen_us, signups, conversion, WINDOW)  # type: ignore[arg-type]

    assert settled.is_counted == all(signup.at_us > seen_us for signup in signups)
    if settled.conversion is not None:
        signup = signups[settled.conversion]
        moment = moment_of(signup, conversion)
        assert settled.is_counted
        assert signup.at_us > seen_us
        assert moment is not None
        assert signup.at_us <= moment <= seen_us + WINDOW


@given(times, signups, conversions)
def test_no_earlier_sign_up_would_convert(
    seen_us: int, signups: list[SignupTimes], conversion: str
) -> None:
    settled = attribute(seen_us, signups, conversion, WINDOW)  # type: ignore[arg-type]

    for index, signup in enumerate(signups if settled.is_counted else []):
        moment = moment_of(signup, conversion)
        would = moment is not None and signup.at_us <= moment <= seen_us + WINDOW
        chosen = settled.conversion
        assert not would or (chosen is not None and signups[chosen].at_us <= signup.at_us)
        assert (index in settled.unseen) == (signup.at_us > seen_us + WINDOW)


@given(times, st.permutations([SignupTimes(110), SignupTimes(120, 125), SignupTimes(130, 131)]))
def test_the_order_of_rows_does_not_matter(seen_us: int, signups: list[SignupTimes]) -> None:
    settled = attribute(seen_us, signups, "confirmed", WINDOW)
    again = attribute(seen_us, sorted(signups), "confirmed", WINDOW)

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


def rate(has_lost: list[bool], conversion: str) -> Fraction:
    """The rate of a hundred visitors of whom seven say yes a minute after they saw the page."""
    seen = converted = 0
    for number, is_lost in enumerate(has_lost):
        signups = [SignupTimes(160, 170)] if number < CONVERTING else []
        settled = attribute(None if is_lost else 100, signups, conversion, window_us=90)
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
    settled = attribute(None, [SignupTimes(160)], "signup", window_us=90)

    assert (settled.is_counted, settled.conversion, settled.unseen) == (False, None, {0})


def us(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp() * 1_000_000)


def start_of(text: str, zone: str) -> str:
    start = datetime.fromtimestamp(hour_of(us(text), zone), UTC)
    return start.isoformat(timespec="minutes")


@pytest.mark.parametrize(
    ("moment", "zone", "start"),
    [
        ("2027-03-01T09:59:59.999999+00:00", "UTC", "2027-03-01T09:00+00:00"),
        ("2027-03-01T10:00:00+00:00", "UTC", "2027-03-01T10:00+00:00"),
        ("2027-03-01T10:00:00+00:00", "Asia/Kathmandu", "2027-03-01T09:15+00:00"),
        ("2027-03-01T09:14:59+00:00", "Asia/Kathmandu", "2027-03-01T08:15+00:00"),
        # Berlin has the hour from two to three twice: by summer time, then by winter time.
        ("2026-10-25T00:59:59+00:00", "Europe/Berlin", "2026-10-25T00:00+00:00"),
        ("2026-10-25T01:00:00+00:00", "Europe/Berlin", "2026-10-25T01:00+00:00"),
        ("2026-03-29T01:00:00+00:00", "Europe/Berlin", "2026-03-29T01:00+00:00"),
        ("2026-11-01T05:59:59+00:00", "America/New_York", "2026-11-01T05:00+00:00"),
        ("2026-11-01T06:00:00+00:00", "America/New_York", "2026-11-01T06:00+00:00"),
        # Lord Howe goes from two back to half past one, which begins an hour of its own.
        ("2026-04-04T14:59:59+00:00", "Australia/Lord_Howe", "2026-04-04T14:00+00:00"),
        ("2026-04-04T15:00:00+00:00", "Australia/Lord_Howe", "2026-04-04T15:00+00:00"),
        ("2026-04-04T15:29:59+00:00", "Australia/Lord_Howe", "2026-04-04T15:00+00:00"),
        ("2026-04-04T15:30:00+00:00", "Australia/Lord_Howe", "2026-04-04T15:30+00:00"),
        # … and in October from two to half past two.
        ("2026-10-03T15:29:59+00:00", "Australia/Lord_Howe", "2026-10-03T14:30+00:00"),
        ("2026-10-03T15:30:00+00:00", "Australia/Lord_Howe", "2026-10-03T15:30+00:00"),
    ],
)
def test_a_moment_lies_in_the_local_hour(moment: str, zone: str, start: str) -> None:
    assert start_of(moment, zone) == start


@pytest.mark.parametrize(
    ("moment", "zone", "clock"),
    [
        ("2027-03-01T09:14:59+00:00", "Asia/Kathmandu", 14),
        ("2026-10-25T00:59:59+00:00", "Europe/Berlin", 2),
        ("2026-10-25T01:00:00+00:00", "Europe/Berlin", 2),
        ("2026-10-03T15:30:00+00:00", "Australia/Lord_Howe", 2),
    ],
)
def test_an_hour_is_known_by_the_clock_there(moment: str, zone: str, clock: int) -> None:
    assert clock_of(hour_of(us(moment), zone), zone) == clock


@pytest.mark.parametrize(
    ("zone", "day", "quarters"),
    [
        ("Europe/Berlin", "2026-10-25", 100),
        ("Europe/Berlin", "2026-03-29", 92),
        ("America/New_York", "2026-11-01", 100),
        ("America/New_York", "2026-03-08", 92),
        ("Australia/Lord_Howe", "2026-04-05", 98),
        ("Australia/Lord_Howe", "2026-10-04", 94),
        ("Asia/Kathmandu", "2026-04-05", 96),
    ],
)
def test_hours_add_up_to_the_local_day(zone: str, day: str, quarters: int) -> None:
    first = datetime.fromisoformat(f"{day}T12:00+00:00") - timedelta(days=1)
    moments = [first + timedelta(minutes=15 * n) for n in range(4 * 48)]

    days = Counter(
        day_of(hour_of(int(m.timestamp()) * 1_000_000, zone), zone).isoformat() for m in moments
    )

    assert days[day] == quarters


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Australia/Lord_Howe", "Asia/Kathmandu"])
def test_an_hour_begins_within_itself_and_hours_never_overlap(zone: str) -> None:
    first = us("2026-03-28T00:00+00:00") // 1_000_000
    starts = [hour_of((first + 900 * n) * 1_000_000, zone) for n in range(4 * 24 * 10)]

    assert starts == sorted(starts)
    assert all(hour_of(start * 1_000_000, zone) == start for start in starts)
