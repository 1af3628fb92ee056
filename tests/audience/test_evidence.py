"""Hours that are remembered are those that somebody reads who remembers none."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask, current_app

from tests.audience.recording import Database, Page
from tests.conftest import HandClock
from wbtest.audience import counts, evidence
from wbtest.audience.recording import rollup
from wbtest.audience.totals_models import DayTotal, HourTotal
from wbtest.extensions import db
from wbtest.publishing.models import Experiment
from wbtest.runtime import runtime

MEMORY = "wbtest.day_hours"
DAY = 24 * 60


@pytest.fixture
def page(app: Flask, now: HandClock) -> Page:
    """A page of the app that somebody saw on each of three days."""
    page = Page(Database(db.engine, runtime(app).lock, now))
    for day in range(3):
        page.see(f"v{day}", day * DAY + 70)
    return page


def read(page: Page) -> list[evidence.DayHours]:
    page.recorder.flush()
    db.session.rollback()
    experiment = db.session.get_one(Experiment, page.id)
    days = {(page.id, day): row for day, row in counts.daily([page.id])[page.id].items()}
    found = evidence.by_day([experiment], {page.id: ["a", "b"]}, days)
    return list(found.values())


def read_afresh(page: Page) -> list[evidence.DayHours]:
    current_app.extensions.pop(MEMORY)
    return read(page)


def move_within_its_day(page: Page) -> None:
    """The same person, seen an hour earlier by another process: the day's sums stay."""
    page.see("v1", DAY + 5)


def take_back(page: Page) -> None:
    page.forget("v0")


def bring_a_conversion(page: Page) -> None:
    page.sign_up("ada@x.io", "v2", 2 * DAY + 75)


def add_as_the_version_before(page: Page) -> None:
    """Its totals alone say that a day changed."""
    with page.database.writing() as session:
        for table in (HourTotal, DayTotal):
            session.execute(sa.update(table).values(seen=table.seen + 1))


@pytest.mark.parametrize(
    "change",
    [move_within_its_day, take_back, bring_a_conversion, add_as_the_version_before, lambda _: None],
)
def test_whatever_was_written_since_is_read(page: Page, change: Callable[[Page], None]) -> None:
    read(page)
    change(page)

    assert read(page) == read_afresh(page)


def test_what_was_counted_anew_is_read(page: Page) -> None:
    page.recorder.flush()
    with page.database.writing() as session:
        session.execute(sa.update(HourTotal).values(seen=HourTotal.seen + 1))
    wrong = read(page)
    with page.database.writing() as session:
        rollup.rebuild(session)

    right = read(page)

    assert right == read_afresh(page)
    assert right != wrong


def test_only_a_day_that_changed_is_read_again(page: Page) -> None:
    first = read(page)
    page.see("w", DAY + 80, variant="b")
    second = read(page)

    assert [a is b for a, b in zip(first, second, strict=True)] == [True, False, True]
    assert list(second[1].seen) == [(1, 1)]


def test_so_many_days_are_remembered_and_no_more(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evidence, "REMEMBERED_DAYS", 2)

    assert read(page) == read(page)
    assert len(current_app.extensions[MEMORY]) == 2
