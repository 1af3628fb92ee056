"""Local hours and days, also where clocks are put forward and back."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from wbtest.audience.recording.hours import clock_of, day_of, hour_of


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
