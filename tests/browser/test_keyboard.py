"""The ways into a team by keyboard alone, and that a page which traps one would be found."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Live
from tests.browser.reader import pages
from tests.browser.typist import Typist as SeenByAxe
from tests.browser.ways import open_invitation, open_ways_in
from wbtest.team import mail_preferences
from wbtest.team.settings import make_setup_link

pytestmark = pytest.mark.browser


class Typist(SeenByAxe):
    """Of what axe says here, other tests ask."""

    ways = ()


STUCK = """<!DOCTYPE html><style>#bare:focus-visible { outline: none }</style>
<button popovertarget="box" aria-haspopup="dialog">Stay</button><p id="box" popover="manual">In</p>
<details><summary>More</summary><a href="/" id="bare">Bare</a></details>
<input aria-label="Trap" onkeydown="event.preventDefault()"><a href="/">Behind</a>"""


def test_what_cannot_be_used_by_keyboard_would_be_found(live: Live, stranger: Page) -> None:
    typist = Typist(stranger, live)
    stranger.goto("about:blank")
    stranger.set_content(STUCK)

    typist.look()

    assert [fault.partition(": ")[2] for fault in typist.faults] == [
        "the focus does not go into Stay",
        "Tab does not lead into Stay",
        "Escape does not lead back to Stay",
        "Tab never reaches a “Behind”",
        "a “Bare” shows no focus",
    ]


def test_the_ways_into_a_team_can_be_used_by_keyboard(
    live: Live, stranger: Page, request: pytest.FixtureRequest
) -> None:
    typist = Typist(stranger, live)
    typist.open("/")
    typist.open(f"/setup/{make_setup_link()}")
    owner = request.getfixturevalue("owner")

    typist.walk("/login")
    open_invitation(typist, owner)
    open_ways_in(typist, owner)
    typist.open(urlsplit(mail_preferences.daily_stop_url(owner)).path)

    of_the_team = {name for name in pages(live.app, "public") if name.startswith("team.")}
    assert typist.faults == []
    assert of_the_team - typist.endpoints == set()
