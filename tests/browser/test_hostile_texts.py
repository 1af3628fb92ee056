"""Every page there is with hostile texts in every field, in a real browser: none comes to life.

Each field begins with another payload than the one before it. In the suite that is done once. With
EVERY_PAYLOAD set it is done as often as there are payloads, so that each begins in every field, and
every page is opened again: a line for each, with ``-s``, says what came of it.
"""

import json
import os
import sys
from urllib.parse import quote, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Live
from tests.browser.reader import Reader
from tests.browser.test_every_page import pages
from tests.hostile.filling import Filled, fill
from tests.hostile.payloads import PAYLOADS, flat
from tests.hostile.sinks import LOOK, faults_in_text
from tests.steps.browser import let_in
from wbtest.extensions import db
from wbtest.publishing.display import preview_token
from wbtest.publishing.models import Experiment
from wbtest.team.mail_preferences import stop_test_mails_url
from wbtest.team.models import Person

pytestmark = pytest.mark.browser
TURNS = range(len(PAYLOADS) if os.environ.get("EVERY_PAYLOAD") else 1)
SHARP = quote(""""'><svg data-zq onload=alert(1)>{{191*7}}zq""", safe="")
# They redirect at once, or show nothing that anybody typed except the reader's own email.
WITHOUT_TEXTS = {
    *(
        "api_docs.docs",
        "team.confirm_email",
        "ideas.home",
        "team.login_code",
        "team.new_password",
    ),
    *("team.setup", "team.prove", "team.stop_daily_mail", "review.link"),
}
# They answer otherwise than with 200.
STATUSES = {"/p/over": 410}


class Watch(Reader):
    """Reads every page for what a payload may have become, and remembers what could be read."""

    ways = ()

    def __init__(self, page: Page, live: Live) -> None:
        super().__init__(page, live, STATUSES)
        self.said: list[str] = []
        self.opened = self.charts = 0
        page.on("dialog", self._dismiss)

    def look(self) -> list[str]:
        links = super().look()
        self.opened += 1
        expect(self.page.locator(".chart:not(.js-plotly-plot)")).to_have_count(0)
        self.charts += self.page.locator(".js-plotly-plot").count()
        found = self.page.evaluate(LOOK)
        for fault in found["faults"] + faults_in_text(found["said"]):
            self._complain(fault)
        self.said.append(flat(found["said"]))
        return links

    def _fetch(self, path: str) -> None:
        """Files are looked at in tests/hostile/test_texts.py."""

    def _dismiss(self, dialog: object) -> None:
        self._complain(f"a payload ran: {dialog}")
        dialog.dismiss()  # type: ignore[attr-defined]


@pytest.fixture
def filled(live: Live, request: pytest.FixtureRequest) -> Filled:
    return fill(live.now, request.param)


@pytest.mark.parametrize("filled", TURNS, indirect=True)
def test_no_text_comes_to_life_on_any_page(
    live: Live, filled: Filled, page: Page, stranger: Page, request: pytest.FixtureRequest
) -> None:
    owner = db.session.get_one(Person, 1)
    let_in(page.context, live.url, owner)
    inside, outside = Watch(page, live), Watch(stranger, live)

    # The draft first: of its kind of page the others are opened as well, but not all.
    inside.walk("/experiments/3")
    for path in (*filled.links.values(), "/p/runs"):
        outside.walk(path)
    runs = db.session.get_one(Experiment, 1)
    stop = urlsplit(stop_test_mails_url(owner.id)).path
    tried = f"/p/runs/tried?preview={preview_token(runs, 'control')}"
    for path in ("/p/over", "/p/runs/asked", tried, "/confirm/try/runs", stop):
        outside.open(path)
    for address in ("/nowhere/{}", "/p/{}", "/login?next={}", "/reset?email={}", "/shared/{}"):
        path = address.format(SHARP)
        outside.statuses[path] = 404
        outside.open(path)
    inside.open(f"/ideas/done?q={SHARP}")
    inside.open(f"/experiments/1/results/over-time?variant={SHARP}&source={SHARP}")

    said = inside.said + outside.said
    unread = [each.text for each in PAYLOADS if not any(each.as_shown in text for text in said)]
    missing = (pages(live.app, "team") - inside.endpoints) | (
        pages(live.app, "public") | pages(live.app, "guest")
    ) - outside.endpoints
    sys.stdout.write(
        json.dumps(
            {
                "case": request.node.callspec.id,
                "typed": filled.typed,
                "pages": inside.opened + outside.opened,
                "charts": inside.charts + outside.charts,
                "kinds": len(inside.endpoints | outside.endpoints),
                "faults": len(inside.faults + outside.faults),
            }
        )
        + "\n"
    )
    assert inside.faults + outside.faults == [], "\n".join(inside.faults + outside.faults)
    assert unread == []
    assert missing == WITHOUT_TEXTS
    assert inside.charts > 5
