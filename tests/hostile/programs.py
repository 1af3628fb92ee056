"""A program whose texts are hostile, in one field of the API's bodies after the other."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from flask import Flask
from lxml import html
from werkzeug.test import TestResponse

from tests.api.conftest import program_of
from tests.api.pages import PAGES
from tests.conftest import Browser, HandClock
from tests.factories import Team, log_in
from tests.hostile.api_bodies import (
    FIRST,
    FITTING,
    NUMBERS,
    OF_ONE,
    PICTURE,
    kept_of,
    key_of,
    sent_for,
)
from tests.hostile.api_fields import Operation, Shapes
from tests.hostile.api_reasons import REFUSED
from tests.hostile.payloads import MARK, PAYLOADS, Texts, flat
from tests.hostile.sinks import faults_in_page
from tests.snapshot import Snapshot
from tests.team.places import make_place
from tests.team_pages import team_pages
from wbtest.api.openapi import document
from wbtest.api.results import CSV, NDJSON
from wbtest.api.routes import ROUTES
from wbtest.extensions import db
from wbtest.review.views import SIDES
from wbtest.team.access import ROLES

# How long a text of several payloads is first, and then where that is too long for the field.
LENGTHS = ((900, ""), (200, "\r\n"), (60, "\r\n"), (40, "\r\n{}"))
# A token makes 600 requests in a minute of the clock, which stands still.
A_MINUTE = 400
# What stands in the addresses of what was made.
MADE = {
    "create_release": "release_id",
    "import_release": "release_id",
    "create_experiment": "experiment_id",
}
KINDS = ("application/json", "application/problem+json", NDJSON, CSV)


@dataclass
class Said:
    """What a program said in one field, and what came of it."""

    operation: str
    area: str
    name: str
    text: str
    numbers: dict[str, Any]
    answer: TestResponse
    made: str = ""

    @property
    def is_taken(self) -> bool:
        return self.answer.status_code < 400

    def faults(self) -> list[str]:
        return faults_in_answer(self.name, self.answer)


def faults_in_answer(name: str, answer: TestResponse) -> list[str]:
    """Return what a payload became in an answer, or why that is no answer of ours."""
    faults = [f"answers {answer.status_code}"] if answer.status_code >= 500 else []
    if answer.data and answer.mimetype not in KINDS:
        faults.append(f"is {answer.mimetype}")
    if answer.headers.get("X-Content-Type-Options") != "nosniff":
        faults.append("may be taken for another kind")
    faults += [f"header {head}" for head in answer.headers if MARK.search(": ".join(head))]
    faults += [f"header {each}" for each in ("Bcc", "X-Evil") if each in answer.headers]
    if answer.status_code >= 400 and not (answer.json or {}).get("detail"):
        faults.append("is refused without a sentence")
    return [f"{name}: {fault}" for fault in faults]


class Speaker:
    """Says every field of the team, each time as if nothing had been said before."""

    def __init__(self, app: Flask, team: Team, now: HandClock) -> None:
        self._place = make_place(team, now, "")
        self._app, self._now, self._asked = app, now, 0
        browser = app.test_client()
        assert isinstance(browser, Browser)
        self._browser = browser
        log_in(browser, team.owner)
        self._texts, self._shapes = Texts(), Shapes(document())
        self._programs = {role: program_of(app, getattr(team, role)) for role in ROLES}
        self._snapshot = Snapshot(db.engine)
        self._shown_on: set[str] = set()

    def close(self) -> None:
        """Let go of the file."""
        self._snapshot.close()

    def say_all(self) -> Iterator[Said]:
        """Say one field after the other, and let it be looked at what came of it."""
        for operation in self._shapes.operations():
            for way in self._shapes.fields(operation.shape):
                yield self._say(operation, way)
                self._put_back()

    def reads_back(self, said: Said) -> bool:
        """Whether the API gives the text back as it was said, but for white space."""
        if is_in(said.text, said.answer):
            return True
        gives = [route for route in ROUTES if route.method == "GET"]
        for route in sorted(gives, key=lambda route: route.area != said.area):
            address = re.sub(r"<(?:int:)?(\w+)>", r"{\1}", route.address)
            if is_in(said.text, self._ask("owner", "GET", address.format(**said.numbers))):
                return True
        return False

    def read_on_pages(self, said: Said) -> tuple[bool, list[str]]:
        """Open pages of the team until all payloads were read; the faults of those opened."""
        whole = {flat(said.text)}
        unread = {each.as_shown for each in PAYLOADS if each.text in said.text} or whole
        faults, pages = [], self._pages(said)
        self._shown_on = set()
        for path in pages:
            page = self._browser.get(path)
            faults += [f"{said.name}, {path}: {fault}" for fault in faults_in_page(page.text)]
            words = words_of(page.text)
            read = {each for each in unread if any(each in text for text in words)}
            if read:
                self._shown_on.add(path)
                unread -= read
            if not unread:
                break
        return not unread, faults

    def _pages(self, said: Said) -> list[str]:
        """The pages of the team, those first that show what was said before this.

        Behind them come those that stand where people do the same.
        """
        names = {name: [value] for name, value in said.numbers.items()}
        found = team_pages(self._app, {**names, "version": [1], "number": [1, 2, 3]})
        revisions = found["review.revision"]
        found["review.revision"] = [f"{path}?side={side}" for path in revisions for side in SIDES]
        routes = self._app.url_map.bind("")
        acts = PAGES[said.operation].split()
        near = [routes.build(page, said.numbers, method="POST") for page in acts]
        near = [said.made] if said.made else near
        paths = [path for paths in found.values() for path in paths if "." not in path]
        return sorted(
            paths,
            key=lambda path: (path not in self._shown_on, -max(_alike(path, one) for one in near)),
        )

    def _say(self, operation: Operation, way: tuple[str, ...]) -> Said:
        """Say as much as the field takes."""
        name = ".".join((operation.name, *way))
        for length, without in LENGTHS if name not in REFUSED else LENGTHS[-1:]:
            text = kept_of(name, self._texts.text(length, without=without), self._texts)
            said = self._say_text(operation, way, name, text)
            if said.is_taken:
                break
            self._put_back()
        return said

    def _say_text(self, operation: Operation, way: tuple[str, ...], name: str, text: str) -> Said:
        numbers = self._numbers(operation)
        for who, method, address, body in FIRST.get(operation.name, ()):
            before = self._ask(who, method, address.format(**numbers), body)
            assert before.status_code < 400, (name, before.text)
            if address.endswith("/experiments"):
                numbers["experiment_id"] = before.json["id"]
        body = OF_ONE.get(name, FITTING.get(operation.name, {}))
        if PICTURE in body.values():
            body = {"hero": PICTURE.format(**self._place.special["audience.picture"])}
        sent = self._shapes.with_text(
            operation.shape, body, way, sent_for(name, text), key_of(name)
        )
        answer = self._ask("owner", operation.method, operation.address.format(**numbers), sent)
        said = Said(operation.name, operation.area, name, text, numbers, answer)
        if operation.name in MADE and said.is_taken:
            numbers |= {MADE[operation.name]: answer.json["id"]}
            said.made = answer.location.removeprefix("http://localhost").removeprefix("/api/v1")
        return said

    def _numbers(self, operation: Operation) -> dict[str, Any]:
        """What stands in the address: what the page names where people do the same."""
        numbers = self._place.usual | {"other": 2}
        for page in PAGES[operation.name].split():
            numbers |= self._place.special.get(page, {})
        return numbers | NUMBERS.get(operation.name, {})

    def _ask(self, who: str, method: str, path: str, body: Any = None) -> TestResponse:
        self._asked += 1
        if self._asked % A_MINUTE == 0:
            self._now.turn(minutes=1)
        return self._programs[who].ask(method, path, body)

    def _put_back(self) -> None:
        db.session.rollback()
        self._snapshot.restore()


def is_in(text: str, answer: TestResponse) -> bool:
    """Whether this JSON has it in one of its texts, but for white space."""
    said: Any = []
    if answer.mimetype == "application/json" and answer.data:
        said = answer.json
    elif answer.mimetype == NDJSON:
        said = [json.loads(line) for line in answer.text.splitlines()]
    return any(flat(text) in flat(each) for each in texts_in(said))


def _alike(path: str, other: str) -> int:
    """With how many letters both begin."""
    return len([*takewhile(lambda pair: pair[0] == pair[1], zip(path, other, strict=False))])


def texts_in(value: Any) -> Iterator[str]:
    """Yield every text in what was JSON, keys too."""
    if isinstance(value, str):
        yield value
    for each in value.items() if isinstance(value, dict) else ():
        yield from texts_in(list(each))
    for each in value if isinstance(value, list) else ():
        yield from texts_in(each)


def words_of(page: str) -> tuple[str, str]:
    """Return what can be read in a page: once with what is marked in it, once without."""
    if not page.strip():
        return "", ""
    read = html.document_fromstring(page)
    texts = read.xpath("//text()[not(parent::script or parent::style)] | //@value | //@content")
    return flat("\n".join(texts)), flat("".join(texts))
