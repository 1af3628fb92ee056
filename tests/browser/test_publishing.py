"""The pages of an experiment as a person uses them: keys, clicks, dialogs, both schemes."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Live
from tests.factories import make_approval, make_experiment, make_revision, make_running
from wbtest.extensions import db
from wbtest.publishing import lifecycle
from wbtest.publishing.models import Experiment
from wbtest.team.models import Person
from wbtest.writing.models import Revision

pytestmark = pytest.mark.browser


@pytest.fixture
def revision(owner: Person) -> Revision:
    """Revision 1 of the owner's release, approved."""
    revision = make_revision(owner)
    make_approval(revision, owner)
    return revision


def new_url(live: Live, revision: Revision) -> str:
    return f"{live.url}/releases/{revision.release_id}/revisions/1/experiment"


def state_of(experiment: Experiment) -> str:
    db.session.rollback()
    return experiment.state


def start(page: Page) -> None:
    """Go from the draft to its launch check, and start the test there."""
    page.get_by_role("link", name="Launch check").click()
    page.get_by_role("button", name="Start test").click()


def test_an_experiment_takes_one_button_and_the_start_one_more(
    logged_in: Page, live: Live, revision: Revision
):
    page = logged_in
    page.goto(new_url(live, revision))

    page.get_by_role("button", name="Create test").last.click()
    start(page)

    expect(page.get_by_role("heading", name="Page live")).to_be_visible()
    expect(page.get_by_label("Page address")).to_have_value(f"{live.url}/p/larder")


def test_the_claim_and_the_plan_follow_what_is_typed(
    logged_in: Page, live: Live, revision: Revision
):
    page = logged_in
    page.goto(new_url(live, revision))

    page.get_by_label("Target", exact=True).fill("12,5")
    page.get_by_text("Claim and what you’ll do").click()
    page.get_by_role("textbox", name="Visitors", exact=True).fill("nurses on late shifts")
    page.get_by_label("Visitors a day").fill("40")

    expect(page.locator("[data-claim]")).to_have_text(
        re.compile("At least 12,5% of nurses on late shifts will leave an email address.")
    )
    expect(page.locator("[data-plan]")).to_contain_text(
        "With 40 visitors a day, expect an answer in"
    )


def test_a_founder_who_knows_how_many_come_gets_a_rule_and_what_it_can_tell(
    logged_in: Page, live: Live, revision: Revision, check_accessible: Callable[[Page], None]
):
    page = logged_in
    page.goto(new_url(live, revision))

    page.get_by_label("How many people can you reach?").select_option("About 100")
    page.get_by_label("Do they know you?").select_option("Yes")
    page.get_by_role("button", name="Use our proposal").click()

    expect(page.get_by_label("Target", exact=True)).to_have_value("25")
    expect(page.locator("[data-plan]")).to_contain_text("93 of 100 such tests say stop")
    check_accessible(page)
    page.get_by_label("How many people can you reach?").select_option("About 300")
    expect(page.locator("[data-plan]")).to_have_text(
        re.compile(r"^\s*Press “Use our proposal” for these people\.\s*$")
    )
    page.get_by_label("Target", exact=True).fill("26")
    expect(page.locator("[data-plan]")).to_contain_text("Allow for up to")
    expect(page.locator("[data-plan]")).not_to_contain_text("of 100 such tests")


def test_a_target_is_worked_out_by_keyboard(
    logged_in: Page, live: Live, revision: Revision, check_accessible: Callable[[Page], None]
):
    page = logged_in
    page.goto(f"{new_url(live, revision)}?daily=20")
    expect(page.locator("[data-plan]")).to_contain_text(
        "With 20 visitors a day, expect an answer in"
    )

    page.get_by_text("Calculate the target").press("Enter")
    for label, typed in (
        ("Customers needed", "600"),
        ("People you can", "25000"),
        ("Sign-ups who", "20"),
    ):
        page.get_by_label(re.compile(f"^{label}")).fill(typed)
    expect(page.locator("[data-reckoned]")).to_contain_text("would bring about 400 of the 600")
    page.get_by_label(re.compile("^Customers needed")).fill("")
    expect(page.locator("[data-reckoned]")).to_have_text("")
    page.get_by_label(re.compile("^Customers needed")).fill("600")
    expect(page.locator("[data-reckoned]")).to_contain_text("400 of the 600")
    page.get_by_role("button", name="Use this target").press("Enter")
    expect(page.get_by_label("Target", exact=True)).to_have_value("12")
    expect(page.locator("[data-claim]")).to_contain_text("At least 12")
    check_accessible(page)
    page.get_by_label("Visitors a day").press("Enter")

    page.wait_for_url(re.compile(r"/experiments/\d+$"))


def test_what_a_browser_puts_in_again_after_back_is_planned_with(
    logged_in: Page, live: Live, revision: Revision
):
    page = logged_in
    page.goto(new_url(live, revision))
    page.get_by_label("Visitors a day").fill("1.300")
    expect(page.locator("[data-plan]")).to_contain_text("With 1,300 visitors a day")

    page.goto(f"{live.url}/ideas")
    page.go_back()

    expect(page.get_by_label("Visitors a day")).to_have_value("1.300")
    expect(page.locator("[data-plan]")).to_contain_text("With 1,300 visitors a day")


def test_the_days_are_those_of_the_browser_s_time_zone(
    logged_in: Page, live: Live, revision: Revision, browser: Browser
):
    context = browser.new_context(
        timezone_id="America/New_York", storage_state=logged_in.context.storage_state()
    )
    page = context.new_page()
    page.goto(new_url(live, revision))

    page.get_by_text("More settings").click()
    expect(page.get_by_label("Time zone")).to_have_value("America/New_York")
    page.get_by_role("button", name="Create test").last.click()
    page.get_by_text("Rule details").click()

    expect(page.locator("dd", has_text="America/New_York")).to_be_visible()
    context.close()


def test_choosing_a_part_for_a_place_moves_the_one_that_stood_there(
    logged_in: Page, live: Live, revision: Revision, owner: Person
):
    page = logged_in
    experiment = make_experiment(revision, owner)
    page.goto(f"{live.url}/experiments/{experiment.id}")
    page.locator("summary", has_text="Add variant").click()
    page.get_by_text("Body text and weight").click()
    places = page.locator("[data-order]").get_by_role("combobox")
    before = [places.nth(index).input_value() for index in range(places.count())]

    places.nth(0).select_option(before[-1])
    page.get_by_role("textbox", name="Name", exact=True).fill("Questions first")
    page.get_by_role("button", name="Add variant").click()

    expect(page.get_by_role("link", name="Edit Questions first")).to_be_visible()
    db.session.rollback()
    order = experiment.variants[1].overrides["order"]
    assert order[: len(before)] == [before[-1], *before[1:-1], before[0]]


def test_ending_asks_first_and_can_be_left(
    logged_in: Page, live: Live, revision: Revision, owner: Person
):
    page = logged_in
    experiment = make_running(revision, owner, owner)
    page.goto(f"{live.url}/experiments/{experiment.id}")

    page.get_by_role("button", name="End test…").press("Enter")
    expect(page.get_by_text("This closes the page")).to_be_visible()
    page.get_by_role("button", name="Cancel").last.click()
    assert state_of(experiment) == "running"
    page.get_by_role("button", name="End test…").click()
    page.get_by_label("Reason").last.fill("Enough seen.")
    page.get_by_role("button", name="End test", exact=True).click()

    expect(page.get_by_role("heading", name="Page closed")).to_be_visible()
    assert state_of(experiment) == "ended"


def test_deleting_a_draft_asks_first(
    logged_in: Page, live: Live, revision: Revision, owner: Person
):
    page = logged_in
    draft = make_experiment(revision, owner, variants=("Price",))
    page.goto(f"{live.url}/experiments/{draft.id}")

    page.get_by_role("button", name="Delete draft…").click()
    expect(page.get_by_text("You lose the target")).to_be_visible()
    page.get_by_role("button", name="Delete draft", exact=True).click()

    expect(page.get_by_role("heading", name="Approved 1")).to_be_visible()


def test_the_pages_work_without_scripts(
    logged_in: Page, live: Live, revision: Revision, owner: Person
):
    page = logged_in
    page.route("**/*.js", lambda route: route.abort())
    experiment = make_experiment(revision, owner, variants=("Price",))
    page.goto(f"{live.url}/experiments/{experiment.id}/variants/price")

    page.get_by_label("Price").fill("Free")
    page.get_by_role("button", name="Save variant").click()
    start(page)

    expect(page.get_by_role("heading", name="Page live")).to_be_visible()
    expect(page.get_by_role("button", name="Copy")).to_be_hidden()
    # A script that is still asked for when the page closes has nobody left to refuse it.
    page.unroute_all(behavior="wait")


def test_a_test_is_accessible_whatever_became_of_it(
    logged_in: Page,
    live: Live,
    revision: Revision,
    owner: Person,
    check_accessible: Callable[[Page], None],
):
    page = logged_in
    draft = make_experiment(revision, owner, slug="draft", variants=("Price",))
    unready = make_experiment(make_revision(owner, product="Kiln"), owner, slug="unready")
    running = make_running(revision, owner, owner)
    over = lifecycle.end(make_running(revision, owner, owner, slug="over"), owner)

    # Each kind of page in one state is in test_every_page.py.
    for path in (
        *(f"{draft.id}", f"{running.id}", f"{over.id}"),
        *(f"{unready.id}/launch", f"{running.id}/variants/control"),
    ):
        page.goto(f"{live.url}/experiments/{path}")
        for fold in page.locator("main details:not(.menu) > summary").all():
            fold.click()
        check_accessible(page)
