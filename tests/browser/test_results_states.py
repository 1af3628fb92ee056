"""A dashboard in each state it may be in: for everybody, on a wide screen and a phone, in the dark.

With SCREENSHOTS=<folder> each is kept there as a picture, to be looked at.
"""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import FOUR_WAYS, Live, bring_axe, find_faults
from tests.results.states import States, make_states
from wbtest.team.models import Person

pytestmark = pytest.mark.browser
KEPT = os.environ.get("SCREENSHOTS", "")


def test_every_state_can_be_read_by_everybody(live: Live, owner: Person, logged_in: Page):
    faults = []
    bring_axe(logged_in)
    for name, experiment in make_states(States(owner, owner), live.now).items():
        logged_in.goto(f"{live.url}/experiments/{experiment.id}/results")
        logged_in.wait_for_load_state("networkidle")
        faults += [f"{name}: {fault}" for fault in find_faults(logged_in, stays=False)]
        if KEPT:
            keep(logged_in, name)

    assert faults == []


def keep(page: Page, name: str) -> None:
    """Take a picture of the open page, light and dark, wide and narrow."""
    for scheme, width in FOUR_WAYS:
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_function(DRAWN)
        page.screenshot(path=Path(KEPT) / f"{name}-{width}-{scheme}.png", full_page=True)


# Charts are redrawn a moment after the width has changed.
DRAWN = """() => [...document.querySelectorAll(".chart")].every((chart) => {
  const drawn = chart.querySelector(".main-svg");
  return drawn && Math.abs(drawn.getBoundingClientRect().width - chart.clientWidth) <= 1;
})"""
