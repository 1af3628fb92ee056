"""The form copied to a page of the team's own, sent by a real browser."""

import pytest
from playwright.sync_api import Browser, expect

from tests.audience.larder import PHONE, signups, start_page
from tests.browser.conftest import Live
from wbtest.publishing.off_site_form import form_html, set_sites

pytestmark = pytest.mark.browser
SITE = "https://www.larder.example"


@pytest.mark.parametrize("site", [SITE, "https://evil.example"])
def test_the_copied_form_works_on_a_listed_site_alone(
    live: Live, browser: Browser, site: str
) -> None:
    larder = start_page()
    set_sites(larder.experiment, larder.editor, SITE)
    # A browser hides the site from an address without https, unless it is told not to.
    head = '<!doctype html><title>Larder</title><meta name="referrer" content="origin">'
    html = head + form_html(larder.experiment)
    page = browser.new_page(user_agent=PHONE)
    page.route(f"{site}/**", lambda route: route.fulfill(body=html, content_type="text/html"))
    page.goto(f"{site}/")

    page.get_by_label("Your email").fill("noor@x.io")
    page.get_by_role("button", name="Start with one photo").click()

    if site == SITE:
        expect(page).to_have_url(f"{live.url}/p/larder/thanks")
        expect(page.get_by_label("Leave this empty")).to_have_count(0)
    else:
        expect(page.get_by_text("Nothing was stored.")).to_be_visible()
    page.close()
    stored = [(row.source, row.excluded_because) for row in signups(live.app)]
    assert stored == ([("www.larder.example", "off_site")] if site == SITE else [])
