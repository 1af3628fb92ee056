"""Making a link for a place, in a real browser."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Live
from tests.factories import LARDER, make_experiment, make_old_approval, make_revision
from wbtest.team.models import Person

pytestmark = pytest.mark.browser


def test_a_founder_adds_places_and_takes_a_link_along(
    live: Live, logged_in: Page, owner: Person, check_accessible: Callable[[Page], None]
) -> None:
    logged_in.context.grant_permissions(["clipboard-read", "clipboard-write"])
    revision = make_revision(owner)
    make_old_approval(revision, owner)
    experiment = make_experiment(revision, owner, sources=("newsletter",))
    logged_in.goto(f"{live.url}/experiments/{experiment.id}?open=links")
    logged_in.get_by_role("button", name="Add Flyer").click()
    expect(logged_in.get_by_role("img", name="QR code of the link for Flyer")).to_be_visible()
    logged_in.get_by_label("Source", exact=True).fill("Meetup, نشرة")
    logged_in.get_by_role("button", name="Add link", exact=True).click()

    # The first of those just added is open, the others are folded.
    expect(logged_in.get_by_role("img", name="QR code of the link for")).to_have_count(1)
    expect(logged_in.get_by_text("doesn’t count visitors from this source")).to_have_count(3)
    logged_in.get_by_role("button", name="Copy the link for meetup").click()
    expect(logged_in.get_by_text("Copied", exact=True)).to_be_visible()
    copied = logged_in.evaluate("navigator.clipboard.readText()")
    assert copied == f"{live.url}/p/larder?utm_source=meetup"
    logged_in.get_by_role("button", name="Copy the text for meetup").click()
    expect(logged_in.get_by_text("Copied", exact=True)).to_have_count(2)
    assert LARDER.headline in logged_in.evaluate("navigator.clipboard.readText()")
    check_accessible(logged_in)
