"""Remembered looks are, to the last bit, those that are taken anew."""

import random
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.results.hours import HOUR, START
from wbtest.audience.hour_rows import HourRows
from wbtest.results import looks
from wbtest.results.look_memory import Hours, LookMemory
from wbtest.results.looks import HourCounts, Looks, look

FIRST = int(START.timestamp())
NAMES = ("ends", "above", "above_floor", "below", "split", "seen")
# Seen, arrived, converted, for each variant.
Cell = list[list[int]]


class Told:
    """The hours of a test of several variants, to which something is added again and again."""

    def __init__(
        self, rng: random.Random, hours: int | None = None, arms: int = 0, started: int = 0
    ) -> None:
        self.rng = rng
        self.arms = arms or rng.randint(1, 6)
        self.started = FIRST + started
        self.weights = tuple(rng.randint(1, 3) for _ in range(self.arms))
        # What was counted in each hour.
        self.cells: dict[int, Cell] = {}
        self.now = 0
        for _ in range(rng.randint(0, 60) if hours is None else hours):
            self.go_on()

    @property
    def last(self) -> int:
        """The last hour in which anything was counted."""
        return max(self.cells, default=0)

    def go_on(self) -> None:
        """Another hour, now and then after some in which nobody came; the clock goes on, too."""
        hour = self.last + self.rng.choice((1, 1, 1, 5, 30))
        self.add_to(hour)
        self.now = max(self.now, hour * HOUR + self.rng.randint(0, 3 * HOUR))

    def come_late(self) -> None:
        """Something is told of an hour gone by, which may be one of nobody so far."""
        self.add_to(self.rng.randint(0, self.last))

    def convert_late(self) -> None:
        """Somebody who was seen long ago converts in the last hour."""
        cells = self.cells
        rest = [
            (hour, k)
            for hour, (seen, _, converted) in sorted(cells.items())
            for k in range(self.arms)
            if seen[k] > converted[k]
        ]
        if rest:
            hour, k = self.rng.choice(rest)
            cells[hour][2][k] += 1
            cells[max(cells)][1][k] += 1

    def wait(self) -> None:
        self.now += self.rng.randint(1, 40 * HOUR)

    def add_to(self, hour: int) -> None:
        k, come = self.rng.randrange(self.arms), self.rng.choice((1, 3, 400))
        new = self.rng.randint(0, come)
        # Nobody arrives before they are seen.
        later = hour + self.rng.choice((0, 0, 2))
        for when, column, number in ((hour, 0, come), (hour, 2, new), (later, 1, new)):
            nothing = [[0] * self.arms for _ in range(3)]
            self.cells.setdefault(when, nothing)[column][k] += number

    def counted(self) -> HourCounts:
        hours = sorted(self.cells)
        rows = [[tuple(self.cells[hour][column]) for hour in hours] for column in range(3)]
        seen, arrived, converted = (HourRows.of(table, self.arms) for table in rows)
        starts = tuple(self.started + HOUR * hour for hour in hours)
        return HourCounts(self.started, self.weights, starts, seen, arrived, converted)

    def looks(self, window_hours: int, target: float = 0.08, floor: float = 0.03) -> Looks:
        return look(
            self.counted(),
            target=target,
            floor=floor,
            window_hours=window_hours,
            now=datetime.fromtimestamp(self.started + self.now, UTC),
        )


def bits(found: Looks) -> list[tuple[tuple[int, ...], bytes]]:
    return [(getattr(found, name).shape, getattr(found, name).tobytes()) for name in NAMES]


@pytest.fixture(autouse=True)
def memory(monkeypatch: pytest.MonkeyPatch) -> LookMemory:
    """One that knows nothing yet."""
    fresh = LookMemory(looks._looks.room)
    monkeypatch.setattr(looks, "_looks", fresh)
    return fresh


def afresh(told: Told, window_hours: int, *rates: float) -> Looks:
    """What somebody sees who remembers nothing."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(looks, "_looks", LookMemory(0))
        return told.looks(window_hours, *rates)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32), window_hours=st.sampled_from((1, 24, 168)))
def test_whatever_came_meanwhile_looks_are_what_they_are_from_scratch(
    seed: int, window_hours: int
) -> None:
    rng = random.Random(seed)
    told = Told(rng)
    for _ in range(12):
        assert bits(told.looks(window_hours)) == bits(afresh(told, window_hours))
        happens = (told.come_late, told.convert_late, told.wait)
        rng.choice((told.go_on, told.go_on, *happens))()


def test_only_looks_from_the_first_change_on_are_taken_again(memory: LookMemory) -> None:
    told = Told(random.Random(5), hours=50)
    first = told.looks(24)
    [(_, before)] = memory._known.values()
    told.go_on()
    hours = told.counted()
    [name] = memory._known
    known = memory.find(name, Hours(hours.ends, hours.until_each), told.started + told.now)

    # The last of them was now, and the one before may be in the hour that goes on.
    assert known is not None
    assert len(first.ends) - 3 <= len(known.ends) <= len(before.ends)


def test_tests_that_share_a_name_see_each_their_own_looks() -> None:
    one, other = (Told(random.Random(seed), hours=40, arms=2) for seed in (1, 2))
    for told in (one, other, one):
        assert bits(told.looks(24)) == bits(afresh(told, 24))


def test_the_same_counts_by_another_rule_are_looks_of_their_own() -> None:
    told = Told(random.Random(4), hours=40)
    for rates in ((0.08, 0.03), (0.05, 0.03), (0.05, 0.01)):
        assert bits(told.looks(24, *rates)) == bits(afresh(told, 24, *rates))


def test_totals_that_fall_are_refused_though_all_before_is_known() -> None:
    told = Told(random.Random(6), hours=30, arms=1)
    told.now += 2 * HOUR
    told.looks(24)
    told.cells[told.last + 1] = [[-1], [0], [0]]

    with pytest.raises(ValueError, match="never fall"):
        told.looks(24)


def test_a_look_at_what_was_seen_before_the_clock_was_set_back_is_right() -> None:
    told = Told(random.Random(3), hours=60)
    told.looks(24)
    told.now -= 20 * HOUR

    assert bits(told.looks(24)) == bits(afresh(told, 24))


def test_so_many_numbers_are_remembered_and_no_more(memory: LookMemory) -> None:
    memory.room = 3000
    for seed in range(9):
        Told(random.Random(seed), hours=20, started=seed).looks(24)

    assert 0 < memory.size <= memory.room
    assert 0 < len(memory._known) < 9


def test_what_is_remembered_cannot_be_changed() -> None:
    found = Told(random.Random(1), hours=20).looks(24)

    with pytest.raises(ValueError, match="read-only"):
        found.above[0, 0] = 7
