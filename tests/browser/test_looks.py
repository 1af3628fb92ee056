"""Choosing a look in a real browser: the colour that fails, and the variant on a phone."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Live
from tests.factories import make_approval, make_experiment, make_revision
from wbtest.team.models import Person

pytestmark = pytest.mark.browser


def test_a_colour_that_fails_is_mended_and_the_phone_shows_the_variant(
    logged_in: Page, live: Live, owner: Person
):
    page = logged_in
    revision = make_revision(owner)
    make_approval(revision, owner)
    experiment = make_experiment(revision, owner, variants=("Dinner from a photo",))
    page.goto(f"{live.url}/experiments/{experiment.id}/design")

    page.get_by_label(re.compile("Dawn")).check()
    page.get_by_text("Colour, font and corners").click()
    page.get_by_label("Pick the accent colour").fill("#ffd400")
    page.get_by_role("button", name="Save design").click()
    expect(page.locator("#accent-error")).to_be_visible()
    expect(page.locator("#accent-error")).to_contain_text("1.2 to 1")
    page.get_by_role("button", name=re.compile("Use #")).click()

    expect(page.get_by_role("status")).to_have_text("Design saved.")
    page.goto(
        f"{live.url}/experiments/{experiment.id}/variants/{experiment.variants[1].key}/preview"
    )
    phone = page.frame_locator("iframe[title^='Dinner from a photo, on a phone']")
    expect(phone.get_by_role("heading", level=1)).to_have_text("Dinner from a photo")
