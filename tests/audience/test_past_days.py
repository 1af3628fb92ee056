"""Days that are remembered are those that somebody reads who remembers none."""

import random

import pytest
import sqlalchemy as sa
from flask import Flask, current_app

from tests.audience.recording import START, Database, Page
from tests.conftest import HandClock
from tests.statements import counted
from wbtest.audience import past_days
from wbtest.audience.past_days import Days, days_of
from wbtest.audience.recording import rollup
from wbtest.audience.totals_models import DayChange, DayTotal, HourTotal
from wbtest.extensions import db
from wbtest.moments import read_one_moment
from wbtest.publishing.models import Experiment
from wbtest.runtime import runtime
from wbtest.store import writing

MEMORIES = ("wbtest.past_days", "wbtest.day_hours")
DAY = 24 * 60


@pytest.fixture
def page(app: Flask, now: HandClock) -> Page:
    """A page of the app that somebody saw on each of six days, of which the last one runs."""
    page = Page(Database(db.engine, runtime(app).lock, now))
    for day in range(6):
        page.see(f"v{day}", day * DAY + 70)
    now.turn(days=5, hours=3)
    return page


def read(page: Page) -> Days:
    page.recorder.flush()
    read_one_moment()
    experiment = db.session.get_one(Experiment, page.id)
    return days_of(experiment, ["a", "b"], 24)


def read_afresh(page: Page) -> Days:
    for name in MEMORIES:
        current_app.extensions.pop(name, None)
    return read(page)


def as_if_kept(page: Page) -> Days:
    """What somebody reads who remembers nothing, while those who do go on remembering."""
    kept = {name: current_app.extensions.pop(name) for name in MEMORIES}
    found = read(page)
    current_app.extensions.update(kept)
    return found


@pytest.mark.parametrize("seed", range(6))
def test_whatever_happens_the_days_are_those_that_were_written(
    page: Page, now: HandClock, seed: int
) -> None:
    rng = random.Random(seed)
    for number in range(30):
        minute = int((now() - START).total_seconds()) // 60
        early = rng.randrange(minute)
        known = f"v{rng.randrange(6)}"
        happens = rng.choice(
            (
                lambda: page.see(f"w{number}", minute, variant=rng.choice("ab")),  # noqa: B023
                lambda: page.see(f"w{number}", early, variant=rng.choice("ab")),  # noqa: B023
                lambda: page.sign_up(f"{number}@x.io", known, minute),  # noqa: B023
                lambda: page.forget(known),  # noqa: B023
                lambda: now.turn(hours=rng.choice((1, 20, 60))),
            )
        )
        happens()
        assert read(page) == as_if_kept(page), number


def test_only_days_that_can_still_change_are_read(page: Page) -> None:
    first = read(page)
    page.see("w", 5 * DAY + 80, variant="b")
    page.recorder.flush()
    with counted() as statements:
        second = read(page)

    [*over, today] = second.hours
    assert [first.hours[day] is second.hours[day] for day in over] == [True] * 5
    assert list(second.hours[today].seen) == [(1, 1)]
    assert sum("day_totals" in text for text in statements) == 1


def test_a_change_of_a_day_long_gone_is_read(page: Page) -> None:
    before = read(page)
    page.see("late", 90, variant="b")

    after = read(page)

    assert after == read_afresh(page)
    assert after != before


def test_a_change_that_only_the_sums_tell_is_read(page: Page) -> None:
    read(page)
    # As a process of the version before writes it.
    with page.database.writing() as session:
        for table in (HourTotal, DayTotal):
            session.execute(sa.update(table).values(seen=table.seen + 1))

    assert read(page) == read_afresh(page)


def test_days_that_were_counted_anew_are_read(page: Page) -> None:
    page.recorder.flush()
    with page.database.writing() as session:
        session.execute(sa.update(HourTotal).values(seen=HourTotal.seen + 1))
    wrong = read(page)
    with page.database.writing() as session:
        rollup.rebuild(session, page.id)

    right = read(page)

    assert right == read_afresh(page)
    assert right != wrong


class Regret(Exception):
    """It shall not be so."""


def count_and_regret(page: Page) -> None:
    """Read what was counted within the transaction that counts it, and take that back."""
    experiment = db.session.get_one(Experiment, page.id)
    is_first = DayChange.day == START.date()
    with writing() as session:
        session.execute(sa.update(HourTotal).values(seen=HourTotal.seen + 7))
        session.execute(sa.update(DayChange).where(is_first).values(changes=DayChange.changes + 1))
        found = days_of(experiment, ["a", "b"], 24)
        assert list(found.hours[START.date()].seen) == [(8, 0)]
        raise Regret


def test_nothing_is_remembered_of_what_was_rolled_back(page: Page) -> None:
    page.recorder.flush()
    with pytest.raises(Regret):
        count_and_regret(page)
    # As many changes of the same day, after which its sums are what they were: an hour earlier.
    page.see("v0", 5)

    assert read(page) == read_afresh(page)
    assert list(read(page).hours[START.date()].seen) == [(1, 0)]


def test_a_test_that_took_the_number_of_one_deleted_has_days_of_its_own(page: Page) -> None:
    before = read(page)
    with page.database.writing() as session:
        session.execute(sa.update(Experiment).values(seal="another"))
        # As many came on each day, and as often; later.
        session.execute(sa.update(HourTotal).values(hour=HourTotal.hour + 3600))

    after = read(page)

    assert after == read_afresh(page)
    assert after != before


def test_days_stand_in_their_order(page: Page) -> None:
    first = read(page)
    page.see("late", 2 * DAY + 80)

    for found in (first, read(page)):
        assert list(found.totals) == list(found.hours) == sorted(found.totals)


def test_so_many_days_are_remembered_and_no_more(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Three days of the page are over.
    monkeypatch.setattr(past_days, "REMEMBERED_DAYS", 1 + 3)
    other = Page(page.database)
    other.see("v", 70)
    for each in (page, other, page):
        assert read(each) == as_if_kept(each)

    [past] = current_app.extensions["wbtest.past_days"].values()
    assert len(past.totals) == 3


def test_tests_of_which_no_day_is_over_are_forgotten_too(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(past_days, "REMEMBERED_DAYS", 2)
    page.recorder.flush()
    for _ in range(4):
        read(Page(page.database))

    assert len(current_app.extensions["wbtest.past_days"]) == 2
