"""The landing page in a real browser: its weight, its requests, and when it is painted."""

from http.client import HTTPConnection
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Request

from tests.bench.amounts import amount
from tests.bench.ours import served
from tests.bench.row import Goal, Line, Part, Row, Run
from tests.service.instance import SLUG, make_instance
from tests.service.programs import Program, nginx
from tests.steps.browser import chromium
from tests.steps.visitor import page_path

PATH = page_path(SLUG)
# Loads a round, of each; a browser's times scatter.
LOADS = amount(5, 1)
KILOBYTE = 1024
LARGEST = """() => new Promise((done) => {
  new PerformanceObserver((list) => done(list.getEntries().at(-1).startTime))
    .observe({ type: "largest-contentful-paint", buffered: true });
})"""
LINES = (
    Line(
        "landing weight",
        "landing page, compressed, all in",
        "",
        "KB",
        Goal("≤", 14, "ours"),
        "Head and body of its answer, with style, script and icon inside: 14 KB come in one round "
        "trip. A picture of the team's own comes apart; the demo's page has none.",
    ),
    Line(
        "landing requests",
        "… requests until it is whole",
        "",
        "requests",
        Goal("≤", 1, "ours"),
        "All that the browser asks for until the page is loaded, from any host. The beacon that "
        "says that somebody looked comes a second later and holds nothing up.",
    ),
    Line(
        "landing third parties",
        "… of them to third parties",
        "",
        "requests",
        Goal("≤", 0, "ours"),
        "Requests to any host but our own, the beacon's second included.",
    ),
    Line(
        "landing LCP",
        "… its largest part is painted after",
        "the same bytes from nginx",
        "ms",
        Goal("≤", 1.3),
        f"Largest contentful paint, {LOADS} loads of each a round in turn, each in a browser that "
        "remembers nothing. 1 means that the server is not what a visitor waits for.",
    ),
)


def measure(run: Run) -> list[Row]:
    """Load our page and nginx's copy of it in turn."""
    instance = make_instance(run.folder / "instance")
    weights: list[float] = []
    requests: list[float] = []
    others: list[float] = []
    ours: list[float] = []
    floors: list[float] = []
    with served(instance) as server:
        size, headers, body = _answer(server)
        weights.append(size / KILOBYTE)
        beside = nginx(run.folder / "nginx", {PATH: (body, headers)})
        with beside as copy, chromium() as browser:
            # The first of each is for what is read once.
            for number in range(run.rounds * LOADS + 1):
                mine, asked, foreign = _visit(browser, server, waits=number == 0)
                theirs, _, _ = _visit(browser, copy, waits=False)
                requests.append(asked)
                others.append(foreign)
                if number:
                    ours.append(mine)
                    floors.append(theirs)
    weight, asks, third, painted = LINES
    return [
        Row(weight, tuple(weights)),
        Row(asks, tuple(requests)),
        Row(third, tuple(others)),
        Row(painted, tuple(ours), tuple(floors)),
    ]


def _visit(browser: Browser, server: Program, *, waits: bool) -> tuple[float, int, int]:
    """When the largest part was painted, and how many requests went to us and to others."""
    with browser.new_context(viewport={"width": 390, "height": 844}) as context:
        seen: list[Request] = []
        opened = context.new_page()
        opened.on("request", lambda request: seen.append(request))
        opened.goto(server.url + PATH, wait_until="load")
        painted: float = opened.evaluate(LARGEST)
        asked = len([each for each in seen if each.resource_type != "ping"])
        if waits:
            # Long enough for the beacon, and for whatever else a page might send by then.
            opened.wait_for_timeout(1_500)
        foreign = [each for each in seen if urlsplit(each.url).port != server.port]
        return painted, asked, len(foreign)


def _answer(server: Program) -> tuple[int, dict[str, str], bytes]:
    """Bytes of the whole answer, its headers, and its compressed body."""
    connection = HTTPConnection("127.0.0.1", server.port, timeout=20)
    connection.request("GET", PATH, headers={"Accept-Encoding": "gzip", "User-Agent": "curl/8"})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    head = sum(len(f"{name}: {text}\r\n") for name, text in answer.getheaders()) + 19
    kept = {
        name: text
        for name, text in answer.getheaders()
        if name.lower() not in ("set-cookie", "date", "server", "content-length")
    }
    return head + len(body), kept, body


PART = Part("landing", LINES, measure)
