"""The tabs in a real browser: by keyboard, as pictures, and with visitors who come meanwhile."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.browser.conftest import Live
from tests.results.states import DAYS, States, crowd
from wbtest.publishing.models import Experiment
from wbtest.team.models import Person

pytestmark = pytest.mark.browser
PHONE: ViewportSize = {"width": 390, "height": 844}
TOP = "element => element.getBoundingClientRect().top"
TABS = ("Result", "Over time", "Visitors", "Answers", "Statistics")


@pytest.fixture
def experiment(live: Live, owner: Person) -> Experiment:
    experiment = States(owner, owner).met()
    live.now.turn(days=DAYS)
    return experiment


@pytest.fixture
def results(experiment: Experiment, logged_in: Page, live: Live) -> Page:
    """The first screen with its charts drawn."""
    logged_in.goto(f"{live.url}/experiments/{experiment.id}/results")
    expect(logged_in.locator(".chart.js-plotly-plot").last).to_be_visible()
    return logged_in


def test_the_tabs_are_links_that_the_keyboard_follows(results: Page):
    for name in TABS[1:]:
        results.locator(".subtabs").get_by_role("link", name=name, exact=True).focus()
        results.keyboard.press("Enter")
        here = results.locator(".subtabs [aria-current=page]")

        expect(here).to_have_text(name)
        expect(results.get_by_text("reached your 8% target")).to_be_visible()


def test_on_a_phone_every_page_of_the_results_is_in_sight(results: Page):
    results.set_viewport_size(PHONE)
    results.locator(".subtabs").get_by_role("link", name="Statistics").click()
    expect(results.locator(".subtabs [aria-current=page]")).to_have_text("Statistics")

    for name in TABS:
        link = results.locator(".subtabs").get_by_role("link", name=name, exact=True)
        expect(link).to_be_in_viewport(ratio=0.99)


@pytest.mark.parametrize("name", ["Result", "Statistics"])
def test_on_a_phone_no_figure_of_the_rates_is_out_of_sight(results: Page, name: str):
    results.set_viewport_size(PHONE)
    with results.expect_navigation():
        results.locator(".subtabs").get_by_role("link", name=name).click()
    tables = results.locator(".as-cells").all()

    assert tables
    for table in tables:
        assert table.evaluate(
            "table => table.parentElement.scrollWidth <= table.parentElement.clientWidth"
        )


def test_two_fields_side_by_side_stand_on_one_line_though_one_has_a_hint(
    results: Page, experiment: Experiment, live: Live
):
    results.goto(f"{live.url}/experiments/{experiment.id}/results/visitors")
    results.get_by_text("Add costs", exact=True).first.click()
    first, last = (results.get_by_label(label, exact=True) for label in ("First day", "Last day"))
    labels = [results.locator(f"label[for={name}]") for name in ("first", "last")]

    for left, right in ((first, last), labels):
        assert left.evaluate(TOP) == right.evaluate(TOP)


def test_the_arrows_walk_through_a_chart_and_say_its_points(results: Page):
    chart = results.locator("[data-figure=figure-rates]")
    told = results.locator("[data-figure=figure-rates] + [aria-live]")
    chart.focus()
    results.keyboard.press("ArrowRight")
    expect(told).to_have_text(re.compile("^Control: 45 of 990, 4.5"))
    expect(chart.locator(".hovertext")).to_be_visible()
    results.keyboard.press("ArrowDown")
    expect(told).to_have_text(re.compile("^From your kitchen: 135 of 990"))
    results.keyboard.press("Escape")

    expect(told).to_be_empty()
    expect(chart.locator(".hovertext")).to_have_count(0)


def test_each_panel_of_the_course_can_be_walked_through(results: Page):
    results.locator(".subtabs").get_by_role("link", name="Over time").click()
    chart = results.locator("[data-figure=figure-course].js-plotly-plot")
    told = results.locator("[data-figure=figure-course] + [aria-live]")
    chart.focus()
    results.keyboard.press("ArrowUp")
    results.keyboard.press("End")

    expect(told).to_have_text(re.compile("^Half the waste: 10 March, 09:00, 81 of 990"))
    expect(chart.locator(".hovertext")).to_be_visible()


@pytest.mark.parametrize(("format", "begins"), [("png", b"\x89PNG"), ("svg", b"<svg")])
def test_a_chart_can_be_taken_along_as_a_picture(results: Page, tmp_path: Path, format, begins):  # noqa: A002
    results.locator("summary", has_text="Table and downloads: rates").click()
    with results.expect_download() as download:
        results.get_by_role(
            "button", name=re.compile(f"^Download {format.upper()} ?: rates")
        ).click()
    download.value.save_as(tmp_path / "chart")

    assert download.value.suggested_filename == f"met-rates-20270310.{format}"
    assert (tmp_path / "chart").read_bytes().startswith(begins)


def test_new_visitors_are_announced_and_shown_without_reloading_the_page(
    results: Page, experiment: Experiment, live: Live
):
    line = results.locator(".since")
    expect(line).to_be_empty()
    results.clock.install()
    results.reload()
    crowd(experiment, (12, 1), days=[DAYS])
    results.clock.run_for(31_000)
    expect(line).to_have_text(
        "12 more visitors and 1 more sign-up since you opened this. Show them"
    )
    expect(results.get_by_text("45 of 990").first).to_be_visible()
    results.evaluate("document.documentElement.dataset.stayed = 'here'")
    for folded in ("rates", "funnel"):
        results.locator("summary", has_text=f"Table and downloads: {folded}").click()
    line.get_by_role("link").click()

    expect(results.get_by_role("cell", name="46 of 1,002")).to_be_visible()
    expect(line).to_have_text("These are the figures of now.")
    expect(results.locator(".chart .main-svg").first).to_be_visible()
    expect(results.get_by_label("From page load to the last step, by variant")).to_be_visible()
    assert results.evaluate("document.documentElement.dataset.stayed") == "here"
