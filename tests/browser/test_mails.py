"""The mails to visitors as a mail program shows them: narrow, light and in the dark."""

import re
from base64 import b64encode

import pytest
from playwright.sync_api import Page

from tests.audience.larder import start_page
from tests.audience.test_mail_html import outcome, welcome
from tests.browser.conftest import Live, find_faults
from wbtest.audience.mail_html import as_html
from wbtest.delivery.mail_sender import mail_of
from wbtest.delivery.models import OutboxMail

pytestmark = pytest.mark.browser

TELEPHONE = (("light", 390), ("dark", 390))
MAIL_PROGRAM = (("light", 640), ("dark", 640))


def show(live: Live, page: Page, row: OutboxMail) -> list[str]:
    """Show a mail as a mail program does, which has its picture at hand, and say what axe finds."""
    part = as_html(mail_of(row))
    picture = f"data:image/png;base64,{b64encode(part.picture).decode()}"
    html = re.sub(r"cid:[^\"]+", picture, part.html)
    page.route("**/mail", lambda route: route.fulfill(body=html, content_type="text/html"))
    page.goto(f"{live.url}/mail")
    return find_faults(page, (*TELEPHONE, *MAIL_PROGRAM))


def test_axe_finds_nothing_in_the_mail_that_asks_to_confirm(live: Live, page: Page) -> None:
    start_page()

    assert show(live, page, welcome(live.app)) == []


def test_axe_finds_nothing_in_an_arabic_mail_with_the_decision(live: Live, page: Page) -> None:
    larder = start_page(language="ar", product="مخزن")

    assert show(live, page, outcome(live.app, larder, "لقد سجّلت في مخزن. قرّرنا أن نبنيه.")) == []


def test_the_column_is_never_wider_than_it_can_be_read(live: Live, page: Page) -> None:
    start_page()
    show(live, page, welcome(live.app))
    page.set_viewport_size({"width": 1280, "height": 900})

    box = page.locator(".card").bounding_box()

    assert box is not None
    assert box["width"] == 560
