"""The results page in a real browser: when its verdict is there, and its charts."""

from datetime import timedelta
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext

from tests.bench import history, page, servers
from tests.bench.browser import chromium
from tests.bench.row import Goal, Line, Part, Row, Run
from tests.drills import place as places
from tests.drills.place import Place
from wbtest import create_app
from wbtest.config import from_environment
from wbtest.extensions import db, utc_now

LOADS = 2
VISITS = 6_000
DAYS = 13
RESULTS = "/experiments/1/results"
WORD = '<!doctype html><html lang="en"><meta charset="utf-8"><title>A word</title><p>Met</p></html>'
# The figures stand in the answer itself, so they are there with the first paint after the verdict.
WATCH = """
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) {
    if (entry.name === "first-contentful-paint") window.painted = entry.startTime;
  }
}).observe({ type: "paint", buffered: true });
const look = () => {
  const places = [...document.querySelectorAll("[data-figure]")];
  if (places.length && places.every((place) => place.querySelector(".main-svg"))) {
    window.drawn = performance.now();
  } else requestAnimationFrame(look);
};
requestAnimationFrame(look);
"""
LINES = (
    Line(
        "dashboard visible",
        "results: verdict and figures visible",
        "a page of one word from nginx, visible",
        "ms",
        Goal("≤", 3),
        "First paint of the results page, whose answer holds verdict, figures and tables, against "
        f"the least that this browser takes for any page. {LOADS} loads of each a round in turn, "
        f"with nothing remembered; {VISITS:,} visits.",
    ),
    Line(
        "dashboard itself",
        "… visible ÷ its own charts drawn",
        "the same load until its charts are drawn",
        "ms",
        Goal("≤", 0.4),
        "How much of the wait is over when the verdict can be read.",
    ),
)


def measure(run: Run) -> list[Row]:
    """Load our page and a page of one word in turn."""
    place = _with_visits(run.folder / "instance")
    files = {"/word": (WORD.encode(), {"Content-Type": "text/html; charset=utf-8"})}
    visible, drawn, words = [], [], []
    with (
        servers.nginx(run.folder / "nginx", files) as copy,
        servers.granian(servers.OURS, place.environ, port=place.port) as server,
        chromium() as browser,
    ):
        state = _log_in(browser, server.url)
        for number in range(run.rounds * LOADS + 1):
            with browser.new_context(storage_state=state) as context:  # type: ignore[arg-type]
                mine = _ours(context, server.url + RESULTS)
            with browser.new_context() as context:
                word = _painted(context, copy.url + "/word")
            # The first of each is for what is read or compiled once.
            if number:
                visible.append(mine[0])
                drawn.append(mine[1])
                words.append(word)
    first, itself = LINES
    return [
        Row(first, tuple(visible), tuple(words)),
        Row(itself, tuple(visible), tuple(drawn)),
    ]


def _ours(context: BrowserContext, url: str) -> tuple[float, float]:
    """Milliseconds until the verdict is painted, and until all charts are drawn."""
    opened = context.new_page()
    opened.add_init_script(WATCH)
    opened.goto(url, wait_until="commit")
    opened.wait_for_function("() => window.painted && window.drawn")
    assert opened.locator("#verdict").is_visible(), "what was painted has a verdict"
    painted, drawn = opened.evaluate("[window.painted, window.drawn]")
    return painted, drawn


def _painted(context: BrowserContext, url: str) -> float:
    opened = context.new_page()
    opened.add_init_script(WATCH)
    opened.goto(url, wait_until="commit")
    opened.wait_for_function("() => window.painted")
    painted: float = opened.evaluate("window.painted")
    return painted


def _log_in(browser: Browser, url: str) -> object:
    """What a browser keeps of the log-in."""
    with browser.new_context() as context:
        opened = context.new_page()
        opened.goto(f"{url}/login")
        opened.get_by_label("E-mail").fill(page.OWNER)
        opened.get_by_label("Password").fill(page.SECRET)
        opened.get_by_role("button", name="Log in").click()
        opened.wait_for_url(lambda now: not now.endswith("/login"))
        return context.storage_state()


def _with_visits(folder: Path) -> Place:
    """An instance whose page has run for two weeks."""
    began = timedelta(days=DAYS)
    place = places.make(folder, now=lambda: utc_now() - began)
    settings = {name: text for name, text in place.environ.items() if name.startswith("WBTEST_")}
    app = create_app(from_environment(settings))
    history.tell(app, 1, visits=VISITS, days=DAYS, until=utc_now())
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    return place


PART = Part("dashboard", LINES, measure)
