"""The self-test as a whole, in its short form: every bound is kept, and no line is lost."""

from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from wbtest.results.selftest import course, exact, founders, report, several
from wbtest.results.selftest.course import QUICK, Size, Step, Tick, measure, steps
from wbtest.results.selftest.lines import Line
from wbtest.results.selftest.worlds import WORLDS

SHORT = Size(visitors=600, lives=800, founders=0)


@pytest.fixture(scope="module")
def measured() -> list[Line]:
    return measure(SHORT, 1, [].append)


def test_every_bound_is_kept(measured):
    # Of two hundred lives the limit of a mean says too little: it is the mean that keeps the bound.
    found = [replace(line, limit=None) if line.kind == "times" else line for line in measured]

    assert [line for line in found if not line.is_kept] == []


def test_peeking_at_a_z_test_is_found_guilty(measured):
    peeked = [line.peeking for line in measured if line.group == "go" and not line.lives]

    assert min(peeked) > 4 * 0.05


def test_rates_from_a_half_to_fifteen_percent_are_computed_and_not_simulated(measured):
    for group in ("go", "not_met", "lift"):
        computed = " ".join(
            line.name for line in measured if line.group == group and not line.lives
        )
        assert all(f"{100 * rate:g} %" in computed for rate in exact.RATES)


def test_the_same_seed_measures_the_same():
    one, same, other = (
        several.false_go(np.random.default_rng(seed), 2, 300, 500) for seed in (1, 1, 2)
    )

    assert one == same != other


def test_it_tells_how_far_it_is_up_to_the_end(monkeypatch):
    def half(_rng: object, tick: Tick) -> list[Line]:
        tick(0.5)
        return []

    monkeypatch.setattr(course, "steps", lambda _size: [Step(10, half), Step(4, half)])
    told: list[int] = []

    measure(SHORT, 1, told.append)

    assert told == [5, 10, 12, 14]


def test_the_quick_form_leaves_the_founders_out():
    with_one = Size(QUICK.visitors, QUICK.lives, founders=1)

    assert len(steps(with_one)) - len(steps(QUICK)) == len(WORLDS)


def test_every_line_has_its_place_in_the_report(measured):
    text = report.as_text(measured)

    assert all(line.group in report.GROUPS for line in measured)
    assert all(f"| {line.name} " in text for line in measured)


def test_the_document_shows_every_line_that_the_self_test_has(measured):
    document = (Path(__file__).parents[3] / "docs" / "statistics.md").read_text(encoding="utf-8")
    # How many conversions there are depends on how long it runs.
    names = [line.name for line in measured if "conversions" not in line.name]
    names += [f": {world.name}" for world in WORLDS]

    assert [name for name in names if f"{name} " not in document] == []


def test_a_broken_bound_is_named():
    broken = Line("go", "one page", 0.2, bound=0.05)

    assert "| BROKEN |" in report.as_text([broken])
    assert report.summary([broken], 3.4) == (
        "1 of 1 bounds are broken. It took 3 s.\n  go: one page"
    )
    assert report.summary([], 200) == "All 0 bounds are kept. It took 3 minutes."


class TestFounders:
    """A few experiments through the code of the verdict; thousands of them run in the full form."""

    def measure(self, name: str, number: int, *, is_eager: bool = False) -> dict[str, Line]:
        (world,) = (w for w in WORLDS if w.name == name and w.is_eager is is_eager)
        ticks: list[float] = []
        lines = founders.verdicts(np.random.default_rng(1), world, number, ticks.append)
        assert ticks[-1] == 1
        return {line.name.partition(":")[0]: line for line in lines}

    def test_who_has_a_good_page_learns_so(self):
        lines = self.measure("1.5 × target", 20)

        assert lines["go, rightly"].measured >= 0.8
        assert 400 <= lines["visitors until then"].measured <= 1426

    def test_who_has_a_hopeless_page_is_told_to_stop(self):
        assert self.measure("a quarter of the target", 10)["stop, rightly"].measured == 1

    def test_nobody_at_the_floor_goes_and_a_z_test_is_not_asked_about_floors(self):
        lines = self.measure("at the floor", 10)

        assert lines["go"].measured == 0
        assert lines["iterate"].peeking is None

    def test_friends_who_come_first_deceive_who_does_not_wait(self):
        patient = self.measure("60 friends first, then half the target", 10)["go"]
        eager = self.measure("60 friends first, then half the target", 10, is_eager=True)["go"]

        assert patient.measured == 0
        assert eager.measured > 0.3
        assert eager.is_kept
        assert eager.bound is None


def test_all_conversions_arrive_within_their_window():
    world = WORLDS[0]
    visits = partial(founders._visits, world=world, rule=world.rule)

    seen, arrived, converted = visits(np.random.default_rng(1))

    assert arrived.sum() == converted.sum()
    assert (arrived.cumsum(axis=0) <= converted.cumsum(axis=0)).all()
    assert (converted <= seen).all()
