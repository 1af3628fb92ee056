"""The whole way as people walk it: a founder, two strangers, and the founder again."""

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import PATIENCE, Live
from tests.browser.founder import TAGS, Founder, Typist
from wbtest.extensions import db, runtime
from wbtest.publishing.models import Decision
from wbtest.team.settings import make_setup_link

pytestmark = pytest.mark.browser
HEADLINE = "Five weeknight dinners from what is already in your kitchen"
OTHER_HEADLINE = "Throw away half as much food, starting tonight"
# A browser that says it is headless is counted as a machine.
PHONE = (
    "Mozilla/5.0 (Linux; Android 16; Pixel 10) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/154.0.0.0 Mobile Safari/537.36"
)


@pytest.fixture
def founder(live: Live, page: Page) -> Founder:
    """At the one-time link that the server printed."""
    page.goto(f"{live.url}/setup/{make_setup_link()}")
    return Founder(page)


@pytest.fixture
def typist(live: Live, page: Page) -> Typist:
    """The same person, who has no mouse."""
    page.goto(f"{live.url}/setup/{make_setup_link()}")
    return Typist(page)


@pytest.fixture
def stranger_without_script(live: Live, browser: Browser) -> Iterator[Page]:
    with browser.new_context(user_agent=PHONE, java_script_enabled=False) as context:
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        yield page


def write_and_approve(founder: Founder) -> None:
    """From the one-time link to an approved revision."""
    founder.fill("Your name", "Ada Okafor")
    founder.fill("Your email", "ada@example.com")
    founder.fill("Password", "correct horse battery")
    founder.fill("Team or company", "Larder")
    founder.click("Create team")
    founder.fill("Product name", "Larder")
    founder.fill("Headline", HEADLINE)
    founder.click("Create draft")
    founder.fill("Subheading", "Parents who cook on weeknights throw away half as much food.")
    founder.fill("Button text", "Start with one photo")
    founder.fill("Price", "£4 a month")
    founder.click("Create revision")
    founder.fill("Reason to approve alone", "Nobody else has read this yet.")
    founder.click("Approve")


def add_variant(founder: Founder) -> None:
    founder.unfold("Add variant")
    founder.page.get_by_role("textbox", name="Name", exact=True).fill("Half the waste")
    founder.page.get_by_label("Headline").fill(OTHER_HEADLINE)
    founder.click("Add variant")


def start(founder: Founder) -> None:
    """Pass the launch check, and start."""
    founder.click("Launch check", role="link")
    founder.click("Start test")
    expect(founder.page.get_by_role("heading", name="Page live")).to_be_visible()


def look(stranger: Page, live: Live) -> None:
    """Open the page and stay until its beacon is answered."""
    with stranger.expect_response("**/seen"):
        stranger.goto(f"{live.url}/p/larder?utm_source=newsletter")


def sign_up(stranger: Page, email: str) -> None:
    stranger.get_by_label("Your email").first.fill(email)
    stranger.get_by_role("button", name="Start with one photo").first.click()
    stranger.wait_for_url("**/thanks")


@pytest.mark.everyday
@pytest.mark.every_database
def test_strangers_keep_their_variant_and_the_results_show_exactly_what_they_did(
    founder: Founder, live: Live, stranger: Page, stranger_without_script: Page
) -> None:
    write_and_approve(founder)
    founder.click("Create test")
    add_variant(founder)
    start(founder)
    look(stranger, live)
    first = stranger.get_by_role("heading", level=1).inner_text()
    live.now.turn(minutes=2)
    sign_up(stranger, "amira@example.org")
    stranger_without_script.goto(f"{live.url}/p/larder")
    sign_up(stranger_without_script, "bea@example.org")
    stranger.goto(f"{live.url}/p/larder")

    assert stranger.get_by_role("heading", level=1).inner_text() == first
    founder.page.goto(f"{live.url}/experiments/1/results.json")
    results = json.loads(founder.page.locator("body").inner_text())
    assert sum(variant["served"] for variant in results["variants"]) == 2
    assert sum(variant["seen"] for variant in results["variants"]) == 1
    assert sum(variant["signups"] for variant in results["variants"]) == 1
    assert results["without_beacon"] == 1
    assert results["verdict"] == "not_enough"


def test_from_the_first_link_to_a_decision_everything_is_done_by_keyboard_alone(
    typist: Typist, live: Live, stranger: Page
) -> None:
    write_and_approve(typist)
    typist.click("Create test")
    start(typist)
    look(stranger, live)
    runtime(live.app).recorder.flush()
    typist.click("Decision", role="link")
    typist.tab_to("Go", TAGS["field"])
    typist.page.keyboard.press("ArrowDown")
    typist.page.keyboard.press("ArrowDown")
    typist.fill("Reason", "One visitor in a week: nobody looks for this.")
    typist.click("Save decision")

    expect(typist.page.get_by_text("One visitor in a week")).to_be_visible()
    decision = db.session.scalars(db.select(Decision)).one()
    assert (decision.choice, decision.figures["variants"][0]["seen"]) == ("stop", 1)
