"""Releases and revisions as pages: for every eye, every scheme, and on paper."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Live
from tests.browser.desk import open_desk
from tests.factories import LARDER, make_release
from wbtest.team.models import Person
from wbtest.writing.releases import save_release

pytestmark = pytest.mark.browser


def test_a_printed_release_has_no_buttons(logged_in: Page, live: Live, owner: Person):
    release = make_release(owner)
    logged_in.goto(f"{live.url}/releases/{release.id}/preview")

    logged_in.emulate_media(media="print")

    for region in ("Main", "Release"):
        expect(logged_in.get_by_role("navigation", name=region)).to_be_hidden()
    expect(logged_in.get_by_role("heading", level=1)).to_be_hidden()
    expect(logged_in.get_by_text("Export")).to_be_hidden()
    expect(logged_in.get_by_role("heading", name=LARDER.headline)).to_be_visible()


def test_dates_are_written_in_the_release_s_own_language(
    logged_in: Page, live: Live, owner: Person
):
    release = make_release(owner, language="de")

    logged_in.goto(f"{live.url}/releases/{release.id}/preview")

    expect(logged_in.locator("time[data-date]")).to_have_text("3. März 2027")


@pytest.mark.parametrize("path", ["/releases/1", "/releases/1/preview"])
def test_a_release_from_right_to_left_is_accessible(
    logged_in: Page,
    live: Live,
    owner: Person,
    path: str,
    check_accessible: Callable[[Page], None],
):
    make_release(owner, form="short", headline="", language="ar", faq=LARDER.faq[:2])

    logged_in.goto(f"{live.url}{path}")

    check_accessible(logged_in)


def test_two_texts_side_by_side_are_accessible(
    logged_in: Page, live: Live, owner: Person, check_accessible: Callable[[Page], None]
):
    release = make_release(owner)
    open_desk(logged_in, live, release)
    save_release(release, replace(LARDER, headline="Theirs"), 1, release.author)
    logged_in.get_by_label("Headline").fill("Mine")
    expect(logged_in.get_by_text("Two versions of the same text")).to_be_visible()

    check_accessible(logged_in)
