"""Where the machine chooses the colours, everything that colour showed can still be seen."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Live
from tests.factories import make_revision
from wbtest.team.models import Person

pytestmark = pytest.mark.browser

# Those whose line below can be told from the ground that they stand on.
UNDERLINED = """links => {
  const ground = getComputedStyle(document.body).backgroundColor;
  return links
    .filter((link) => getComputedStyle(link).borderBottomColor !== ground)
    .map((link) => link.innerText);
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_only_the_place_that_is_open_is_underlined(
    logged_in: Page, live: Live, owner: Person, scheme: str
):
    release = make_revision(owner).release
    logged_in.emulate_media(forced_colors="active", color_scheme=scheme)  # type: ignore[arg-type]

    logged_in.goto(f"{live.url}/releases/{release.id}/preview?format=blog-post")

    for where, here in (("Main", "Ideas"), ("Larder", "Release")):
        links = logged_in.get_by_role("navigation", name=where).get_by_role("link")
        assert links.evaluate_all(UNDERLINED) == [here]


def test_a_choice_can_be_told_from_a_text_field(logged_in: Page, live: Live):
    logged_in.emulate_media(forced_colors="active")

    logged_in.goto(f"{live.url}/settings")

    arrow = logged_in.get_by_label("Their role").evaluate("e => getComputedStyle(e).appearance")
    assert arrow == "auto"


def test_at_four_times_the_size_the_bar_of_a_draft_covers_nothing(
    logged_in: Page, live: Live, owner: Person
):
    release = make_revision(owner).release
    logged_in.set_viewport_size({"width": 320, "height": 256})

    logged_in.goto(f"{live.url}/releases/{release.id}")
    logged_in.get_by_label("Solution").focus()

    expect(logged_in.get_by_role("region", name="Draft")).not_to_be_in_viewport()
