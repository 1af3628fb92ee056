"""Sources that visitors make up, and people who were shown two variants."""

import pytest
import sqlalchemy as sa

from tests.audience.recording import Database, Page
from wbtest.audience.models import HourTotal, Signup
from wbtest.audience.recording import event_rows

MOST = 3


@pytest.fixture(autouse=True)
def few_sources(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_rows, "MOST_SOURCES", MOST)


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


def stored(page: Page) -> list[tuple[str, str]]:
    """Variant and other variant of each sign-up."""
    page.recorder.flush()
    return [
        (row.variant, row.other_variant) for row in page.database.read(sa.select(Signup.__table__))
    ]


def test_the_same_address_under_another_variant_is_remembered_and_the_first_stands(page: Page):
    page.see("monday")
    page.sign_up("mia@x.io", "monday", 1)
    page.see("tuesday", 2, variant="b")

    assert page.sign_up("mia@x.io", "tuesday", 3, variant="b") == "known"
    assert stored(page) == [("a", "b")]
    assert page.differences() == []


def test_the_same_address_under_the_same_variant_says_nothing(page: Page):
    page.sign_up("mia@x.io", "monday", 1)
    page.sign_up("mia@x.io", "tuesday", 3)

    assert stored(page) == [("a", "")]


def test_whichever_of_two_reaches_the_store_first_the_earlier_one_stands(page: Page):
    page.sign_up("mia@x.io", "tuesday", 3, variant="b")
    page.sign_up("mia@x.io", "monday", 1)

    assert stored(page) == [("a", "b")]


def test_a_machine_under_another_variant_says_nothing_of_the_person(page: Page):
    page.sign_up("mia@x.io", "monday", 1)
    page.sign_up("mia@x.io", "robot", 3, variant="b", excluded_because="suspected")

    assert stored(page) == [("a", "")]
