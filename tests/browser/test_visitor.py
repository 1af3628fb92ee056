"""A visitor with a real browser: with and without scripts, wide and narrow, in the dark."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.audience.larder import (
    Larder,
    Visitor,
    mails,
    sightings,
    signups,
    start_page,
    visits,
)
from tests.browser.conftest import Live
from tests.steps.browser import sign_up
from wbtest.publishing import lifecycle
from wbtest.publishing.display import preview_token

pytestmark = pytest.mark.browser

CHROME = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/140.0.0.0 Safari/537.36"
)


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    # As it comes, the browser of the tests calls itself a machine and would be counted as one.
    return {**browser_context_args, "user_agent": CHROME}


@pytest.fixture
def larder(live: Live) -> Larder:
    return start_page(asks_name=True)


@pytest.mark.everyday
def test_a_visitor_is_seen_and_signs_up(live, larder, page):
    with page.expect_response("**/seen") as beacon:
        page.goto(f"{live.url}/p/larder")
    assert beacon.value.status == 204
    live.now.turn(minutes=1)

    sign_up(page, "mia@x.io")

    expect(page.get_by_role("heading", level=1)).to_have_text("Thanks, you’re on the list.")
    assert [sighting.is_counted for sighting in sightings(live.app)] == [True]
    assert [signup.is_converted for signup in signups(live.app)] == [True]


def test_the_page_is_one_request_and_its_beacon_another(live, larder, page):
    asked: list[str] = []
    page.on("request", lambda request: asked.append(f"{request.method} {request.url}"))

    with page.expect_response("**/seen"):
        page.goto(f"{live.url}/p/larder", wait_until="networkidle")

    assert asked == [f"GET {live.url}/p/larder", f"POST {live.url}/p/larder/seen"]


def test_a_page_in_a_tab_that_nobody_looks_at_is_not_seen(live, larder, page):
    page.add_init_script(
        "Object.defineProperty(document, 'visibilityState', {get: () => window.state || 'hidden'})"
    )
    page.goto(f"{live.url}/p/larder", wait_until="networkidle")
    assert len(visits(live.app)) == 1
    assert sightings(live.app) == []

    with page.expect_response("**/seen"):
        page.evaluate("state = 'visible'; document.dispatchEvent(new Event('visibilitychange'))")
    assert len(sightings(live.app)) == 1


def test_everything_works_without_scripts(live: Live, larder: Larder, plain: Page):
    plain.goto(f"{live.url}/p/larder")
    sign_up(plain, "mia@x.io")
    expect(plain.get_by_text("Thanks, you’re on the list.")).to_be_visible()
    [mail] = mails(live.app, "mia@x.io")

    plain.goto(mail.leave_url.replace("leave", "confirm"))
    plain.get_by_role("button", name="Confirm").click()
    expect(plain.get_by_text("Thanks, your email is confirmed.")).to_be_visible()
    plain.goto(mail.leave_url)
    plain.get_by_role("button", name="Delete my email").click()
    expect(plain.get_by_text("Your email is deleted.")).to_be_visible()

    # Who left stays as a count alone.
    [left] = signups(live.app)
    assert (left.email, left.name, left.consent) == ("", "", "")


def test_a_browser_that_keeps_no_cookies_can_sign_up(live, larder, page):
    page.goto(f"{live.url}/p/larder")
    page.context.clear_cookies()
    sign_up(page, "mia@x.io")

    expect(page.get_by_text("Thanks, you’re on the list.")).to_be_visible()
    assert [signup.visitor for signup in signups(live.app)] == [""]


def test_a_mistake_is_said_at_the_field_which_then_has_the_focus(live, larder, page):
    page.goto(f"{live.url}/p/larder")
    sign_up(page, "mia@x")

    field = page.get_by_label("Your email").first
    expect(page.get_by_role("alert")).to_have_text(
        "That email looks incomplete. Check it and try again."
    )
    expect(field).to_have_value("mia@x")
    expect(field).to_be_focused()


def test_the_page_can_be_used_by_keyboard(live, larder, page):
    page.goto(f"{live.url}/p/larder")
    page.get_by_label("Your email").first.focus()
    page.keyboard.type("mia@x.io")
    page.keyboard.press("Tab")
    page.keyboard.type("Mia")
    # The trap is not on the way.
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Start with one photo").first).to_be_focused()
    page.keyboard.press("Enter")

    expect(page.get_by_text("Thanks, you’re on the list.")).to_be_visible()
    assert [signup.name for signup in signups(live.app)] == ["Mia"]


@pytest.mark.parametrize("path", ["", "/thanks", "/privacy", "/object"])
def test_axe_finds_nothing(live, larder, page, path, check_accessible: Callable[[Page], None]):
    page.goto(f"{live.url}/p/larder{path}")

    check_accessible(page)


def test_axe_finds_nothing_on_a_page_that_says_what_is_wrong(live, larder, page, check_accessible):
    page.goto(f"{live.url}/p/larder")
    sign_up(page, "mia@x")

    check_accessible(page)


def test_axe_finds_nothing_behind_the_links_of_our_mail(live, larder, page, check_accessible):
    somebody = Visitor(live.app)
    somebody.sign_up(somebody.get(), "mia@x.io")
    [mail] = mails(live.app, "mia@x.io")

    for path in ("confirm", "leave"):
        page.goto(mail.leave_url.replace("leave", path))
        check_accessible(page)
    page.goto(f"{live.url}/leave/over")
    check_accessible(page)


def test_axe_finds_nothing_on_a_preview(live, larder, page, check_accessible):
    page.goto(f"{live.url}/p/larder?preview={preview_token(larder.experiment, 'control')}")

    check_accessible(page)


@pytest.mark.parametrize("step", [lifecycle.pause, lifecycle.end])
def test_axe_finds_nothing_on_a_page_that_rests_or_is_over(
    live, larder, page, step, check_accessible
):
    step(larder.experiment, larder.approver)
    page.goto(f"{live.url}/p/larder")

    check_accessible(page)


def test_a_page_in_arabic_is_mirrored(live, page, check_accessible):
    start_page(language="ar", product="لاردر")
    page.goto(f"{live.url}/p/larder")

    brand = page.locator("header .brand").bounding_box()
    assert brand is not None
    assert brand["x"] + brand["width"] > 1280 / 2
    check_accessible(page)
