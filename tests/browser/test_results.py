"""The results page in a real browser: drawn, readable by everybody, in the dark and on paper."""

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Live
from tests.factories import make_running
from tests.results.conftest import LARDER
from tests.results.crowd import count_days, count_machines
from wbtest.extensions import db
from wbtest.publishing.experiment_stages import find_decision
from wbtest.publishing.models import Experiment
from wbtest.review.approvals import approve
from wbtest.team.models import Person
from wbtest.writing.releases import create_release, freeze

pytestmark = pytest.mark.browser
CHARTS = 2


@pytest.fixture
def experiment(live: Live, owner: Person) -> Experiment:
    """Nine days of three variants, of which the second reaches the target."""
    release = create_release(
        owner,
        form="short",
        product="Larder",
        language="en",
        document=LARDER,
    )
    revision = freeze(release, owner)
    approve(revision, owner, "We skip the interviews.")
    variants = ("From your kitchen", "Half the waste")
    experiment = make_running(revision, owner, owner, variants=variants)
    keys = [variant.key for variant in experiment.variants]
    for key, converted in zip(keys, (5, 14, 9), strict=True):
        count_days(experiment, range(9), key, seen=110, converted=converted, served=126)
    count_machines(experiment, 311)
    live.now.turn(days=9)
    return experiment


@pytest.fixture
def results(experiment: Experiment, logged_in: Page, live: Live) -> Page:
    """The results page with its charts drawn."""
    logged_in.goto(f"{live.url}/experiments/{experiment.id}/results")
    expect(logged_in.locator(".chart .main-svg").first).to_be_visible()
    expect(logged_in.locator(".chart.js-plotly-plot")).to_have_count(CHARTS)
    return logged_in


def colour_of(page: Page) -> str:
    """The colour in which the charts write."""
    colour: str = page.locator(".xtick text").first.evaluate("tick => getComputedStyle(tick).fill")
    return colour


FITS = """() => [...document.querySelectorAll(".chart")].every((chart) => {
  const drawn = chart.querySelector(".main-svg").getBoundingClientRect();
  const frame = chart.getBoundingClientRect();
  return drawn.width <= frame.width + 1 && Math.abs(drawn.height - frame.height) <= 1;
})"""


def test_every_chart_is_drawn_under_our_policy_and_fits_its_card(results: Page):
    for width in (1280, 390):
        results.set_viewport_size({"width": width, "height": 900})
        # Charts are redrawn a moment after the width has changed.
        results.wait_for_function(FITS)


def test_words_stand_and_stay_in_their_place_while_the_charts_are_still_to_come(
    experiment: Experiment, logged_in: Page, live: Live
):
    held: list[Route] = []
    logged_in.route("**/vendor/plotly-basic-*.js", lambda route: held.append(route))
    with logged_in.expect_request("**/vendor/plotly-basic-*.js"):
        logged_in.goto(f"{live.url}/experiments/{experiment.id}/results")
    below = logged_in.get_by_role("heading", name="Funnel")
    expect(below).to_be_visible()
    place = below.bounding_box()

    held[0].continue_()

    expect(logged_in.locator(".chart.js-plotly-plot")).to_have_count(CHARTS)
    assert below.bounding_box() == place


def test_chart_text_is_large_enough_for_a_phone(results: Page):
    results.set_viewport_size({"width": 390, "height": 900})

    # While the charts are redrawn, text that is being removed has no size.
    smallest = results.wait_for_function(
        """() => {
          const texts = [...document.querySelectorAll(".main-svg text")];
          const sizes = texts.map((text) => parseFloat(getComputedStyle(text).fontSize));
          return sizes.length > 20 && sizes.every(Number.isFinite) && Math.min(...sizes);
        }"""
    )
    assert smallest.json_value() >= 12


def test_charts_change_with_the_scheme(results: Page):
    results.emulate_media(color_scheme="light")
    expect(results.locator(".xtick text").first).to_have_css("fill", "rgb(86, 94, 108)")
    light = colour_of(results)
    results.emulate_media(color_scheme="dark")

    expect(results.locator(".xtick text").first).not_to_have_css("fill", light)
    expect(results.locator(".xtick text").first).to_have_css("fill", "rgb(160, 168, 182)")


def test_on_paper_the_charts_are_dark_on_white_and_nothing_is_wider_than_the_sheet(results: Page):
    results.emulate_media(color_scheme="dark", media="print")
    results.set_viewport_size({"width": 650, "height": 900})

    expect(results.locator(".xtick text").first).to_have_css("fill", "rgb(68, 68, 68)")
    expect(results.locator(".bar")).to_be_hidden()
    assert results.evaluate("document.documentElement.scrollWidth") <= 650


def test_the_verdict_stands_without_any_script(
    experiment: Experiment, logged_in: Page, live: Live, browser
):
    context = browser.new_context(
        java_script_enabled=False, storage_state=logged_in.context.storage_state()
    )
    page = context.new_page()
    page.goto(f"{live.url}/experiments/{experiment.id}/results")

    expect(page.get_by_role("heading", level=2).first).to_have_text(
        "“From your kitchen” reached your 8% target. You can decide now."
    )
    page.locator("summary", has_text="Table and downloads: rates").click()
    expect(page.get_by_role("cell", name="126 of 990").first).to_be_visible()
    context.close()


def test_the_team_decides_and_is_led_on(experiment: Experiment, results: Page):
    expect(results.get_by_text("approved alone, on day one")).to_be_visible()
    results.get_by_role("link", name="Decide: go").click()
    results.get_by_label("Go", exact=True).check()
    results.get_by_label("Reason", exact=True).fill("Parents sign up for the kitchen headline.")
    results.get_by_role("button", name="Save decision").click()

    expect(results.get_by_role("link", name="Memo 1")).to_be_visible()
    expect(results.get_by_text("Parents sign up for the kitchen headline.")).to_be_visible()
    db.session.rollback()
    decision = find_decision(experiment)
    assert decision is not None
    assert decision.figures["verdict"] == "met"
