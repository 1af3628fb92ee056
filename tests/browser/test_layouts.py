"""Each layout with little to say and with much, light and dark, wide and narrow; other writings."""

import gzip
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route

from tests.audience.larder import Visitor, draft_page
from tests.browser.conftest import bring_axe, find_faults
from tests.browser.reader import TELL_VIOLATIONS
from tests.conftest import Browser as Client
from tests.conftest import HandClock
from tests.factories import make_checked
from tests.prepared import SECRET_KEY
from wbtest import create_app
from wbtest.audience.page_renderer import LARGEST_PAGE
from wbtest.config import Settings
from wbtest.extensions import db, runtime
from wbtest.publishing import lifecycle
from wbtest.publishing.page_design import LAYOUTS, PALETTES, SCHEMES, Look
from wbtest.publishing.page_settings import change_look

pytestmark = [pytest.mark.browser, pytest.mark.one_database]
GOOD = Path(__file__).parents[1] / "writing" / "good"
IN_ENGLISH = "latchbox"
# German has long words, Arabic runs the other way, and Japanese has no spaces.
IN_OTHER_WRITINGS = {"klarkosten": "mosaic", "daftar": "cards", "mawarun": "post"}
SCREENS = ((1280, 800), (390, 844))
WAYS = tuple(product(SCHEMES, (1280, 390)))
NARROWEST = 320
# What a short form leaves out.
LEFT_OUT: dict[str, Any] = {
    **dict.fromkeys(("summary", "solution", "why_now"), ""),
    "company_quote": {},
    "customer_quote": {},
}
BELOW = "document.querySelector('#join button').getBoundingClientRect().bottom - innerHeight"
INITIAL = "getComputedStyle(document.querySelector('.problem .say'), '::first-letter').float"
WIDTH = "document.documentElement.scrollWidth"


@dataclass
class Seen:
    """What was seen of one page: what axe says, what lies outside the screen, who was asked."""

    weight: int
    faults: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    initial: str = ""


def pages() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Slug, layout and text of each page."""
    text = json.loads((GOOD / f"{IN_ENGLISH}.json").read_text("utf-8"))
    for layout in LAYOUTS:
        yield f"{layout}-full", layout, text
        yield f"{layout}-short", layout, text | LEFT_OUT | {"faq": text["faq"][:2]}
    for name, layout in IN_OTHER_WRITINGS.items():
        yield name, layout, json.loads((GOOD / f"{name}.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def answers(
    tmp_path_factory: pytest.TempPathFactory, sqlite_with_tables: Path
) -> dict[str, tuple[dict[str, str], bytes]]:
    """Headers and body of each page, with gzip, by its slug; each palette is worn by one."""
    folder = tmp_path_factory.mktemp("layouts")
    file = shutil.copyfile(sqlite_with_tables, folder / "layouts.db")
    settings = Settings(folder, f"sqlite:///{file}", SECRET_KEY, "http://localhost")
    app = create_app(settings, HandClock())
    app.test_client_class = Client
    found = {}
    with app.app_context():
        for number, (slug, layout, text) in enumerate(pages()):
            larder = draft_page(slug=slug, **text)
            palette = [*PALETTES][number % len(PALETTES)]
            change_look(larder.experiment, larder.editor, Look(layout=layout, palette=palette))
            lifecycle.start(make_checked(larder.experiment, larder.editor), larder.approver)
            answer = Visitor(app, **{"Accept-Encoding": "gzip"}).get(f"/p/{slug}")
            assert answer.status_code == 200
            found[slug] = (dict(answer.headers), answer.data)
        runtime(app).recorder.close()
        db.session.remove()
        db.engine.dispose()
    return found


@pytest.fixture(scope="module")
def seen(answers: dict[str, tuple[dict[str, str], bytes]], browser: Browser) -> dict[str, Seen]:
    """Every page, looked at once in one browser."""
    found = {}
    with browser.new_context() as context:
        page = context.new_page()
        page.add_init_script(TELL_VIOLATIONS)
        bring_axe(page)
        page.on("pageerror", lambda error: found[slug].complaints.append(str(error)))
        page.on(
            "console",
            lambda message: (
                found[slug].complaints.append(message.text) if message.type == "error" else None
            ),
        )
        page.on("request", lambda request: found[slug].asked.append(request.url))
        for slug, (headers, body) in answers.items():
            found[slug] = Seen(len(body))
            serve(page, slug, headers, gzip.decompress(body))
            look_at(page, found[slug], f"http://localhost/p/{slug}")
    return found


def serve(page: Page, slug: str, headers: dict[str, str], body: bytes) -> None:
    """Answer with this page at its address, and without a word to whatever else is asked for."""
    told = {name: value for name, value in headers.items() if not name.startswith("Content-E")}
    told.pop("Content-Length")

    def answer(route: Route) -> None:
        if route.request.url.endswith(f"/p/{slug}"):
            route.fulfill(headers=told, body=body)
        else:
            route.fulfill(status=204)

    page.unroute_all()
    page.route("**/*", answer)


def look_at(page: Page, seen: Seen, url: str) -> None:
    """Open the page, and look at it on one screen after the other."""
    page.emulate_media(color_scheme="light")
    for number, (width, height) in enumerate(SCREENS):
        page.set_viewport_size({"width": width, "height": height})
        if number == 0:
            with page.expect_request("**/seen"):
                page.goto(url, wait_until="networkidle")
        if (below := page.evaluate(BELOW)) > 0:
            seen.outside.append(f"{width} × {height}: {below:.0f} px below the screen")
    page.set_viewport_size({"width": NARROWEST, "height": 800})
    if (found := page.evaluate(WIDTH)) > NARROWEST:
        seen.outside.append(f"{NARROWEST}: {found - NARROWEST} px beside the screen")
    seen.initial = page.evaluate(INITIAL)
    seen.faults += find_faults(page, WAYS, stays=False)


def test_axe_finds_nothing_and_no_page_scrolls_sideways(seen: dict[str, Seen]) -> None:
    assert {slug: each.faults for slug, each in seen.items() if each.faults} == {}


def test_the_first_form_is_on_the_first_screen_and_nothing_beside_the_narrowest(
    seen: dict[str, Seen],
) -> None:
    assert {slug: each.outside for slug, each in seen.items() if each.outside} == {}


def test_no_page_breaks_its_policy(seen: dict[str, Seen]) -> None:
    assert {slug: each.complaints for slug, each in seen.items() if each.complaints} == {}


def test_a_page_is_one_request_and_its_beacon(seen: dict[str, Seen]) -> None:
    asked = {slug: [*map(path_of, each.asked)] for slug, each in seen.items()}

    assert asked == {slug: [f"/p/{slug}", f"/p/{slug}/seen"] for slug in seen}


def path_of(url: str) -> str:
    return url.removeprefix("http://localhost")


def test_a_post_begins_with_an_initial_where_letters_are_apart(seen: dict[str, Seen]) -> None:
    with_initial = {slug for slug, each in seen.items() if each.initial != "none"}

    assert with_initial == {"post-full", "post-short"}


def test_a_full_release_keeps_its_typeface(
    answers: dict[str, tuple[dict[str, str], bytes]],
) -> None:
    styles = {slug: gzip.decompress(body) for slug, (_, body) in answers.items()}

    assert {slug for slug, style in styles.items() if b"@font-face" in style} >= {
        *("mosaic-short", "cards-short", "post-short", "cards-full", "post-full"),
    }


def test_no_page_is_heavier_than_the_first_round_trips_carry(seen: dict[str, Seen]) -> None:
    weights = {slug: each.weight for slug, each in seen.items()}

    assert {slug: weight for slug, weight in weights.items() if weight > LARGEST_PAGE} == {}
