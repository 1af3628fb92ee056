"""The coach beside the sheet: it speaks after a pause, shows the words, and falls silent."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Live
from tests.browser.desk import open_desk, saved
from tests.factories import make_release
from wbtest.team.models import Person
from wbtest.writing.document import Question

pytestmark = pytest.mark.browser

SELECTED = """() => {
  const field = document.activeElement;
  return field.value.slice(field.selectionStart, field.selectionEnd);
}"""
CLAIM = "“seamlessly” is a claim no customer would make."


@pytest.fixture
def desk(logged_in: Page, live: Live, owner: Person) -> Page:
    """A sheet whose solution has just become a claim."""
    open_desk(logged_in, live, make_release(owner))
    logged_in.get_by_label("Solution", exact=True).fill(
        "🥕 One photo, two questions. It seamlessly plans."
    )
    saved(logged_in)
    return logged_in


def test_what_is_typed_is_judged_beside_it_without_a_reload(desk: Page):
    expect(desk.get_by_text(CLAIM)).to_be_visible()
    expect(desk.locator(".parts [data-part=solution] [data-count]")).to_have_text("1")

    desk.get_by_label("Solution", exact=True).fill(
        "One photo, two questions, five dinners of 30 minutes."
    )
    saved(desk)

    expect(desk.get_by_text(CLAIM)).to_have_count(0)
    expect(desk.locator(".parts [data-part=solution] [data-open]")).to_be_hidden()


def test_a_finding_leads_to_its_words_also_after_an_emoji(desk: Page):
    desk.get_by_role("button", name="View words").first.press("Enter")

    assert desk.evaluate(SELECTED) == "seamlessly"


def test_screen_readers_hear_findings_politely(desk: Page):
    margin = desk.locator("[data-findings=solution]")

    expect(margin).to_have_attribute("aria-live", "polite")
    expect(margin).to_contain_text(CLAIM)


def test_a_finding_is_waived_on_the_preview_and_counts_no_more(desk: Page):
    desk.get_by_role("link", name="Preview", exact=True).click()
    finding = desk.get_by_role("listitem").filter(has_text=CLAIM)
    finding.get_by_text("Keep it anyway").click()
    finding.get_by_label("Reason").fill("Sailors say so.")
    finding.get_by_role("button", name="Save reason").click()

    expect(desk.get_by_role("listitem").filter(has_text=CLAIM)).to_contain_text(
        "Kept because: “Sailors say so.”"
    )
    desk.get_by_role("link", name="Write", exact=True).click()
    expect(desk.locator(".parts [data-part=solution] [data-open]")).to_be_hidden()


def test_typing_before_the_words_disturbs_nothing_that_is_said(desk: Page):
    finding = desk.locator("[data-findings=solution] li").filter(has_text=CLAIM)
    finding.get_by_text("Worth fixing").click()
    desk.evaluate("document.querySelector('[data-findings=solution] li').isTheSame = true")
    field = desk.get_by_label("Solution", exact=True)
    field.press("Home")

    field.press_sequentially("Now: ")
    saved(desk)

    assert desk.evaluate("document.querySelector('[data-findings=solution] li').isTheSame")
    expect(finding.locator("details")).to_have_attribute("open", "")
    finding.get_by_role("button", name="View words").click()
    assert desk.evaluate(SELECTED) == "seamlessly"


def test_a_day_that_is_over_is_shown_though_dates_have_no_words(desk: Page):
    desk.get_by_label("Launch date").fill("2020-01-01")
    desk.get_by_label("City").focus()
    saved(desk)

    desk.locator("[data-findings=summary]").get_by_role("button", name="View words").click()

    expect(desk.get_by_label("Launch date")).to_be_focused()


def test_no_finding_outlives_its_question(logged_in: Page, live: Live, owner: Person):
    asked = [Question("external", text) for text in ("What is it?", "What for?", "How much?")]
    open_desk(logged_in, live, make_release(owner, form="short", faq=tuple(asked)), "questions")
    margin = logged_in.locator("[data-findings=external]")
    answers = logged_in.locator("[data-side=external]").get_by_label("Answer", exact=True)
    unanswered = margin.get_by_text("This question has no answer.")
    expect(unanswered).to_have_count(3)

    for number, left in enumerate((2, 1, 0)):
        answers.nth(number).fill("One photo of the fridge, and five dinners.")
        expect(unanswered).to_have_count(left)
