"""One person in a real browser is one visitor, whatever the browser does with the page."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Response
from playwright.sync_api import Browser, BrowserContext, BrowserType, Error, Page, expect

from tests.audience.larder import Larder, sightings, start_page, visits
from tests.browser.conftest import Live
from tests.steps.browser import FLAGS
from tests.system_packages import find_chromium, find_program
from wbtest.audience.models import MachineCount
from wbtest.audience.result_counts import acts_by_variant
from wbtest.extensions import db, runtime
from wbtest.publishing.page_options import Options
from wbtest.team import access

pytestmark = pytest.mark.browser
# What it keeps and prepares on its own is asked of the whole browser, where that is installed.
AS_PEOPLE_HAVE_IT = find_program("chromium") or find_chromium()

CHROME = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/140.0.0.0 Safari/537.36"
)
HOST = """<!DOCTYPE html><html lang="en"><title>Host</title>
<script type="speculationrules">{"prerender": [{"urls": ["/p/larder"], "eagerness": "immediate"}]}
</script><a href="/p/larder">Open</a>"""


@pytest.fixture(scope="module")
def as_people_have_it(browser_type: BrowserType, browser: Browser) -> Iterator[Browser]:
    """A browser that keeps pages for the back button, which tests usually turn off."""
    del browser
    # What is sent as a page is left carries the browser's own name, not that of a context.
    launched = browser_type.launch(
        executable_path=AS_PEOPLE_HAVE_IT,
        args=[*FLAGS, f"--user-agent={CHROME}"],
        ignore_default_args=["--disable-back-forward-cache"],
    )
    yield launched
    launched.close()


@pytest.fixture
def mia(live: Live, as_people_have_it: Browser) -> Iterator[BrowserContext]:
    context = as_people_have_it.new_context()
    context.set_default_timeout(15_000)
    yield context
    context.close()


@pytest.fixture
def larder(live: Live) -> Larder:
    return start_page()


@pytest.fixture
def host(live: Live) -> str:
    """A page of the same site that lets the browser prepare ours."""
    policy = {"Content-Security-Policy": "script-src 'unsafe-inline'"}
    live.app.add_url_rule("/host", "host", access.public(lambda: Response(HOST, headers=policy)))
    return f"{live.url}/host"


def look(page: Page, live: Live) -> None:
    """Open the page and stay until it was seen."""
    with page.expect_response("**/seen"):
        page.goto(f"{live.url}/p/larder")


def eventually(page: Page, is_so: Callable[[], bool]) -> None:
    """Wait for what the browser does on its own; it tells nobody of requests after leaving."""
    for _ in range(600):
        if is_so():
            return
        page.wait_for_timeout(100)
    raise AssertionError("it never came")


def prepared(live: Live) -> int:
    """How many pages browsers fetched ahead."""
    runtime(live.app).recorder.flush()
    db.session.rollback()
    is_ahead = MachineCount.reason == "prefetch"
    return db.session.scalar(db.select(db.func.sum(MachineCount.count)).where(is_ahead)) or 0


def people(live: Live) -> tuple[int, int]:
    """How many were served and how many seen."""
    return len(visits(live.app)), len(sightings(live.app))


def test_back_and_forward_five_times_is_one_visitor(live, larder, mia):
    page = mia.new_page()
    look(page, live)
    page.goto(f"{live.url}/p/larder/privacy")
    for _ in range(5):
        page.evaluate("history.back()")
        eventually(page, lambda: page.url.endswith("/p/larder"))
        page.evaluate("history.forward()")
        eventually(page, lambda: page.url.endswith("/privacy"))

    assert people(live) == (1, 1)


def test_reload_and_a_second_tab_are_one_visitor(live, larder, mia):
    page = mia.new_page()
    look(page, live)
    for _ in range(5):
        page.reload()
    look(mia.new_page(), live)

    assert people(live) == (1, 1)


def test_a_tab_that_is_restored_after_a_restart_is_the_same_visitor(
    live, larder, browser_type: BrowserType, tmp_path: Path
):
    for _ in range(2):
        # A restart keeps only the profile; the page that was open is requested again.
        profile = browser_type.launch_persistent_context(
            tmp_path, executable_path=AS_PEOPLE_HAVE_IT, args=[*FLAGS, f"--user-agent={CHROME}"]
        )
        look(profile.new_page(), live)
        profile.close()

    assert people(live) == (1, 1)


def test_printing_and_coming_back_online_are_no_further_visitor(live, larder, mia):
    page = mia.new_page()
    look(page, live)
    page.pdf()
    mia.set_offline(True)
    with pytest.raises(Error, match="INTERNET_DISCONNECTED"):
        page.reload()
    mia.set_offline(False)
    page.reload()

    assert people(live) == (1, 1)


def test_without_cookies_two_loads_are_one_visitor(live, mia):
    start_page(options=Options(counting="cookieless"))
    page = mia.new_page()
    look(page, live)
    look(mia.new_page(), live)

    assert mia.cookies() == []
    assert people(live) == (1, 1)


def test_a_page_that_was_prepared_and_never_opened_is_nobody(live, larder, host, mia):
    page = mia.new_page()
    page.goto(host)
    eventually(page, lambda: prepared(live) == 1)
    page.wait_for_timeout(1500)

    assert people(live) == (0, 0)


def test_a_page_that_was_prepared_and_then_opened_is_one_visitor(live, larder, host, mia):
    page = mia.new_page()
    page.goto(host)
    eventually(page, lambda: prepared(live) == 1)
    page.get_by_role("link", name="Open").click()

    expect(page).to_have_url(f"{live.url}/p/larder")
    eventually(page, lambda: people(live) == (1, 1))
    assert prepared(live) == 1


def test_what_a_visitor_reads_arrives_when_they_leave(live, larder, mia):
    page = mia.new_page()
    look(page, live)
    page.locator(".faq summary").nth(2).click()
    page.get_by_label("Your email").first.focus()
    page.goto(f"{live.url}/p/larder/privacy")
    eventually(page, lambda: did(live, larder) != set())

    assert {("faq", "2"), ("focus", "top"), ("depth", "25")} <= did(live, larder)
    assert ("faq", "0") not in did(live, larder)


def test_who_types_and_sends_at_once_has_started_the_form(live, larder, mia):
    page = mia.new_page()
    look(page, live)
    live.now.turn(minutes=1)
    page.get_by_label("Your email").first.click()
    page.keyboard.type("mia@x.io")
    page.keyboard.press("Enter")
    eventually(page, lambda: did(live, larder) != set())

    assert {("focus", "top"), ("click", "top")} <= did(live, larder)


def did(live: Live, larder: Larder) -> set[tuple[str, str]]:
    people(live)
    [acts] = acts_by_variant(larder.experiment).values()
    return set(acts)
