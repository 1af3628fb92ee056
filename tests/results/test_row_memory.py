"""Remembered evidence is, to the last bit, the evidence that is computed anew."""

import random
from collections.abc import Iterator
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.results.hours import HOUR, START
from wbtest.audience.hour_rows import HourRows
from wbtest.results import looks
from wbtest.results.looks import Looks, PhaseHours, look
from wbtest.results.row_memory import RowMemory

FIRST = int(START.timestamp())
NAMES = ("ends", "above", "above_floor", "below", "split", "seen")
# Seen, arrived, converted, for each variant.
Cell = list[list[int]]


class Told:
    """The hours of a test of several variants, to which something is added again and again."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.arms = rng.randint(1, 6)
        self.weights = tuple(rng.randint(1, 3) for _ in range(self.arms))
        self.cells: dict[int, Cell] = {}
        self.now = 0
        for _ in range(rng.randint(0, 60)):
            self.go_on()

    def go_on(self) -> None:
        """Another hour, now and then after some in which nobody came; the clock goes on, too."""
        hour = max(self.cells, default=-1) + self.rng.choice((1, 1, 1, 5, 30))
        self.add_to(hour)
        self.now = max(self.now, hour * HOUR + self.rng.randint(0, 3 * HOUR))

    def come_late(self) -> None:
        """Something is told of an hour gone by, which may be one of nobody so far."""
        self.add_to(self.rng.randint(0, max(self.cells, default=0)))

    def wait(self) -> None:
        self.now += self.rng.randint(1, 40 * HOUR)

    def add_to(self, hour: int) -> None:
        cell = self.cells.setdefault(hour, [[0] * self.arms for _ in range(3)])
        k = self.rng.randrange(self.arms)
        come = self.rng.choice((1, 3, 400))
        cell[0][k] += come
        cell[2][k] += (new := self.rng.randint(0, come))
        # Nobody arrives before they are seen.
        later = self.cells.setdefault(
            hour + self.rng.choice((0, 0, 2)), [[0] * self.arms for _ in range(3)]
        )
        later[1][k] += new

    def phase(self) -> PhaseHours:
        hours = sorted(self.cells)
        tables = zip(*(self.cells[hour] for hour in hours), strict=True) if hours else ((), (), ())
        seen, arrived, converted = (HourRows.of(map(tuple, rows), self.arms) for rows in tables)
        starts = tuple(FIRST + HOUR * hour for hour in hours)
        return PhaseHours(FIRST, self.weights, starts, seen, arrived, converted)

    def looks(self, window_hours: int) -> Looks:
        return look(
            [self.phase()],
            target=0.08,
            floor=0.03,
            window_hours=window_hours,
            now=START + timedelta(seconds=self.now),
        )


def bits(found: Looks) -> list[tuple[tuple[int, ...], bytes]]:
    return [(getattr(found, name).shape, getattr(found, name).tobytes()) for name in NAMES]


@pytest.fixture(autouse=True)
def memory(monkeypatch: pytest.MonkeyPatch) -> Iterator[RowMemory]:
    """One that knows nothing yet."""
    fresh = RowMemory(looks._evidence.room)
    with monkeypatch.context() as patch:
        patch.setattr(looks, "_evidence", fresh)
        yield fresh


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32), window_hours=st.sampled_from((1, 24, 168)))
def test_whatever_came_meanwhile_evidence_is_what_it_is_from_scratch(
    seed: int, window_hours: int
) -> None:
    rng = random.Random(seed)
    told = Told(rng)
    for _ in range(8):
        found = told.looks(window_hours)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(looks, "_evidence", RowMemory(0))
            afresh = told.looks(window_hours)
        assert bits(found) == bits(afresh)
        rng.choice((told.go_on, told.go_on, told.come_late, told.wait))()


def test_only_rows_from_the_first_that_changed_are_computed() -> None:
    memory, computed = RowMemory(1000), []

    def double(rows: np.ndarray) -> np.ndarray:
        computed.append(len(rows))
        return rows * 2.0

    for last in (3, 3, 4):
        found = memory.find("doubled", np.array([[1], [2], [last]]), double)

    assert found.tolist() == [[2], [4], [8]]
    # With the row before, and nothing at all where all is the same.
    assert computed == [3, 2]


def test_a_name_that_two_share_mixes_nothing() -> None:
    memory = RowMemory(1000)
    for number in (1, 5, 1):
        found = memory.find("one", np.array([[number], [9]]), lambda rows: rows * 1.0)
        assert found.tolist() == [[number], [9]]


def test_so_many_numbers_are_remembered_and_no_more() -> None:
    memory = RowMemory(10)
    for name in range(9):
        memory.find(name, np.array([[1, 2]]), lambda rows: rows * 1.0)

    assert memory.size <= 10
    assert list(memory._known) == [7, 8]


def test_what_is_remembered_cannot_be_changed() -> None:
    memory = RowMemory(1000)
    found = memory.find("one", np.array([[1]]), lambda rows: rows * 1.0)

    with pytest.raises(ValueError, match="read-only"):
        found[0, 0] = 7
