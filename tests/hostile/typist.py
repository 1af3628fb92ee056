"""Somebody who fills in every field of a form, as a browser sends it."""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from lxml import html
from werkzeug.test import TestResponse

from tests.conftest import Browser
from tests.hostile.payloads import Texts

TYPED = ("text", "search")
# No browser sends them from a field of one line; most fields of ours leave them out, these refuse.
ENDS = "\r\n"
ONE_LINE = ("product",)
LINE, AREA = 120, 900
# Fields that say nowhere in the page how much they take.
LONGEST = {
    "name": 80,
    "label": 60,
    "title": 200,
    "text": 200,
    "note": 200,
    "source": 60,
    "medium": 40,
    "campaign": 40,
    "team_name": 120,
    "controller": 300,
    "traded_away": 1000,
    "headline": 300,
    "subheading": 600,
    "cta_text": 300,
    "cta_label": 60,
    "price": 120,
    "hero_alt": 300,
    "crowds-0-name": 80,
}


class NotTaken(AssertionError):
    """A form that came back; says why."""


@dataclass
class Typist:
    """A browser in which whatever can be typed is hostile."""

    browser: Browser
    texts: Texts

    def open(self, path: str) -> html.HtmlElement:
        answer = self.browser.get(path)
        assert answer.status_code == 200, (path, answer.status_code, answer.location)
        page: html.HtmlElement = html.fromstring(answer.text)
        page.make_links_absolute(f"http://localhost{path}")
        return page

    def send(
        self,
        path: str,
        action: str = "",
        /,
        before: str = "",
        leave: tuple[str, ...] = (),
        without: str = "",
        pick: str = "",
        status: int = 303,
        **given: Any,
    ) -> TestResponse:
        """Fill in the form of this page that is sent to ``action``, and send it.

        ``given`` are values of fields, ``leave`` beginnings of the names of those that stay as they
        are; ``before`` is what stands before each payload, ``without`` as in ``Texts``.
        Of several such forms the first is sent that has ``pick`` anywhere in it.
        """
        form = self._form(self.open(path), path, action or path, pick)
        fields: dict[str, Any] = {}
        for name, value in form.form_values():
            fields.setdefault(name, []).append(value)
        for field in form.inputs:
            name = field.get("name")
            is_area = field.tag == "textarea"
            if not name or name in given or name.startswith(leave):
                continue
            if field.get("type") == "radio" and field.get("checked") is not None:
                # lxml takes an empty value for none.
                fields[name] = field.get("value", "on")
            if is_area or (field.tag == "input" and field.get("type", "text") in TYPED):
                longest = int(
                    field.get("maxlength") or LONGEST.get(name, AREA if is_area else LINE)
                )
                between = "\n" if is_area else " "
                blanks = " ".join(re.findall(r"\{\w+\}", field.get("placeholder", "")))
                fields[name] = self.texts.text(
                    longest,
                    before=before or blanks,
                    between=between,
                    without=without + ENDS * (name in ONE_LINE),
                )
        return self.post(urlsplit(form.action or path).path, fields | given, status)

    def post(self, path: str, fields: dict[str, Any] | str, status: int = 303) -> TestResponse:
        answer = self.browser.post(path, data=fields)
        if answer.status_code != status:
            raise NotTaken(path, answer.status_code, *_faults(answer), fields)
        return answer

    def _form(self, page: html.HtmlElement, path: str, action: str, pick: str) -> html.FormElement:
        found = [
            form
            for form in page.forms
            if form.method == "POST"
            and re.search(f"{re.escape(action)}$", urlsplit(form.action or path).path)
            and pick in html.tostring(form, encoding="unicode")
        ]
        assert found, (path, action, pick, [form.action for form in page.forms])
        return found[0]


def _faults(answer: TestResponse) -> list[str]:
    if answer.mimetype != "text/html":
        return [answer.text[:400]]
    page = html.fromstring(answer.text)
    said = page.xpath("//*[contains(@class, 'error')] | //main//h1 | //main//p[@class='lead']")
    return [" ".join(each.text_content().split())[:300] for each in said[:12]]
