"""Fills in a form as a browser does: with what stands in it, but for what a person changes."""

import html
import re
from html.parser import HTMLParser
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from wbtest.publishing.models import Experiment
from wbtest.writing.models import Revision


class Form(HTMLParser):
    """The values that a browser would send for a form with a ``class`` of ``form``.

    It is the one that is sent to ``action``, or else to the page itself.
    """

    def __init__(self, page: str, *actions: str) -> None:
        super().__init__()
        self._actions = actions or ("",)
        self.values: dict[str, list[str]] = {}
        self._is_inside = False
        self._area = ""
        self._select = ""
        self.feed(page)

    def with_changes(self, changes: dict[str, Any]) -> dict[str, Any]:
        """The values, some of them changed."""
        return self.values | changes

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        if tag == "form":
            is_form = "form" in given.get("class", "").split()
            self._is_inside = is_form and given.get("action", "") in self._actions
        if not self._is_inside:
            return
        if tag == "input" and given.get("name") and self._is_sent(given):
            self._add(given["name"], given.get("value", ""))
        elif tag == "textarea":
            self._area = given["name"]
            self._add(self._area, "")
        elif tag == "select":
            self._select = given["name"]
        elif tag == "option" and "selected" in given:
            self._add(self._select, given["value"])

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = ""
        elif tag == "form":
            self._is_inside = False

    def handle_data(self, data: str) -> None:
        if self._area:
            # The first line break of a textarea is not part of its text.
            typed = self.values[self._area][-1] + data
            self.values[self._area][-1] = typed.removeprefix("\r\n").removeprefix("\n")

    def _add(self, name: str, value: str) -> None:
        self.values.setdefault(name, []).append(value)

    @staticmethod
    def _is_sent(given: dict[str, str]) -> bool:
        return given.get("type") not in ("radio", "checkbox") or "checked" in given


def new_path(revision: Revision) -> str:
    return f"/releases/{revision.release_id}/revisions/{revision.number}/experiment"


def send(client: FlaskClient, path: str, action: str = "", /, **changes: Any) -> TestResponse:
    """Open the form at ``path``, change some fields and press its button.

    ``action`` is where it is sent to, for a page that has others, too.
    """
    page = client.get(path)
    assert page.status_code == 200
    # A form that is sent to its own page may say so or not.
    actions = (action,) if action else ("", path)
    return client.post(action or path, data=Form(page.text, *actions).with_changes(changes))


def send_rule(client: FlaskClient, experiment: Experiment, **changes: Any) -> TestResponse:
    """Change the rule of a draft on its Test page."""
    path = f"/experiments/{experiment.id}"
    return send(client, path, f"{path}/edit", **changes)


def read_at_start(page: str) -> str:
    """The digest that the button which starts the test sends along."""
    return field_of(page.partition('/start"')[2], "read")


def field_of(page: str, name: str) -> str:
    """The value that stands in an input of the page."""
    tag = re.search(rf'<input[^>]* name="{name}"[^>]*>', page)
    assert tag is not None
    value = re.search(r'value="([^"]*)"', tag[0])
    return html.unescape(value[1]) if value else ""


def errors_of(page: str) -> dict[str, str]:
    """The sentences that stand at fields, by the field's name."""
    found = re.findall(r'class="field-error"\s+id="([\w-]+)-error"[^>]*>([^<]*)<', page)
    return {name: html.unescape(sentence) for name, sentence in found}
