"""The whole way as people walk it: a founder, two strangers, and the founder again."""

import json

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Live
from tests.browser.founder import TAGS, Founder, Typist, create_test, set_up, start, write
from tests.steps.browser import sign_up
from wbtest.extensions import db, runtime
from wbtest.publishing.models import Decision
from wbtest.team.settings import make_setup_link

pytestmark = pytest.mark.browser
OTHER_HEADLINE = "Throw away half as much food, starting tonight"


@pytest.fixture
def typist(live: Live, page: Page) -> Typist:
    """The same person, who has no mouse."""
    page.goto(f"{live.url}/setup/{make_setup_link()}")
    return Typist(page)


def add_variant(founder: Founder) -> None:
    founder.unfold("Add variant")
    founder.page.get_by_role("textbox", name="Name", exact=True).fill("Half the waste")
    founder.page.get_by_label("Headline").fill(OTHER_HEADLINE)
    founder.click("Add variant")


def look(stranger: Page, live: Live) -> None:
    """Open the page and stay until its beacon is answered."""
    with stranger.expect_response("**/seen"):
        stranger.goto(f"{live.url}/p/larder?utm_source=newsletter")


def join(stranger: Page, email: str) -> None:
    """Sign up, and wait for the thanks."""
    sign_up(stranger, email)
    stranger.wait_for_url("**/thanks")


@pytest.mark.everyday
@pytest.mark.every_database
def test_strangers_keep_their_variant_and_the_results_show_exactly_what_they_did(
    founder: Founder, live: Live, stranger: Page, plain: Page
) -> None:
    set_up(founder)
    write(founder)
    create_test(founder)
    add_variant(founder)
    start(founder)
    look(stranger, live)
    first = stranger.get_by_role("heading", level=1).inner_text()
    live.now.turn(minutes=2)
    join(stranger, "amira@example.org")
    plain.goto(f"{live.url}/p/larder")
    join(plain, "bea@example.org")
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
    set_up(typist)
    write(typist)
    create_test(typist)
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
