"""What the tests of the writing desk have in common."""

from playwright.sync_api import Page, expect

from tests.browser.conftest import Live
from wbtest.extensions import db
from wbtest.writing.document import Document, from_json
from wbtest.writing.models import Release

ASKED = ".questions[data-side=external] .asked"


def open_desk(page: Page, live: Live, release: Release, panel: str = "") -> None:
    page.goto(f"{live.url}/releases/{release.id}{panel and f'#{panel}'}")


def turn_to(page: Page, panel: str) -> None:
    """Show another panel of the sheet."""
    page.locator("[data-panels]").get_by_role("link", name=panel).click()


def saved(page: Page) -> None:
    """Wait until the desk says that it saved."""
    expect(page.locator("[data-status]")).to_have_text("Draft · saved just now")


def stored(release: Release) -> Document:
    """The draft as the server holds it now."""
    db.session.rollback()
    return from_json(release.document)
