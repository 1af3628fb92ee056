"""Two thousand scripted visitors, through the whole server: each lands in exactly its cell."""

import csv
import io
import random
from collections import Counter
from datetime import date
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from werkzeug.test import EnvironBuilder, run_wsgi_app

from tests.conftest import Browser, HandClock
from tests.factories import Team, log_in
from tests.results.conftest import Start
from tests.results.everywhere import (
    Cells,
    check_days,
    check_json,
    check_page,
    check_variants_and_sources,
)
from wbtest.audience.browsers import find_cookie
from wbtest.audience.recording.rollup import differences
from wbtest.audience.visitors import read_cookie
from wbtest.extensions import db
from wbtest.publishing.models import Experiment
from wbtest.team.sessions import open_session

ZONE = "Asia/Kathmandu"
VISITORS = 2_000
APART_SECONDS = 260
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:147.0) Gecko/20100101 Firefox/147.0"
LINKS = {
    "newsletter": ("utm_source=Newsletter", ""),
    "x": ("", "https://t.co/abc"),
    "google": ("utm_medium=cpc", "https://www.google.co.uk/"),
    "direct": ("", ""),
}
KINDS = {"person": 80, "objector": 4, "bot": 8, "gpc": 4, "team": 4}


class Crowd:
    """The script and its own book of what must be counted, kept without the tool."""

    def __init__(self, app: Flask, experiment: Experiment, now: HandClock, team: Team) -> None:
        self.app, self.experiment, self.now = app, experiment, now
        self.path = f"/p/{experiment.slug}"
        self.session = f"wb-session={open_session(team.editor)}"
        self.chance = random.Random(20270301)
        self.cells: Cells = Counter()
        self.left_out: Counter[tuple[str, str]] = Counter()

    def ask(self, path: str, cookie: str, data: str | None = None, **parts: str) -> tuple[str, str]:
        """The body of the answer and the visitor's cookie from now on."""
        headers = {"User-Agent": FIREFOX, "Cookie": cookie, "Sec-Fetch-Site": "same-origin"}
        builder = EnvironBuilder(
            path,
            method="GET" if data is None else "POST",
            query_string=parts.pop("query", ""),
            data=data,
            content_type=parts.pop("content_type", "text/plain"),
            headers={name: value for name, value in (headers | parts).items() if value},
            environ_overrides={"REMOTE_ADDR": f"203.0.113.{self.chance.randrange(256)}"},
        )
        with self.app.app_context():
            body, _, answer = run_wsgi_app(self.app.wsgi_app, builder.get_environ(), buffered=True)
        name = f"wb-p{self.experiment.id}"
        values = (find_cookie(text, name) for text in answer.getlist("Set-Cookie"))
        fresh = next((value for value in values if value), "")
        return b"".join(body).decode(), f"{name}={fresh}" if fresh else cookie

    def come(self, number: int) -> None:
        [kind] = self.chance.choices(list(KINDS), list(KINDS.values()))
        source = self.chance.choice(list(LINKS))
        query, referrer = LINKS[source]
        given = {"Referer": referrer, "query": query}
        given |= {"User-Agent": "curl/8.14"} if kind == "bot" else {}
        given |= {"Sec-GPC": "1"} if kind == "gpc" else {}
        cookie = self.session if kind == "team" else ""
        page, cookie = self.ask(self.path, cookie, **given)
        token = page.partition('data-token="')[2].partition('"')[0]
        if kind in ("bot", "team"):
            self.left_out["visits", kind] += 1
        if kind == "team":
            cookie = f"{self.session}; {cookie}"
        if kind == "bot":
            return
        if kind == "gpc":
            self.sign_up(number, cookie, token, **{"Sec-GPC": "1"})
            self.left_out["signups", "opted_out"] += 1
        elif kind == "person":
            self.be_a_person(number, cookie, token, source)
        else:
            self.ask(f"{self.path}/seen", cookie, token)
            if kind == "objector":
                self.object(number, cookie, token)

    def be_a_person(self, number: int, cookie: str, token: str, source: str) -> None:
        """Come once or thrice, be seen or lose every beacon, and sign up perhaps."""
        visitor = read_cookie(self.experiment.identity_key or b"", cookie.partition("=")[2])
        assert visitor is not None
        where = visitor.variant, source
        self.count("served", *where, self.day())
        is_seen = self.chance.random() < 0.8
        if is_seen:
            self.now.turn(seconds=10)
        seen_on = self.day()
        for _ in range(self.chance.choice([1, 1, 1, 1, 3])):
            self.ask(self.path, cookie)
            if is_seen:
                self.ask(f"{self.path}/seen", cookie, token)
        if is_seen:
            self.count("seen", *where, seen_on)
        if self.chance.random() < 0.1:
            self.now.turn(seconds=20)
            self.sign_up(number, cookie, token)
            self.count("signups", *where, self.day())
            self.count("arrived" if is_seen else "without_beacon", *where, self.day())
            if is_seen:
                self.count("converted", *where, seen_on)

    def object(self, number: int, cookie: str, token: str) -> None:
        """Half of them have signed up before, which is then no more than an address."""
        if number % 2:
            self.now.turn(seconds=20)
            self.sign_up(number, cookie, token)
            self.left_out["signups", "opted_out"] += 1
        self.ask(f"{self.path}/object", cookie, "")

    def sign_up(self, number: int, cookie: str, token: str, **headers: str) -> None:
        form = {"token": token, "email": f"{number}@example.com", "website": ""}
        headers["content_type"] = "application/x-www-form-urlencoded"
        self.ask(f"{self.path}/signup", cookie, urlencode(form), **headers)

    def count(self, column: str, variant: str, source: str, day: date) -> None:
        self.cells[column, variant, day, source] += 1

    def day(self) -> date:
        return self.now().astimezone(ZoneInfo(ZONE)).date()


@pytest.fixture
def crowd(app: Flask, begin: Start, now: HandClock, team: Team) -> Crowd:
    crowd = Crowd(app, begin(variants=("Kitchen", "Price"), time_zone=ZONE), now, team)
    for number in range(VISITORS):
        crowd.come(number)
        now.turn(seconds=APART_SECONDS)
    app.extensions["wbtest.recorder"].flush()
    now.turn(days=2)
    db.session.rollback()
    return crowd


@pytest.mark.uncounted
def test_page_files_and_json_hold_exactly_what_was_sent(crowd: Crowd, client: Browser, team: Team):
    log_in(client, team.viewer)
    assert sum(crowd.cells.values()) > 3_000

    for check in (check_days, check_variants_and_sources, check_json, check_page):
        check(client, crowd.experiment, crowd.cells)
    text = client.get(f"/experiments/{crowd.experiment.id}/results.csv?table=excluded").text
    left_out: Counter[tuple[str, str]] = Counter()
    for row in csv.DictReader(io.StringIO(text, newline="")):
        for what in ("visits", "signups"):
            left_out[what, row["reason"]] += int(row[what] or 0)
    assert +left_out == crowd.left_out
    assert differences(db.session, crowd.experiment.id) == []
