"""A browser that opens page after page and writes down whatever is wrong with each."""

from collections import Counter, deque
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from flask import Flask
from playwright.sync_api import ConsoleMessage, Page, Request, Response
from werkzeug.exceptions import HTTPException

from tests.browser.conftest import WAYS, Live, bring_axe, find_faults

# Of pages that differ only in their ids, so many are opened, and axe sees the first.
ENOUGH = 3
# Some break no script and are told to nobody but the page itself.
TELL_VIOLATIONS = """document.addEventListener("securitypolicyviolation", (event) => {
  console.error(`policy broken: ${event.violatedDirective} by ${event.blockedURI}`);
})"""
LINKS = "[...document.links].map((link) => link.href)"
# Data to be kept or read by a script: fetched, since a browser would not show it.
DATA = ("csv", "docx", "html", "json", "md", "pdf", "png", "svg", "txt", "webp")
# Their last request leaves when the page itself is there: the beacon, the charts.
SLOW = (
    "audience.page",
    "results.results",
    "results.over_time",
    "results.visitors",
    "results.statistics",
    "decisions.stored_memo",
)

# Written for machines; no person's browser comes here.
FOR_MACHINES = {
    "team.doctor",
    "team.healthz",
    "team.readyz",
    "publishing.certificate",
    "publishing.sitemap",
    "static",
    # It only leads a member on to the page.
    "audience.mark_team",
}
# Answers to the form that is being filled in, for its script.
FOR_SCRIPTS = {"results.plan", "results.target"}


class Reader:
    """Reads with ``page``. ``statuses`` are those of paths that shall not answer with 200."""

    # How axe sees the first page of a kind.
    ways: Sequence[tuple[str, int]] = WAYS

    def __init__(self, page: Page, live: Live, statuses: Mapping[str, int] | None = None) -> None:
        self.page = page
        self.faults: list[str] = []
        self.endpoints: set[str] = set()
        self._live = live
        self.statuses = dict(statuses or {})
        self._linked_on: dict[str, str] = {}
        self._routes = live.app.url_map.bind("")
        self._shown_to_axe: set[str] = set()
        page.add_init_script(TELL_VIOLATIONS)
        if self.ways:
            bring_axe(page)
        page.on("console", self._listen)
        page.on("pageerror", lambda error: self._complain(f"script broke: {error}"))
        page.on("requestfailed", self._check_failure)
        page.on("request", self._check_host)
        page.on("response", self._check_status)

    def walk(self, start: str = "/") -> None:
        """Open ``start`` and whatever can be reached from there by links."""
        waiting, known = deque([start]), {start}
        opened: Counter[str] = Counter()
        while waiting:
            path = waiting.popleft()
            kind = self._kind(path)
            if opened[kind] == ENOUGH:
                continue
            opened[kind] += 1
            if urlsplit(path).path.endswith(DATA):
                self._fetch(path)
                continue
            new = sorted(set(self.open(path)) - known)
            known.update(new)
            waiting.extend(new)
            self._linked_on.update(dict.fromkeys(new, path))

    def open(self, path: str) -> list[str]:
        """Open a page, look at it, and return where its links lead on this host."""
        self.page.goto(self._live.url + path)
        return self.look()

    def press(self, button: str) -> list[str]:
        """Send a form with this button, and look at the page that answers."""
        self.send(button)
        return self.look()

    def send(self, button: str) -> None:
        """Send a form with this button, and wait for the page that answers.

        A click alone returns while the old page may still stand, or none yet.
        """
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=button).click()

    def look(self) -> list[str]:
        """Look at the page that is open, and return where its links lead on this host."""
        kind = self._kind(self._path)
        self.endpoints.add(kind.partition(" ")[0])
        if kind.startswith(SLOW):
            self.page.wait_for_load_state("networkidle")
        if self.ways and kind not in self._shown_to_axe:
            self._shown_to_axe.add(kind)
            for fault in find_faults(self.page, self.ways, stays=False):
                self._complain(fault)
        links = [link.partition("#")[0] for link in self.page.evaluate(LINKS)]
        return [
            link.removeprefix(self._live.url) for link in links if link.startswith(self._live.url)
        ]

    def _fetch(self, path: str) -> None:
        answer = self.page.request.get(self._live.url + path)
        if answer.status != 200:
            self.faults.append(f"{path}: {answer.status}")

    def _listen(self, message: ConsoleMessage) -> None:
        # The browser says so of each status from 400 on; those that are meant are listed.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self._complain(message.text)

    def _check_failure(self, request: Request) -> None:
        # A reader who goes on to the next page does not wait for the icon of this one.
        if request.failure != "net::ERR_ABORTED":
            self._complain(f"no answer from {request.url}: {request.failure}")

    def _check_host(self, request: Request) -> None:
        if not request.url.startswith((f"{self._live.url}/", "data:", "blob:")):
            self._complain(f"asked another host: {request.url}")

    def _check_status(self, response: Response) -> None:
        path = response.url.removeprefix(self._live.url)
        if response.status not in (self._status(path), 204, 303, 304):
            page = self._linked_on.get(path, self._path)
            self.faults.append(f"{page}: leads to {path}, which gave {response.status}")

    def _complain(self, fault: str) -> None:
        self.faults.append(f"{self._path}: {fault}")

    @property
    def _path(self) -> str:
        return self.page.url.removeprefix(self._live.url)

    def _kind(self, path: str) -> str:
        """The endpoint of a path, and what else tells apart pages of different shape."""
        status = self._status(path)
        if status == 404:
            return "nothing"
        try:
            endpoint = self._routes.match(urlsplit(path).path)[0]
        except HTTPException:
            return "nothing"
        return f"{endpoint} {status}{' preview' if _is_preview(path) else ''}"

    def _status(self, path: str) -> int:
        """What the path shall answer with; a preview shows the page whatever became of it."""
        return 200 if _is_preview(path) else self.statuses.get(urlsplit(path).path, 200)


def _is_preview(path: str) -> bool:
    return "preview=" in urlsplit(path).query


def pages(app: Flask, whose: str) -> set[str]:
    """The endpoints of all pages that anybody may open, a guest with a link, or the team."""
    found = set()
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        permission = getattr(view, "permission", "")
        is_page = "GET" in (rule.methods or ()) and not rule.rule.endswith(DATA)
        # The address of a form leads to the page with the form.
        is_page = is_page and not hasattr(view, "form_page")
        is_page = is_page and not rule.endpoint.startswith("api.")
        is_guests = permission == "link" and "token" in rule.arguments
        opens_to = "public" if permission == "public" else "guest" if is_guests else "team"
        if is_page and opens_to == whose:
            found.add(rule.endpoint)
    return found - FOR_MACHINES - FOR_SCRIPTS
