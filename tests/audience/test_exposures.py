"""People who were shown two variants, as far as it can be known."""

import sqlalchemy as sa

from tests.audience.recording import Page
from wbtest.audience.models import Signup


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
