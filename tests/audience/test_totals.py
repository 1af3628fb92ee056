"""The coarser roll-ups say what the hourly ones say, whatever comes, and are mended like them."""

from typing import Any

import pytest
import sqlalchemy as sa

from tests.audience.recording import Database, Page
from wbtest.audience.models import EngagementCount
from wbtest.audience.recording import rollup
from wbtest.audience.recording.events import Did
from wbtest.audience.totals_models import DayTotal, HourTotal, KindTotal


def rows(page: Page, model: type[Any]) -> list[Any]:
    page.recorder.flush()
    return sorted(page.database.read(sa.select(model.__table__)))


def fill(page: Page) -> None:
    """Two people who count, somebody of the team and a machine."""
    page.see("mia", 0)
    page.sign_up("mia@x.io", "mia", 5)
    page.see("leo", 90, source="x.com")
    page.serve("ada", 4, excluded_because="team")
    page.serve("bot", 3, user_agent="curl/8")


@pytest.mark.parametrize("model", [HourTotal, DayTotal, KindTotal])
def test_a_total_that_is_wrong_is_named_and_mended(page: Page, model: type[Any]) -> None:
    fill(page)
    right = rows(page, model)
    with page.database.writing() as session:
        session.execute(sa.update(model).values(served=7))

    assert {line.split()[0] for line in page.differences()} == {model.__tablename__}
    with page.database.writing() as session:
        rollup.rebuild(session)
    assert (rows(page, model), page.differences()) == (right, [])


def test_hours_and_days_hold_what_the_rule_counts_and_kinds_hold_everything(
    database: Database,
) -> None:
    page = Page(database, sources=["newsletter"])
    fill(page)

    for model in (HourTotal, DayTotal):
        assert [(row.seen, row.converted) for row in rows(page, model)] == [(1, 1)]
    kinds = [(row.source, row.excluded_because, row.served) for row in rows(page, KindTotal)]
    assert kinds == [("newsletter", "", 1), ("newsletter", "team", 1), ("x.com", "", 1)]


def test_what_was_read_by_those_who_signed_up_follows_them(page: Page) -> None:
    def read() -> list[tuple[int, int]]:
        return [(row[-2], row[-1]) for row in rows(page, EngagementCount)]

    for visitor in ("mia", "leo"):
        page.see(visitor)
        page.recorder.put(Did(**page.arrival(visitor, 1, {}), acts=(("faq", "0"),)))
    assert read() == [(2, 0)]

    page.sign_up("mia@x.io", "mia", 5)
    assert read() == [(2, 1)]

    page.recorder.put(Did(**page.arrival("mia", 6, {}), acts=(("faq", "1"),)))
    assert read() == [(2, 1), (1, 1)]

    page.forget("mia")
    assert read() == [(1, 0)]
    assert page.differences() == []
