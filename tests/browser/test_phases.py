"""From the launch check to a new phase, as a founder clicks it, with a visitor who comes again."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import PHONE, Live
from tests.factories import make_approval, make_experiment, make_revision
from wbtest.extensions import db
from wbtest.publishing.models import Experiment
from wbtest.team.models import Person

pytestmark = pytest.mark.browser
WHY = "This is only a test of the test."


@pytest.fixture
def draft(owner: Person) -> Experiment:
    """A draft that nothing stops, with one page."""
    revision = make_revision(owner)
    make_approval(revision, owner)
    return make_experiment(revision, owner)


def test_a_visitor_keeps_the_page_over_a_new_phase(
    logged_in: Page, stranger: Page, live: Live, draft: Experiment, browser: Browser
):
    page = logged_in
    page.goto(f"{live.url}/experiments/{draft.id}/launch")
    page.get_by_role("button", name="Pass the check").click()
    expect(page.get_by_role("heading", name=re.compile("reasons are missing"))).to_be_visible()
    for reason in page.get_by_label(re.compile("Why you start all the same")).all():
        reason.fill(WHY)
    page.get_by_role("button", name="Pass the check").click()
    page.get_by_role("button", name="Start the experiment").click()
    page.get_by_text("What happened").click()
    expect(page.get_by_text(f"Own sign-up: {WHY}")).to_be_visible()

    stranger.goto(f"{live.url}/p/larder")
    first = stranger.get_by_role("heading", level=1).inner_text()
    open_phase(page, live, draft)
    stranger.goto(f"{live.url}/p/larder")

    expect(stranger.get_by_role("heading", level=1)).to_have_text(first)
    with browser.new_context(user_agent=PHONE) as context:
        newcomer = context.new_page()
        newcomer.goto(f"{live.url}/p/larder")
        expect(newcomer.get_by_role("heading", level=1)).to_have_text("Dinner without shopping")


def open_phase(page: Page, live: Live, experiment: Experiment) -> None:
    """Write a variant that all newcomers are shown from now on."""
    page.goto(f"{live.url}/experiments/{experiment.id}")
    page.get_by_role("link", name="New phase").click()
    page.get_by_role("link", name="Write another variant").click()
    page.get_by_label("Name").fill("Other words")
    page.get_by_label("Headline").fill("Dinner without shopping")
    page.get_by_role("button", name="Keep it for the next phase").click()
    page.get_by_label("Control").fill("")
    page.get_by_label("Other words").fill("1")
    page.get_by_label("Why").fill("Three of five readers said so.")
    page.get_by_role("button", name="Open the phase").click()
    expect(page.get_by_text("Phase 2 has begun.")).to_be_visible()
    db.session.rollback()
    assert [phase.weights for phase in experiment.phases] == [{"control": 1}, {"other-words": 1}]
