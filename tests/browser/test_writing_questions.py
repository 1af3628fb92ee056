"""The writing desk, driven by hand: the rows of the FAQ, keys and languages."""

from dataclasses import replace

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Live
from tests.browser.desk import ASKED, open_desk, saved, stored, turn_to
from tests.factories import LARDER, make_release
from wbtest.team.models import Person

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("how", ["key", "button", "drag"])
def test_a_question_moves(logged_in: Page, live: Live, owner: Person, how: str):
    release = make_release(owner)
    open_desk(logged_in, live, release, "questions")
    first, second = logged_in.locator("[data-question]").all()[:2]

    if how == "key":
        logged_in.locator(ASKED).nth(1).press("Alt+ArrowUp")
    elif how == "button":
        second.get_by_role("button", name="Move up").click()
    else:
        first.evaluate("row => scrollBy(0, row.getBoundingClientRect().top - 200)")
        second.locator("[data-grip]").drag_to(first, target_position={"x": 200, "y": 10})

    saved(logged_in)
    one, two, *rest = LARDER.faq
    assert stored(release) == replace(LARDER, faq=(two, one, *rest))


def test_a_removed_question_can_be_put_back(logged_in: Page, live: Live, owner: Person):
    release = make_release(owner)
    open_desk(logged_in, live, release, "questions")

    logged_in.get_by_role("button", name="Remove").nth(1).click()
    expect(logged_in.locator(ASKED)).to_have_count(5)
    logged_in.get_by_role("button", name="Question removed. Undo").click()
    turn_to(logged_in, "Text")
    logged_in.get_by_label("Headline").fill("Later")

    saved(logged_in)
    assert stored(release) == replace(LARDER, headline="Later")


def test_an_honest_unknown_closes_a_topic(logged_in: Page, live: Live, owner: Person):
    release = make_release(owner, faq=LARDER.faq[:9])
    open_desk(logged_in, live, release, "questions")
    logged_in.get_by_role("button", name="Add: key risks").click()
    logged_in.keyboard.type("What if nobody cooks?")

    row = logged_in.locator("[data-question]").last
    expect(row.get_by_text("open", exact=True)).to_be_visible()
    row.get_by_text("We don’t know yet").click()
    row.get_by_label("Who’ll find out").fill("Priya")
    row.get_by_label("By", exact=True).fill("2027-04-15")
    row.get_by_label("What will settle it").fill("ten diaries")

    expect(row.get_by_text("open", exact=True)).to_be_hidden()
    expect(logged_in.locator(".parts [data-part=internal] [data-open]")).to_be_hidden()


def test_the_fields_turn_with_the_language(logged_in: Page, live: Live, owner: Person):
    release = make_release(owner)
    open_desk(logged_in, live, release)

    logged_in.get_by_label("Language").select_option("ar")
    turn_to(logged_in, "Questions")
    logged_in.get_by_role("button", name="Add a question").first.click()

    saved(logged_in)
    for field in (logged_in.get_by_label("Headline"), logged_in.locator(ASKED).last):
        expect(field).to_have_attribute("dir", "rtl")
        expect(field).to_have_attribute("lang", "ar")
    assert stored(release).language == "ar"


def test_enter_in_a_sentence_goes_on_instead_of_sending(logged_in: Page, live: Live, owner: Person):
    open_desk(logged_in, live, make_release(owner))

    logged_in.get_by_label("Headline").press("Enter")

    expect(logged_in.get_by_label("Subheading")).to_be_focused()
    expect(logged_in.get_by_label("Headline")).to_have_value(LARDER.headline)
