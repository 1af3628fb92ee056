"""Choosing a look in a real browser: the preview beside it, and the colour that fails."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from tests.browser.conftest import Live
from tests.factories import make_approval, make_experiment, make_revision
from tests.publishing.test_images import picture
from wbtest.extensions import db
from wbtest.publishing.models import Experiment
from wbtest.publishing.page_design import PALETTES
from wbtest.team.models import Person

pytestmark = pytest.mark.browser


@pytest.fixture
def draft(live: Live, owner: Person) -> Experiment:
    """A draft with a second variant, whose text is approved."""
    revision = make_revision(owner)
    make_approval(revision, owner)
    return make_experiment(revision, owner, variants=("Dinner from a photo",))


@pytest.fixture
def design(logged_in: Page, live: Live, draft: Experiment) -> Page:
    """The owner's browser on the Design page of the draft."""
    logged_in.goto(f"{live.url}/experiments/{draft.id}/design")
    return logged_in


def previews(page: Page) -> list[FrameLocator]:
    return [
        page.frame_locator(f"iframe[title='The page on a {it}']") for it in ("computer", "phone")
    ]


def test_a_colour_that_fails_is_fixed_and_the_phone_shows_the_variant(
    design: Page, live: Live, draft: Experiment
):
    page = design

    page.get_by_label("Clay").check()
    page.get_by_text("Accent, typeface and corners").click()
    page.get_by_label("Pick the accent colour").fill("#ffd400")
    page.get_by_role("button", name="Save design").click()
    expect(page.locator("#accent-error")).to_be_visible()
    expect(page.locator("#accent-error")).to_contain_text(re.compile(r"1\.\d to 1"))
    page.get_by_role("button", name=re.compile("Use #")).click()

    expect(page.get_by_role("status")).to_have_text("Design saved.")
    page.goto(f"{live.url}/experiments/{draft.id}/variants/{draft.variants[1].key}/preview")
    phone = page.frame_locator("iframe[title^='Dinner from a photo, on a phone']")
    expect(phone.get_by_role("heading", level=1)).to_have_text("Dinner from a photo")


def test_a_photo_takes_the_place_of_the_initials_and_the_preview_follows(
    design: Page, tmp_path: Path
):
    page, [desk, _] = design, previews(design)
    expect(desk.locator(".who i")).to_be_attached()
    (tmp_path / "me.png").write_bytes(picture(size=(900, 1200)))

    page.get_by_label("Upload a photo").set_input_files(tmp_path / "me.png")
    page.get_by_role("button", name="Save design").click()

    expect(page.get_by_role("status")).to_have_text("Design saved.")
    expect(desk.locator(".who img")).to_be_attached()
    photo = page.get_by_role("group", name="Founder’s photo").last
    photo.get_by_label("None").check()
    expect(desk.locator(".who i")).to_be_attached()
    photo.get_by_label("192 × 192").check()
    expect(desk.locator(".who img")).to_be_attached()


def test_both_previews_follow_a_choice_and_nothing_is_saved(design: Page, draft: Experiment):
    for frame in previews(design):
        expect(frame.locator("body.mosaic")).to_be_visible()

    design.get_by_label("Story cards").check()
    design.get_by_label("Harbour").check()

    for frame in previews(design):
        expect(frame.locator("body.cards")).to_be_visible()
        expect(frame.locator("meta[name=theme-color]").first).to_have_attribute(
            "content", PALETTES["harbour"].light["paper"]
        )
    db.session.rollback()
    assert draft.look == {}


def test_shuffle_shows_another_mosaic_which_save_keeps(design: Page, draft: Experiment):
    tiles = previews(design)[0].locator("#m")
    before = tiles.inner_html()

    design.get_by_role("button", name="Shuffle mosaic").click()
    expect(tiles).not_to_have_js_property("innerHTML", before)
    salt = design.locator("input[name=salt]").input_value()
    design.get_by_role("button", name="Save design").click()

    expect(design.get_by_role("status")).to_have_text("Design saved.")
    db.session.rollback()
    assert draft.look == {"salt": salt}


def test_without_scripts_shuffle_shows_another_mosaic(
    logged_in: Page, live: Live, draft: Experiment
):
    page = logged_in
    page.route("**/*.js", lambda route: route.abort())
    page.goto(f"{live.url}/experiments/{draft.id}/design")
    before = previews(page)[0].locator("#m").inner_html()

    page.get_by_role("button", name="Shuffle mosaic").click()

    expect(previews(page)[0].locator("#m")).not_to_have_js_property("innerHTML", before)
    page.unroute_all(behavior="wait")
