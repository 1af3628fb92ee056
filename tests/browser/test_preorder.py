"""From the sign-up to the founder's own payment page, in a real browser."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.audience.larder import PHONE, signups, start_page
from tests.browser.conftest import PATIENCE, Live
from tests.delivery.sink import Sink, running
from wbtest.publishing.page_options import Options

pytestmark = pytest.mark.browser


@pytest.fixture
def payments() -> Iterator[Sink]:
    """Somebody else's server, over TLS."""
    with running(Sink(), is_encrypted=True) as sink:
        yield sink


@pytest.mark.parametrize("has_scripts", [True, False])
def test_the_button_leads_to_the_payment_page(
    live: Live, browser: Browser, payments: Sink, has_scripts: bool
) -> None:
    link = f"https://127.0.0.1:{payments.port}/larder?id=7"
    start_page(options=Options(asks_for=("preorder",), preorder_url=link))
    with browser.new_context(
        user_agent=PHONE, java_script_enabled=has_scripts, ignore_https_errors=True
    ) as context:
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        sign_up(page, live)
        page.get_by_role("button", name="Go to the pre-order").click()
        page.wait_for_url(link)

    [row] = signups(live.app)
    [(headers, _)] = [got for got in payments.got if "sec-fetch-user" in got[0]]
    assert row.preorder_us is not None
    assert "referer" not in headers


def test_the_policy_of_the_page_stops_a_way_to_anywhere_else(
    live: Live, browser: Browser, payments: Sink
) -> None:
    start_page(options=Options(asks_for=("preorder",), preorder_url="https://buy.example.com/"))
    with browser.new_context(user_agent=PHONE, ignore_https_errors=True) as context:
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        sign_up(page, live)
        page.locator("form").evaluate(
            "(form, url) => form.action = url", f"https://127.0.0.1:{payments.port}/"
        )
        with page.expect_console_message(lambda said: "form-action" in said.text):
            page.get_by_role("button", name="Go to the pre-order").click(no_wait_after=True)

    assert payments.got == []


def sign_up(page: Page, live: Live) -> None:
    page.goto(f"{live.url}/p/larder")
    page.get_by_label("Your email").first.fill("mia@x.io")
    page.get_by_role("button", name="Start with one photo").first.click()
    expect(page.get_by_text("Would you like to pre-order Larder?")).to_be_visible()
