"""Sources that visitors make up: a test names so many, and counts the people of all others too."""

import pytest
import sqlalchemy as sa

from tests.audience.recording import Database, Page
from wbtest.audience.recording import made_up
from wbtest.audience.totals_models import HourTotal

MOST = 3


@pytest.fixture(autouse=True)
def few_sources(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(made_up, "MOST_SOURCES", MOST)


def sources(page: Page) -> dict[str, int]:
    found: dict[str, int] = {}
    for row in page.cells():
        found[row.source] = found.get(row.source, 0) + row.served
    return found


def make_up(number: int, page: Page) -> None:
    """Let so many visitors come, each from a source of their own."""
    for k in range(number):
        page.serve(f"visitor-{k}", source=f"made-up-{k}")


def test_beyond_the_bound_they_are_counted_as_other(page: Page):
    make_up(5, page)

    assert sources(page) == {"made-up-0": 1, "made-up-1": 1, "made-up-2": 1, "Other": 2}


def test_a_source_that_was_known_keeps_its_name_when_there_is_no_room(page: Page):
    make_up(MOST, page)
    page.recorder.flush()
    page.serve("late", source="made-up-1")
    page.serve("later", source="made-up-9")

    assert sources(page) == {"made-up-0": 1, "made-up-1": 2, "made-up-2": 1, "Other": 1}


def test_a_source_that_the_rule_counts_always_has_room(database: Database):
    page = Page(database, sources=["newsletter"])
    make_up(MOST, page)
    page.recorder.flush()
    page.serve("reader", source="newsletter")

    assert sources(page)["newsletter"] == 1


def test_usual_sources_always_have_room(page: Page):
    make_up(MOST, page)
    page.recorder.flush()
    usual = {"direct", "unknown", "google", "yandex", "linkedin"}
    for source in usual:
        page.serve(f"from {source}", source=source)

    assert sources(page).keys() >= usual


def test_who_comes_from_one_beyond_the_bound_converts_there(page: Page):
    make_up(MOST, page)
    page.recorder.flush()
    page.see("late", source="made-up-9")
    page.sign_up("late@example.com", "late", source="made-up-9")

    assert [(row.source, row.seen, row.converted) for row in page.cells() if row.seen] == [
        ("Other", 1, 1)
    ]


def test_a_rule_that_names_other_counts_nobody_beyond_the_bound(database: Database):
    page = Page(database, sources=["other"])
    make_up(MOST + 1, page)
    page.serve("honest", source="other")

    page.recorder.flush()
    counted = page.database.read(sa.select(HourTotal.__table__))
    assert sum(row.served for row in counted) == 1
