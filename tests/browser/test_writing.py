"""The writing desk, driven by hand: writing, freezing, approving."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Live
from tests.browser.desk import ASKED, open_desk, saved, stored
from tests.factories import LARDER, make_release
from wbtest.team.models import Person
from wbtest.writing.document import length

pytestmark = pytest.mark.browser


def test_an_idea_of_tonight_is_written_frozen_and_approved(logged_in: Page, live: Live):
    page = logged_in
    page.goto(live.url)
    page.get_by_label("Product name").fill("Night bus")
    page.get_by_role("button", name="Create draft").click()
    page.get_by_label("Headline").fill("Home from the late shift in twenty minutes")
    page.get_by_label("Button text").fill("Book a seat home")
    page.get_by_label("Price").fill("£3 a ride")
    saved(page)
    page.get_by_role("button", name="Create revision 1").click()
    page.get_by_label("Reason to approve alone").fill("No nurse has read it yet.")
    page.get_by_role("button", name="Approve revision 1").click()

    expect(page.get_by_role("heading", name="What would convince you?")).to_be_visible()
    page.get_by_role("link", name="Review", exact=True).click()
    expect(page.get_by_text("alone on day one, in the short form")).to_be_visible()
    expect(page.get_by_role("link", name="Create test")).to_be_visible()
    expect(page.get_by_role("article")).to_contain_text("Home from the late shift")


def test_a_pasted_document_is_split_into_parts(logged_in: Page, live: Live):
    logged_in.goto(f"{live.url}/releases/new")
    logged_in.get_by_label("Product name").fill("Larder")
    logged_in.get_by_label("Paste a draft").evaluate(
        """box => {
          const clipboardData = new DataTransfer();
          clipboardData.setData("text/html", "<h1>Dinner</h1><h2>Problem</h2><p>Cold.</p>");
          box.dispatchEvent(new ClipboardEvent("paste", { clipboardData }));
        }"""
    )
    logged_in.get_by_role("button", name="Create draft").click()

    expect(logged_in.get_by_label("Problem")).to_have_value("Cold.")
    expect(logged_in.get_by_label("Headline")).to_have_value("Dinner")


def test_the_line_above_the_sheet_counts_as_the_server_does(
    logged_in: Page, live: Live, owner: Person
):
    release = make_release(owner)
    open_desk(logged_in, live, release)

    for text in ("It’s a half-hour, هو مُحَمَّد", "平日の夕食 ภาษาไทยง่าย हिन्दी में", "word " * 400):
        logged_in.get_by_label("Problem").fill(text)
        live_count = logged_in.locator("[data-length]").inner_text()
        saved(logged_in)
        words, pages = length(stored(release))
        assert live_count == f"· {words} words, {pages} pages"
        expect(logged_in.locator("[data-length]")).to_have_text(live_count)


def test_the_margin_says_what_the_part_in_focus_must_do(logged_in: Page, live: Live, owner: Person):
    open_desk(logged_in, live, make_release(owner))

    logged_in.get_by_label("Why now").focus()

    expect(logged_in.get_by_text("What has changed to make this the right time.")).to_be_visible()
    expect(logged_in.get_by_text("It makes the right person stop scrolling.")).to_be_hidden()
    expect(logged_in.locator(".parts [data-part][aria-current]")).to_contain_text("Why now")


def test_what_cannot_be_kept_is_said_at_its_field(logged_in: Page, live: Live, owner: Person):
    release = make_release(owner)
    open_desk(logged_in, live, release)

    logged_in.get_by_label("Headline").fill("x" * 301)
    expect(logged_in.locator("#headline + .field-error")).to_have_text(
        "This is 301 characters long. Use at most 300."
    )
    logged_in.get_by_label("Headline").fill("Short again")

    saved(logged_in)
    expect(logged_in.locator(".field-error")).to_have_count(0)


def test_a_short_release_grows_with_what_was_just_typed(logged_in: Page, live: Live, owner: Person):
    release = make_release(owner, form="short", solution="")
    open_desk(logged_in, live, release)

    logged_in.get_by_label("Problem").fill("Typed a moment ago")
    logged_in.get_by_role("button", name="Add all parts").click()

    expect(logged_in.get_by_label("Solution")).to_be_visible()
    expect(logged_in.get_by_label("Problem")).to_have_value("Typed a moment ago")
    expect(logged_in.get_by_label("What people do today")).to_have_value(LARDER.alternative)


def test_everything_works_without_a_script(
    logged_in: Page, live: Live, owner: Person, browser: Browser
):
    release = make_release(owner, form="short", faq=LARDER.faq[:3])
    context = browser.new_context(
        java_script_enabled=False, storage_state=logged_in.context.storage_state()
    )
    plain = context.new_page()
    plain.goto(f"{live.url}/releases/{release.id}")

    plain.get_by_label("Headline").fill("Written by hand")
    plain.get_by_role("button", name="Move down").first.click()
    plain.get_by_role("button", name="Add a question").click()
    plain.locator(ASKED).last.fill("And on Sundays?")
    plain.get_by_role("button", name="Create revision 1").click()

    expect(plain.get_by_role("heading", name="Revision 1 isn’t approved yet")).to_be_visible()
    context.close()
    assert stored(release).headline == "Written by hand"
    assert [question.question for question in stored(release).faq] == [
        "Who is it for?", "What does it cost?", "How is it different?", "And on Sundays?",
    ]  # fmt: skip
