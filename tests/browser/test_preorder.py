"""From the sign-up to a page of the founder's own, in a real browser."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.audience.larder import mails, signups, start_page
from tests.browser.conftest import Live, phone
from tests.delivery.sink import Sink, running
from tests.steps.browser import sign_up
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
    with phone(browser, java_script_enabled=has_scripts, ignore_https_errors=True) as page:
        send_to_preorder(page, live)
        page.get_by_role("button", name="Go to the pre-order").click()
        page.wait_for_url(link)

    [row] = signups(live.app)
    [(headers, _)] = [got for got in payments.got if "sec-fetch-user" in got[0]]
    assert row.preorder_us is not None
    assert "referer" not in headers


@pytest.mark.parametrize("has_scripts", [True, False])
@pytest.mark.parametrize("opens", [False, True], ids=["button", "redirect"])
def test_the_end_of_the_sign_up_leads_to_the_link(
    live: Live, browser: Browser, payments: Sink, has_scripts: bool, opens: bool
) -> None:
    link = f"https://127.0.0.1:{payments.port}/join?id=7"
    shown = Options(confirms=False, link_label="Join us", link_url=link, link_redirects=opens)
    start_page(options=shown)
    with phone(browser, java_script_enabled=has_scripts, ignore_https_errors=True) as page:
        send_form(page, live)
        if not opens:
            page.get_by_role("link", name="Join us").click()
        page.wait_for_url(link)

    [(headers, _)] = [got for got in payments.got if "sec-fetch-user" in got[0]]
    assert [row.email for row in signups(live.app)] == ["mia@x.io"]
    assert "referer" not in headers


def test_the_button_of_the_mail_leads_on_to_the_link(
    live: Live, browser: Browser, payments: Sink
) -> None:
    link = f"https://127.0.0.1:{payments.port}/join?id=7"
    start_page(options=Options(link_label="Join us", link_url=link, link_redirects=True))
    with phone(browser, ignore_https_errors=True) as page:
        send_form(page, live)
        expect(page.get_by_text("open the email")).to_be_visible()
        [mail] = mails(live.app, "mia@x.io")
        page.goto(live.url + re.findall(r"/confirm/\S+", mail.body)[0])
        page.get_by_role("button", name="Confirm").click()
        page.wait_for_url(link)

    assert [row.confirmed_us is not None for row in signups(live.app)] == [True]
    assert all("referer" not in headers for headers, _ in payments.got)


def test_the_policy_of_the_page_stops_a_way_to_anywhere_else(
    live: Live, browser: Browser, payments: Sink
) -> None:
    start_page(options=Options(asks_for=("preorder",), preorder_url="https://buy.example.com/"))
    with phone(browser, ignore_https_errors=True) as page:
        send_to_preorder(page, live)
        page.locator("form").evaluate(
            "(form, url) => form.action = url", f"https://127.0.0.1:{payments.port}/"
        )
        with page.expect_console_message(lambda said: "form-action" in said.text):
            page.get_by_role("button", name="Go to the pre-order").click(no_wait_after=True)

    assert payments.got == []


def send_form(page: Page, live: Live) -> None:
    page.goto(f"{live.url}/p/larder")
    sign_up(page, "mia@x.io")


def send_to_preorder(page: Page, live: Live) -> None:
    send_form(page, live)
    expect(page.get_by_text("Would you like to pre-order Larder?")).to_be_visible()
