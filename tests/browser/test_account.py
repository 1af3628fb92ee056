"""One's own account in a real browser: the QR code, paper instead of the phone, devices."""

import re
from collections.abc import Callable

import pyotp
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Live
from tests.factories import PASSWORD
from tests.steps.browser import log_in, send_log_in
from wbtest.team.models import Person

pytestmark = pytest.mark.browser


def turn_on(page: Page, live: Live) -> str:
    """Turn the second factor on by the page, and return what the phone keeps."""
    page.goto(f"{live.url}/account")
    page.get_by_text("Two-step verification").click()
    form = page.locator("#second-factor")
    secret = page.locator(".code").first.inner_text().replace(" ", "")
    form.get_by_label("Code from the app").fill(pyotp.TOTP(secret).at(live.now()))
    form.get_by_label("Your password").fill(PASSWORD)
    form.get_by_role("button", name="Turn on").click()
    expect(page.get_by_role("heading", name="Your recovery codes")).to_be_visible()
    live.now.turn(seconds=30)
    return secret


def test_an_owner_turns_it_on_and_logs_in_with_a_code(
    live: Live, logged_in: Page, owner: Person, check_accessible: Callable[[Page], None]
) -> None:
    secret = turn_on(logged_in, live)
    check_accessible(logged_in)
    logged_in.locator("details.menu > summary").click()
    logged_in.get_by_role("button", name="Log out").click()

    send_log_in(logged_in, owner.email)
    code = logged_in.get_by_label("Code", exact=True)
    expect(code).to_be_focused()
    code.fill(pyotp.TOTP(secret).at(live.now()))
    logged_in.keyboard.press("Enter")

    logged_in.wait_for_url(f"{live.url}/ideas")


def test_a_recovery_code_stands_in_for_the_phone(
    live: Live, logged_in: Page, owner: Person
) -> None:
    turn_on(logged_in, live)
    paper = logged_in.locator(".codes .code").first.inner_text()
    logged_in.locator("details.menu > summary").click()
    logged_in.get_by_role("button", name="Log out").click()

    send_log_in(logged_in, owner.email)
    logged_in.get_by_label("Code", exact=True).fill(paper)
    logged_in.keyboard.press("Enter")

    logged_in.wait_for_url(f"{live.url}/ideas")


def test_an_old_device_is_logged_out_by_keyboard(
    live: Live, logged_in: Page, stranger: Page, owner: Person
) -> None:
    log_in(stranger, live.url, owner.email)
    logged_in.goto(f"{live.url}/account")

    logged_in.get_by_role("button", name=re.compile("^Log out ?:")).focus()
    logged_in.keyboard.press("Enter")

    expect(logged_in.get_by_text("Device logged out.")).to_be_visible()
    stranger.goto(f"{live.url}/account")
    assert "/login" in stranger.url
