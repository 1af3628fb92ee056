"""How much a page says at once: words, links and controls of each page of the demo as it opens."""

import json
import os
import re
import subprocess
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urljoin, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html

from tests.factories import log_in
from tests.service.instance import WBTEST
from tests.service.ports import free_port
from wbtest import create_app
from wbtest.config import from_environment
from wbtest.extensions import db, runtime
from wbtest.team.people import list_owners

LONGEST_HINT = 90
# Enough for every page to have something to say.
VISITORS = 800
# These show a text that is read or written whole.
TEXTS = {
    "decisions.stored_memo",
    "help.page",
    "reading.room",
    "review.revision",
    "review.sample",
    "writing.preview",
    "writing.release",
}
# A page that still has too many links.
LONG = {"writing.versions"}
DATA = (".csv", ".docx", ".html", ".json", ".md", ".pdf", ".png", ".svg", ".txt", ".webp")
# What is not shown before somebody opens it, and what never is.
UNSEEN = (
    "script[not(starts-with(@id, 'figure-'))]",
    "style",
    "template",
    "datalist",
    "details[not(@open)]/*[not(self::summary)]",
    "option[position() > 1]",
    "*[@hidden or @popover or @type='hidden']",
    "*[contains(concat(' ', @class, ' '), ' visually-hidden ')]",
)
CONTROLS = ("button", "input", "select", "summary", "textarea")


class Amount(NamedTuple):
    """How much of each a page shows."""

    words: int
    links: int
    controls: int

    def exceeds(self, most: "Amount") -> bool:
        """Whether there is more of anything than so much."""
        return any(here > allowed for here, allowed in zip(self, most, strict=True))


MOST = Amount(words=250, links=18, controls=12)


def amount_on(page: str) -> Amount:
    """What the main part of a page shows before anything is opened, words of charts included."""
    main = html.fromstring(page).find(".//main")
    for path in UNSEEN:
        for element in main.xpath(f".//{path}"):
            element.drop_tree()
    charts = [element.drop_tree() or element for element in main.xpath(".//script")]
    texts = [*main.itertext(), *(words_drawn(json.loads(chart.text)) for chart in charts)]
    return Amount(
        words=len(" ".join(texts).split()),
        links=len(list(main.iter("a"))),
        controls=len(list(main.iter(*CONTROLS))),
    )


def words_drawn(figure: dict[str, Any]) -> str:
    """What Plotly writes on a chart: names of rows and lines, ticks of the axes, the legend."""
    layout = figure["layout"]
    texts = [note["text"] for note in layout.get("annotations", ())]
    for name, axis in layout.items():
        if re.fullmatch(r"[xy]axis\d*", name) and axis.get("visible", True):
            texts += axis.get("ticktext", ["0"] * axis.get("nticks", 6))
    if layout["showlegend"]:
        texts += [trace["name"] for trace in figure["data"] if "name" in trace]
    return " ".join(texts).replace("<br>", " ")


def long_hints_on(page: str) -> list[str]:
    """The hints that are longer than a line, folded ones included."""
    hints = html.fromstring(page).find_class("hint")
    texts = [" ".join(hint.text_content().split()) for hint in hints]
    return [text for text in texts if len(text) > LONGEST_HINT]


def pages_of(app: Flask, client: FlaskClient) -> Iterator[tuple[str, str, str]]:
    """Open what a member reaches by links; return the endpoint of each page, its path and its text.

    What an address asks for beyond the page itself is left out: it was opened by somebody.
    """
    routes = app.url_map.bind("")
    waiting, known = deque(["/ideas"]), {"/ideas"}
    while waiting:
        path = waiting.popleft()
        endpoint = routes.match(path)[0]
        if path.endswith(DATA) or app.view_functions[endpoint].permission == "public":
            continue
        answer = client.get(path, follow_redirects=True)
        assert answer.status_code == 200, path
        yield endpoint, path, answer.text
        links = html.fromstring(answer.text).xpath("//a/@href")
        for parts in (urlsplit(urljoin(path, link)) for link in links):
            if not parts.netloc and parts.path not in known:
                known.add(parts.path)
                waiting.append(parts.path)


def test_all_that_is_shown_counts_and_nothing_that_is_folded():
    layout = {"showlegend": True, "annotations": [{"text": "3<br>of 4"}]}
    figure = {"data": [{"name": "A"}], "layout": layout}
    page = f"""<nav><a href="/">Home</a></nav><main><h1>Two words</h1>
      <details><summary>Fold</summary><p>folded <a href="/x">away</a></p></details>
      <details open><summary>Open</summary><input><input type="hidden"></details>
      <div popover>later <button>No</button></div><p hidden>never</p>
      <select><option>All</option><option>Some</option></select>
      <script type="application/json" id="figure-rates">{json.dumps(figure)}</script></main>"""

    assert amount_on(page) == Amount(words=9, links=0, controls=4)


def test_a_hint_longer_than_a_line_is_found():
    page = f"<p class='soft hint'>{'x' * 91}</p><p class='hint'>{'x' * 90}</p>"

    assert long_hints_on(page) == ["x" * 91]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """An app on the data of the demo, which are made once."""
    folder = tmp_path_factory.mktemp("demo")
    environ = {key: text for key, text in os.environ.items() if not key.startswith("WBTEST_")}
    done = subprocess.run(
        [*WBTEST, "demo", "--no-serve", f"--visitors={VISITORS}", f"--port={free_port()}"],
        env=environ | {"WBTEST_INSTANCE": str(folder)},
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    app = open_demo(folder / "demo")
    with app.app_context():
        yield app
        runtime(app).recorder.close()
        db.session.remove()
        db.engine.dispose()


def open_demo(folder: Path) -> Flask:
    return create_app(
        from_environment({"WBTEST_INSTANCE": str(folder), "WBTEST_BASE_URL": "http://localhost"})
    )


@pytest.fixture(scope="module")
def pages(demo: Flask) -> list[tuple[str, str, str]]:
    client = demo.test_client()
    log_in(client, list_owners()[0])
    return list(pages_of(demo, client))


def test_no_page_of_the_demo_shows_too_much_at_once(pages: list[tuple[str, str, str]]):
    amounts = {
        path: amount_on(page) for endpoint, path, page in pages if endpoint not in TEXTS | LONG
    }

    assert {path: each for path, each in amounts.items() if each.exceeds(MOST)} == {}


def test_each_hint_is_one_line(pages: list[tuple[str, str, str]]):
    assert {path: found for _, path, page in pages if (found := long_hints_on(page))} == {}
