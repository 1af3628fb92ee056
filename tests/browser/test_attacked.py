"""A test that somebody attacked, and the rule that asks for more: each form open, for everybody."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Live
from tests.factories import make_approval, make_revision, make_running
from tests.results.test_network_checking import Street, bring_accomplices, bring_strangers
from wbtest.publishing.models import Experiment
from wbtest.team.models import Person
from wbtest.writing.models import Revision

pytestmark = pytest.mark.browser
Check = Callable[[Page], None]


@pytest.fixture
def revision(owner: Person) -> Revision:
    revision = make_revision(owner)
    make_approval(revision, owner)
    return revision


@pytest.fixture
def attacked(live: Live, revision: Revision, owner: Person) -> Experiment:
    """A page at 5 % whose verdict five networks make."""
    experiment = make_running(revision, owner, owner)
    street = Street(experiment, live.now)
    bring_strangers(street, live.now)
    bring_accomplices(street, live.now)
    return experiment


def test_an_owner_goes_from_a_red_verdict_to_the_figures_without_the_networks_that_make_it(
    logged_in: Page, live: Live, attacked: Experiment, check_accessible: Check
):
    page = logged_in
    page.goto(f"{live.url}/experiments/{attacked.id}/results")
    check_accessible(page)
    page.get_by_role("link", name="View networks").click()
    expect(page.get_by_label("Group", exact=True)).to_contain_text("Set aside: 5 networks")
    check_accessible(page)

    page.get_by_role("button", name="Add group").click()
    expect(page.get_by_label("How you know")).to_have_attribute("aria-invalid", "true")
    check_accessible(page)
    page.get_by_label("How you know").fill("All of them came within two minutes of each other.")
    page.get_by_role("button", name="Add group").click()

    expect(page.get_by_role("region", name="Adjusted figures", exact=True)).to_contain_text(
        "Without 5 networks"
    )
    check_accessible(page)
    page.goto(f"{live.url}/experiments/{attacked.id}/results")
    page.get_by_role("link", name="View figures").click()
    page.get_by_role("button", name="Remove group").click()
    expect(page.get_by_role("region", name="Excluded visits")).to_contain_text("removed it")


def test_crowds_and_what_a_rule_counts_can_be_chosen_by_everybody(
    logged_in: Page, live: Live, revision: Revision, check_accessible: Check
):
    page = logged_in
    page.goto(f"{live.url}/releases/{revision.release_id}/revisions/1/experiment")
    for folded in ("More settings", "Expecting a crowd?"):
        page.get_by_text(folded).click()
    page.get_by_label("A yes to the price").check()
    page.get_by_label("Maximum number of people").fill("150")
    check_accessible(page)

    page.get_by_role("button", name="Create test").last.click()

    expect(page.get_by_role("alert").first).to_contain_text("Crowds: fix the marked fields")
    expect(page.get_by_label("A yes to the price")).to_be_checked()
    check_accessible(page)
