"""A live server and a real Chromium. A broken script or a broken policy fails the test."""

import logging
import os
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.founder import Founder
from tests.browser.serving import lag, make_server
from tests.conftest import IS_SECOND_ROUND, HandClock
from tests.factories import make_person
from tests.skips import require
from tests.steps.browser import FLAGS, let_in
from tests.steps.visitor import PHONE
from tests.system_packages import find_chromium
from wbtest.config import Settings
from wbtest.team.models import Person
from wbtest.team.settings import make_setup_link

WIDTHS = (1280, 320)
FOUR_WAYS = tuple((scheme, width) for scheme in ("light", "dark") for width in WIDTHS)
# Half of what axe takes are contrasts, so each width is seen in one scheme, and each scheme in one
# width: what stands only on a wide page, or only on a narrow one, is seen once.
WAYS = (("light", WIDTHS[0]), ("dark", WIDTHS[1]))
AXE = f"{AXE_SCRIPT};{Path(__file__).with_name('axe.js').read_text(encoding='utf-8')}"
# How wide the page gets with the room between letters, words and lines that WCAG 1.4.12 names.
SPACED = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: 0.12em !important;
    word-spacing: 0.16em !important } p { margin-block-end: 2em !important }`);
  document.adoptedStyleSheets.push(sheet);
  const width = document.documentElement.scrollWidth;
  document.adoptedStyleSheets.pop();
  return width;
}"""
# The server's own line for each request says nothing that a failing test does not.
logging.getLogger("werkzeug").setLevel(logging.ERROR)
# Of a machine that is busy with the rest of the suite.
PATIENCE = 30_000
# Seconds that each answer is late, and its end later again. See CONTRIBUTING.md.
LAG = float(os.environ.get("LAG", "0"))
expect.set_options(timeout=PATIENCE)


@dataclass(frozen=True, slots=True)
class Live:
    """A server that a browser can reach, the app inside it and the clock it lives by."""

    url: str
    app: Flask
    now: HandClock


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    require("Chromium")
    return {**browser_type_launch_args, "executable_path": find_chromium(), "args": FLAGS}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_context_args, "viewport": {"width": WIDTHS[0], "height": 900}}


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener


@pytest.fixture
def settings(settings: Settings, listener: socket.socket) -> Settings:
    return replace(settings, base_url=f"http://127.0.0.1:{listener.getsockname()[1]}")


@pytest.fixture
def live(app: Flask, settings: Settings, listener: socket.socket, now: HandClock) -> Iterator[Live]:
    """The app of this test, served on a free port of this machine."""
    server = make_server(listener, lag(app, LAG) if LAG else app)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield Live(settings.base_url, app, now)
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A browser page. Scripts that break and answers that break our policy fail the test."""
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "console",
        lambda message: (
            complaints.append(message.text) if "Content Security Policy" in message.text else None
        ),
    )
    yield page
    assert complaints == []


@pytest.fixture
def stranger(live: Live, browser: Browser) -> Iterator[Page]:
    """The page of somebody on a phone whom nobody takes for a machine."""
    with phone(browser) as page:
        yield page


@pytest.fixture
def plain(live: Live, browser: Browser) -> Iterator[Page]:
    """The same on a phone that runs no scripts."""
    viewport = {"width": 390, "height": 844}
    with phone(browser, java_script_enabled=False, viewport=viewport) as page:
        yield page


@contextmanager
def phone(browser: Browser, **more: Any) -> Iterator[Page]:
    """A page on a phone while the block runs; ``more`` is as for a context of the browser."""
    with browser.new_context(user_agent=PHONE, **more) as context:
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        yield page


@pytest.fixture
def owner(app: Flask) -> Person:
    """The only member of a new team."""
    return make_person("ada@example.com", "owner")


@pytest.fixture
def logged_in(live: Live, page: Page, owner: Person) -> Page:
    """The browser page of the owner, who logged in before; test_account.py does it by hand."""
    let_in(page.context, live.url, owner)
    return page


@pytest.fixture
def founder(live: Live, page: Page) -> Founder:
    """At the one-time link that the server printed."""
    founder = Founder(page)
    page.goto(f"{live.url}/setup/{make_setup_link()}")
    return founder


@pytest.fixture
def check_accessible() -> Callable[[Page], None]:
    """A function that asserts what axe can see: wide, and narrow in the dark; no side-scroll."""

    def check(page: Page) -> None:
        assert find_faults(page) == []

    return check


def bring_axe(page: Page) -> None:
    """Let each page that is opened from here on have axe: to send it to each takes far longer."""
    # Frames may be closed to scripts, and say so.
    page.add_init_script(f"if (window === window.top) {{{AXE}}}")


def find_faults(
    page: Page, ways: Sequence[tuple[str, int]] = WAYS, *, stays: bool = True
) -> list[str]:
    """What axe sees on the open page in these schemes and widths, and what is too wide.

    The way that needs no other width comes first. Who goes on to another page needs none again.
    """
    if IS_SECOND_ROUND:
        return []
    faults = []
    if not page.evaluate("'findFaults' in window"):
        page.evaluate(AXE)
    here = (page.viewport_size or {}).get("width")
    for number, (scheme, width) in enumerate(sorted(ways, key=lambda way: way[1] != here)):
        show(page, scheme, width)
        # Tabs that stay in sight cover what has scrolled below them.
        page.evaluate("scrollTo(0, 0)")
        found = page.evaluate("isReadBefore => findFaults(isReadBefore)", number > 0)
        faults += [f"{scheme}, {width} px: {fault}" for fault in found]
        if page.evaluate("document.documentElement.scrollWidth") > width:
            faults.append(f"{width} px: wider than the screen")
        elif page.evaluate(SPACED) > width:
            faults.append(f"{width} px: wider than the screen with its letters apart")
    if stays:
        show(page, *WAYS[0])
    return faults


def show(page: Page, scheme: Any, width: int) -> None:
    """Let the page be of this width, and light or dark."""
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
