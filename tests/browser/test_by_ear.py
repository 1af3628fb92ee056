"""What a page says to somebody who hears it: names that stand alone, units, and no chatter."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Live
from tests.browser.desk import open_desk, saved
from tests.factories import make_approval, make_person, make_release, make_revision
from tests.results.states import DAYS, States
from wbtest.team.models import Person

pytestmark = pytest.mark.browser

# Writes down what is said while one types.
LISTEN = """() => {
  window.said = [];
  const heard = new MutationObserver((changes) => {
    const texts = changes.flatMap(({ target, addedNodes }) =>
      target.nodeType === Node.TEXT_NODE ? target : [...addedNodes]);
    window.said.push(...texts.map((text) => text.textContent).filter(Boolean));
  });
  for (const place of document.querySelectorAll("[aria-live], [role=status]")) {
    heard.observe(place, { childList: true, characterData: true, subtree: true });
  }
}"""

# What is folded is neither heard nor found by its role.
FOLD_OUT = "document.querySelectorAll('main details').forEach((fold) => { fold.open = true; })"


def told(page: Page, element: Locator, what: str) -> str:
    """The name or description of an element as Chromium hands it to a screen reader."""
    client = page.context.new_cdp_session(page)
    element.evaluate("element => { window.heard = element; }")
    found = client.send("Runtime.evaluate", {"expression": "window.heard"})
    tree = client.send(
        "Accessibility.getPartialAXTree",
        {"objectId": found["result"]["objectId"], "fetchRelatives": False},
    )
    words: str = tree["nodes"][0][what]["value"]
    return words


def test_a_number_is_heard_with_its_unit(logged_in: Page, live: Live, owner: Person):
    revision = make_revision(owner)
    make_approval(revision, owner)

    logged_in.goto(f"{live.url}/releases/{revision.release_id}/revisions/1/experiment")

    target = logged_in.get_by_label("Target", exact=True)
    expect(target).to_have_accessible_description("%")


def test_the_claim_is_read_back_to_the_eye_alone_while_it_is_typed(
    logged_in: Page, live: Live, owner: Person
):
    revision = make_revision(owner)
    make_approval(revision, owner)
    logged_in.goto(f"{live.url}/releases/{revision.release_id}/revisions/1/experiment")
    logged_in.get_by_text("Claim and what you’ll do").click()
    logged_in.evaluate(LISTEN)

    logged_in.get_by_role("textbox", name="Visitors", exact=True).press_sequentially(" in Leeds")

    expect(logged_in.locator("[data-claim]")).to_contain_text(" in Leeds")
    assert logged_in.evaluate("window.said") == []


def test_a_save_is_silent_and_a_lost_connection_is_said_once(
    logged_in: Page, live: Live, owner: Person
):
    open_desk(logged_in, live, make_release(owner))
    headline = logged_in.get_by_label("Headline")
    said = logged_in.locator("[data-said]")

    logged_in.evaluate(LISTEN)
    headline.fill("Dinner from the shelf")
    saved(logged_in)
    assert logged_in.evaluate("window.said") == []

    logged_in.context.set_offline(True)
    headline.fill("Dinner in a tunnel")
    expect(said).to_have_text("No connection. Your text is safe in this browser.")
    logged_in.context.set_offline(False)
    expect(said).to_have_text("saved just now")
    lost, found = "No connection. Your text is safe in this browser.", "saved just now"
    assert logged_in.evaluate("window.said") == [lost, found]


def test_what_is_wrong_with_a_field_of_the_sheet_is_read_with_it(
    logged_in: Page, live: Live, owner: Person
):
    open_desk(logged_in, live, make_release(owner))
    headline = logged_in.get_by_label("Headline")
    before = headline.get_attribute("aria-describedby")

    headline.evaluate("field => { field.maxLength = 9999; }")
    headline.fill("x" * 5000)
    expect(headline).to_have_accessible_description(re.compile("Use at most 300"))
    headline.fill("Dinner from the shelf")
    saved(logged_in)

    expect(headline).to_have_attribute("aria-describedby", before or "")


def test_the_buttons_of_a_question_say_which_one_they_move(
    logged_in: Page, live: Live, owner: Person
):
    open_desk(logged_in, live, make_release(owner), "questions")
    row = logged_in.locator("[data-side=external] [data-question]").nth(1)
    question = row.get_by_label("Question").input_value()

    for name in ("Move up", "Move down", "Remove"):
        button = row.get_by_role("button", name=name)
        assert told(logged_in, button, "description") == question


def test_buttons_of_a_row_name_whom_they_are_for(logged_in: Page, live: Live, owner: Person):
    make_person("grace@example.com", "editor")

    logged_in.goto(f"{live.url}/settings")

    names = logged_in.get_by_role("button", name="Change role…").all_inner_texts()
    assert len(names) == len(set(names)) == 2


def test_each_file_of_a_page_has_a_name_of_its_own(logged_in: Page, live: Live, owner: Person):
    experiment = States(owner, owner).met()
    live.now.turn(days=DAYS)

    for tab in ("", "/over-time", "/visitors", "/statistics"):
        logged_in.goto(f"{live.url}/experiments/{experiment.id}/results{tab}")
        logged_in.evaluate(FOLD_OUT)
        links = logged_in.get_by_role("link", name="Download CSV")
        files = links.evaluate_all("links => links.map((link) => [link.innerText, link.href])")
        names = dict(files)
        assert files
        assert all(names[name] == address for name, address in files)


def test_nothing_of_a_chart_is_come_upon_behind_the_page(
    logged_in: Page, live: Live, owner: Person
):
    experiment = States(owner, owner).met()
    live.now.turn(days=DAYS)

    logged_in.goto(f"{live.url}/experiments/{experiment.id}/results")

    expect(logged_in.locator("#js-plotly-tester")).to_have_attribute("aria-hidden", "true")


def test_a_visitor_hears_a_question_without_the_sign_beside_it(
    stranger: Page, live: Live, owner: Person
):
    experiment = States(owner, owner).met()

    stranger.goto(f"{live.url}/p/{experiment.slug}")

    for question in stranger.locator("summary").all()[:2]:
        assert told(stranger, question, "name") == question.inner_text().strip()


def test_the_title_of_a_page_says_what_it_is_about(logged_in: Page, live: Live, owner: Person):
    for product in ("Larder", "Kiln"):
        revision = make_revision(owner, product=product)
        make_approval(revision, owner)
        place = f"{live.url}/releases/{revision.release_id}/revisions/1"

        logged_in.goto(place)
        expect(logged_in).to_have_title(f"Revision 1 · {product} · wbtest")
        logged_in.goto(f"{place}/experiment")
        expect(logged_in).to_have_title(f"New test · {product} · wbtest")
