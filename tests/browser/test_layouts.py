"""Each layout in four languages, with little to say and with much, light and dark, at any width."""

import gzip
import json
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, Route

from tests.audience.larder import Larder, Visitor, draft_page
from tests.browser.conftest import bring_axe, find_faults
from tests.browser.reader import TELL_VIOLATIONS
from tests.conftest import Browser as Client
from tests.conftest import HandClock
from tests.factories import make_checked
from tests.prepared import SECRET_KEY
from tests.publishing.test_images import picture
from tests.skips import require
from wbtest import create_app
from wbtest.audience.page_renderer import LARGEST_PAGE, PLAIN_PARAGRAPHS
from wbtest.config import Settings
from wbtest.extensions import db, runtime
from wbtest.publishing import lifecycle
from wbtest.publishing.images import add_image, picture_of
from wbtest.publishing.page_design import LAYOUTS, PALETTES, Look
from wbtest.publishing.page_settings import change_look

pytestmark = [pytest.mark.browser, pytest.mark.one_database]
ADDRESS = "http://localhost/p/"
GOOD = Path(__file__).parents[1] / "writing" / "good"
# German has long words, Arabic runs the other way, and Japanese has no spaces.
RELEASES = {"en": "latchbox", "de": "klarkosten", "ar": "daftar", "ja": "mawarun"}
# What a short form leaves out.
LEFT_OUT: dict[str, Any] = {
    **dict.fromkeys(("summary", "solution", "why_now"), ""),
    "company_quote": {},
    "customer_quote": {},
}
FORMS = ("full", "short")
SCREENS = ((1280, 800), (390, 844))
# Half of what axe sees of a page is seen light and half dark; the next page has it the other way.
WAYS = (
    (("light", 1280), ("dark", 390)),
    (("light", 390), ("dark", 1280)),
)
NARROWEST = 320
WIDTHS = (1280, 390, NARROWEST)
TIMES = (1, 2)
TEXTS = Path(__file__).with_name("texts.js").read_text(encoding="utf-8")
TELL_SHIFTS = """
  window.shifts = [];
  const tell = (list) => shifts.push(...list.getEntries().map(({ value }) => value));
  new PerformanceObserver(tell).observe({ type: "layout-shift", buffered: true });
"""
PAINTED = """async () => {
  await document.fonts.ready;
  await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
}"""
BELOW = "document.querySelector('#join button').getBoundingClientRect().bottom - innerHeight"
INITIAL = "getComputedStyle(document.querySelector('.problem .say'), '::first-letter').float"
WIDTH = "document.documentElement.scrollWidth"
ENLARGE = """times => {
  const root = document.documentElement;
  root.style.fontSize = "";
  root.style.fontSize = `${times * parseFloat(getComputedStyle(root).fontSize)}px`;
}"""
BREAK = """style => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(style);
  document.adoptedStyleSheets = [sheet];
}"""


# Headers and body, by the end of an address.
Answers = dict[str, tuple[dict[str, str], bytes]]


@dataclass
class Seen:
    """What was seen of one page: what axe says, what can’t be read, what is outside the screen."""

    weight: int
    faults: list[str] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)
    covered: list[str] = field(default_factory=list)
    shifts: list[float] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    initial: str = ""


def pages() -> Iterator[tuple[str, Look, dict[str, Any]]]:
    """Slug, look and text of each page; each palette is worn by four."""
    for number, (layout, form) in enumerate(product(LAYOUTS, FORMS)):
        look = Look(layout=layout, palette=[*PALETTES][number % len(PALETTES)])
        for language, name in RELEASES.items():
            text = text_of(name)
            short = text | LEFT_OUT | {"faq": text["faq"][:2]}
            yield f"{layout}-{form}-{language}", look, text if form == "full" else short


def text_of(name: str) -> dict[str, Any]:
    text: dict[str, Any] = json.loads((GOOD / f"{name}.json").read_text("utf-8"))
    return text


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, sqlite_with_tables: Path) -> Iterator[Flask]:
    """An app whose pages are looked at once they have all been answered."""
    folder = tmp_path_factory.mktemp("layouts")
    file = shutil.copyfile(sqlite_with_tables, folder / "layouts.db")
    settings = Settings(folder, f"sqlite:///{file}", SECRET_KEY, "http://localhost")
    app = create_app(settings, HandClock())
    app.test_client_class = Client
    with app.app_context():
        yield app
        runtime(app).recorder.close()
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(scope="module")
def answers(service: Flask) -> Answers:
    """Headers and body of each page, with gzip, by its slug."""
    found = {}
    for slug, look, text in pages():
        larder = draft_page(slug=slug, **text)
        start_with(larder, look)
        found[slug] = ask(service, slug)
    return found


@pytest.fixture(scope="module")
def with_pictures(service: Flask) -> Answers:
    """The same of a page of each layout that has all pictures, and of their files."""
    found = {}
    for layout in LAYOUTS:
        slug = f"{layout}-pictures"
        larder = draft_page(slug=slug, **text_of(RELEASES["en"]))
        logo, hero, photo = (
            picture_of(add_image(larder.editor, picture(size=size))).name
            for size in ((300, 60), (1600, 900), (400, 400))
        )
        start_with(larder, Look(layout, logo=logo, hero=hero, hero_alt="A fridge", photo=photo))
        found[slug] = ask(service, slug)
        page = gzip.decompress(found[slug][1]).decode()
        for path in re.findall(rf"/p/({slug}/images/[\w.-]+)", page):
            found[path] = ask(service, path)
    return found


def start_with(larder: Larder, look: Look) -> None:
    change_look(larder.experiment, larder.editor, look)
    lifecycle.start(make_checked(larder.experiment, larder.editor), larder.approver)


def ask(service: Flask, path: str) -> tuple[dict[str, str], bytes]:
    answer = Visitor(service, **{"Accept-Encoding": "gzip"}).get(f"/p/{path}")
    assert answer.status_code == 200
    return dict(answer.headers), answer.data


@contextmanager
def new_tab(browser: Browser, answers: Answers) -> Iterator[Page]:
    """A tab with letters for all four languages, which is given these answers and no other word."""
    for letters in ("Arabic letters", "Japanese letters"):
        require(letters)
    with browser.new_context() as context:
        page = context.new_page()
        for script in (TELL_VIOLATIONS, TELL_SHIFTS, TEXTS):
            page.add_init_script(script)
        bring_axe(page)
        page.route("**/*", lambda route: fulfil(route, answers))
        yield page


def fulfil(route: Route, answers: Answers) -> None:
    """Answer what is asked for, and what nobody answered without a word."""
    headers, body = answers.get(route.request.url.removeprefix(ADDRESS), ({}, b""))
    if not body:
        route.fulfill(status=204)
        return
    is_packed = headers.get("Content-Encoding") == "gzip"
    told = {name: value for name, value in headers.items() if not name.startswith("Content-E")}
    told.pop("Content-Length")
    route.fulfill(headers=told, body=gzip.decompress(body) if is_packed else body)


@pytest.fixture(scope="module")
def seen(answers: Answers, browser: Browser) -> dict[str, Seen]:
    """Every page, looked at once in one tab."""
    found = {}
    with new_tab(browser, answers) as tab:
        tab.on("pageerror", lambda error: found[slug].complaints.append(str(error)))
        tab.on(
            "console",
            lambda message: (
                found[slug].complaints.append(message.text) if message.type == "error" else None
            ),
        )
        # What was done on a page is told while the next one opens.
        tab.on(
            "request",
            lambda request: (
                None if request.url.endswith("/did") else found[slug].asked.append(request.url)
            ),
        )
        for number, (slug, (_, body)) in enumerate(answers.items()):
            found[slug] = Seen(len(body))
            # Each language is wide first in one form, and narrow first in the other.
            look_at(tab, found[slug], ADDRESS + slug, (number + number // 4) % 2)
    return found


@pytest.fixture
def tab(answers: Answers, browser: Browser) -> Iterator[Page]:
    with new_tab(browser, answers) as page:
        yield page


def look_at(page: Page, seen: Seen, url: str, first: int) -> None:
    """Open the page on one screen, and look at it in all widths and sizes until its beacon came."""
    page.emulate_media(color_scheme="light")
    with page.expect_request("**/seen"):
        for number, (width, height) in enumerate((SCREENS[first], SCREENS[1 - first])):
            page.set_viewport_size({"width": width, "height": height})
            if number == 0:
                page.goto(url)
                page.evaluate(PAINTED)
                seen.shifts = page.evaluate("shifts")
            if (below := page.evaluate(BELOW)) > 0:
                seen.outside.append(f"{width} × {height}: {below:.0f} px below the screen")
        seen.initial = page.evaluate(INITIAL)
        for times, width in product(TIMES, WIDTHS):
            look_at_texts(page, seen, times, width)
        page.evaluate(ENLARGE, 1)
        seen.faults = find_faults(page, WAYS[first], stays=False)


def look_at_texts(page: Page, seen: Seen, times: int, width: int) -> None:
    """Read the page in letters so many times as large as they are."""
    where = f"{width} px, {times} ×"
    page.set_viewport_size({"width": width, "height": 800})
    page.evaluate(ENLARGE, times)
    seen.unreadable += [f"{where}: {each}" for each in page.evaluate("findTextFaults()")]
    seen.covered += [f"{where}: at {y:.0f} px" for y in page.evaluate("findCoveredForms()")]
    if (found := page.evaluate(WIDTH)) > width:
        seen.outside.append(f"{where}: {found - width} px beside the screen")


def test_axe_finds_nothing(seen: dict[str, Seen]) -> None:
    assert {slug: each.faults for slug, each in seen.items() if each.faults} == {}


def test_no_text_is_cut_off_or_lies_over_another(seen: dict[str, Seen]) -> None:
    assert {slug: each.unreadable for slug, each in seen.items() if each.unreadable} == {}


def test_the_first_form_is_on_the_first_screen_and_nothing_beside_the_narrowest(
    seen: dict[str, Seen],
) -> None:
    assert {slug: each.outside for slug, each in seen.items() if each.outside} == {}


def test_the_call_to_action_that_sticks_never_covers_a_form(seen: dict[str, Seen]) -> None:
    assert {slug: each.covered for slug, each in seen.items() if each.covered} == {}


def test_nothing_moves_while_a_page_loads(seen: dict[str, Seen]) -> None:
    assert {slug: each.shifts for slug, each in seen.items() if each.shifts} == {}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_nothing_moves_when_pictures_come_late(
    layout: str, with_pictures: Answers, tab: Page
) -> None:
    late: list[Route] = []
    tab.route(f"**/{layout}-pictures", lambda route: fulfil(route, with_pictures))
    tab.route("**/images/*", lambda route: late.append(route))
    tab.set_viewport_size({"width": 390, "height": 844})
    tab.goto(f"{ADDRESS}{layout}-pictures", wait_until="commit")
    tab.wait_for_selector("footer")
    tab.evaluate(PAINTED)
    assert len(late) == 3

    for route in late:
        fulfil(route, with_pictures)
    tab.evaluate("Promise.all([...document.images].map((image) => image.decode()))")
    tab.evaluate(PAINTED)

    assert tab.evaluate("shifts") == []


def test_no_page_breaks_its_policy(seen: dict[str, Seen]) -> None:
    assert {slug: each.complaints for slug, each in seen.items() if each.complaints} == {}


def test_a_page_is_one_request_and_its_beacon(seen: dict[str, Seen]) -> None:
    asked = {slug: each.asked for slug, each in seen.items()}

    assert asked == {slug: [ADDRESS + slug, f"{ADDRESS}{slug}/seen"] for slug in seen}


def test_a_post_begins_with_an_initial_where_letters_are_apart(seen: dict[str, Seen]) -> None:
    with_initial = {slug for slug, each in seen.items() if each.initial != "none"}

    assert with_initial == {
        f"post-{form}-{language}" for form in FORMS for language in ("en", "de")
    }


def test_a_full_release_keeps_its_typeface_which_has_latin_letters(answers: Answers) -> None:
    texts = {slug: gzip.decompress(body) for slug, (_, body) in answers.items()}

    with_typeface = {slug for slug, text in texts.items() if b"@font-face" in text}
    assert with_typeface == {
        f"{layout}-{form}-{language}"
        for layout, form, language in product(LAYOUTS, FORMS, ("en", "de"))
        if layout != "plain"
    }
    # German ones use more letters.
    assert {slug for slug, text in texts.items() if PLAIN_PARAGRAPHS.encode() in text} == {
        "mosaic-full-de",
        "cards-full-de",
    }


def test_no_page_is_heavier_than_the_first_round_trips_carry(seen: dict[str, Seen]) -> None:
    weights = {slug: each.weight for slug, each in seen.items()}

    assert {slug: weight for slug, weight in weights.items() if weight > LARGEST_PAGE} == {}


@pytest.mark.parametrize(
    ("style", "fault"),
    [
        (".hero { height: 3rem; overflow: hidden }", "is cut off"),
        ("h1 { white-space: nowrap; width: 0 }", "is cut off"),
        (".hero .lede { margin-top: -2rem !important }", "overlap"),
    ],
)
def test_a_broken_style_would_be_found(tab: Page, style: str, fault: str) -> None:
    open_narrow(tab, "post-full-en")
    assert tab.evaluate("findTextFaults()") == []

    tab.evaluate(BREAK, style)

    assert fault in " ".join(tab.evaluate("findTextFaults()"))


def test_a_call_to_action_that_never_leaves_would_be_found(tab: Page) -> None:
    open_narrow(tab, "plain-short-de")
    assert tab.evaluate("findCoveredForms()") == []

    tab.evaluate(BREAK, ".sticky { position: fixed; inset: auto 0 0 }")

    assert tab.evaluate("findCoveredForms()") != []


def open_narrow(page: Page, slug: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(ADDRESS + slug)
    page.evaluate(PAINTED)
