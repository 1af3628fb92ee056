"""The results page in a real browser: when its verdict is there, and its charts."""

from datetime import timedelta
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext

from tests.bench import history
from tests.bench.amounts import amount
from tests.bench.ours import served
from tests.bench.row import Goal, Line, Part, Row, Run
from tests.service.instance import Instance, make_instance
from tests.service.programs import nginx
from tests.steps.browser import chromium, log_in
from wbtest.extensions import utc_now

LOADS = amount(2, 1)
VISITS = amount(6_000, 600)
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
    instance = _with_visits(run.folder / "instance")
    files = {"/word": (WORD.encode(), {"Content-Type": "text/html; charset=utf-8"})}
    visible, drawn, words = [], [], []
    with (
        nginx(run.folder / "nginx", files) as copy,
        served(instance) as server,
        chromium() as browser,
    ):
        state = _logged_in(browser, server.url)
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


def _logged_in(browser: Browser, url: str) -> object:
    """What a browser keeps of the log-in."""
    with browser.new_context() as context:
        log_in(context.new_page(), url)
        return context.storage_state()


def _with_visits(folder: Path) -> Instance:
    """An instance whose page has run for two weeks."""
    began = timedelta(days=DAYS)
    instance = make_instance(folder, now=lambda: utc_now() - began)
    with instance.opened() as app:
        history.tell(app, 1, visits=VISITS, days=DAYS, until=utc_now())
    return instance


PART = Part("dashboard", LINES, measure)
