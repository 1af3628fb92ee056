"""A real Chromium on our pages: what is pressed and filled in, by the labels people read."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.factories import PASSWORD
from tests.service.errors import NotPossible
from tests.service.instance import OWNER
from tests.system_packages import find_program, install_command
from wbtest.team.models import Person
from wbtest.team.sessions import open_session

FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
]


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser while the block runs. Raises NotPossible where Chromium is not installed."""
    program = find_program("chromium")
    if program is None:
        raise NotPossible(install_command(["Chromium"]) or "Chromium is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


def log_in(page: Page, url: str, email: str = OWNER, password: str = PASSWORD) -> None:
    """Log in at the instance of this address, and wait for the page behind it."""
    page.goto(f"{url}/login")
    send_log_in(page, email, password)
    page.wait_for_url(lambda now: not now.endswith("/login"))


def send_log_in(page: Page, email: str, password: str = PASSWORD) -> None:
    """Send the form of the log-in, which is open, and wait for nothing."""
    fill_in_log_in(page, email, password)
    page.get_by_role("button", name="Log in").click()


def fill_in_log_in(page: Page, email: str, password: str) -> None:
    """Fill in the form of the log-in, and press nothing."""
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(password)


def let_in(context: BrowserContext, url: str, person: Person) -> None:
    """Log somebody of the app of our own process in, without its page for that."""
    cookie = {"name": "wb-session", "value": open_session(person), "url": url}
    context.add_cookies([cookie])  # type: ignore[list-item]


def sign_up(page: Page, email: str) -> None:
    """Send the first form of the public page that is open, and wait for nothing."""
    page.get_by_label("Your email").first.fill(email)
    page.get_by_role("button", name="Start with one photo").first.click()
