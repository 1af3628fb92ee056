"""Who leaves stays in every figure, as a count without a name."""

import pytest

from tests.audience.recording import Database, Page
from wbtest.audience.recording import rollup


@pytest.mark.parametrize("conversion", ["signup", "confirmed"])
def test_leaving_changes_no_figure(database: Database, conversion: str) -> None:
    page = Page(database, conversion=conversion)
    page.see("v", 3)
    for email, visitor, minute in (("ada@x.io", "v", 5), ("bea@x.io", "v", 5), ("cem@x.io", "", 2)):
        page.sign_up(email, visitor, minute)
        page.confirm(email, 60 * minute)
    before = page.cells()

    assert page.erase("ada@x.io")
    assert page.erase("cem@x.io")

    assert page.totals()["converted"] == 1
    assert page.cells() == before
    assert page.differences() == []


def test_who_left_stays_a_count_when_the_roll_up_is_rebuilt(page: Page) -> None:
    page.see("v", 3)
    page.sign_up("ada@x.io", "v", 5)
    page.erase("ada@x.io")
    before = page.cells()

    with page.database.writing() as session:
        rollup.rebuild(session)

    assert page.totals()["converted"] == 1
    assert page.cells() == before


def test_who_left_and_comes_back_converts_once(page: Page) -> None:
    page.see("v", 3)
    page.sign_up("ada@x.io", "v", 5)
    page.erase("ada@x.io")

    assert page.sign_up("ada@x.io", "v", 9) == "new"
    assert page.totals()["converted"] == 1
    assert page.totals()["signups"] == 2
    assert page.erase("ada@x.io")
    assert page.differences() == []
