"""Two thousand scripted visitors, through the whole server: each lands in exactly its cell."""

import random
from collections import Counter
from datetime import datetime
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from werkzeug.test import EnvironBuilder, run_wsgi_app

from tests.conftest import IS_SECOND_ROUND, Browser, HandClock
from tests.factories import Team, log_in
from tests.results.conftest import Start
from tests.results.everywhere.dashboard import check_dashboard
from tests.results.everywhere.plan import Plan
from tests.results.everywhere.reading import Reader
from tests.results.everywhere.recount import Fact, Recount
from wbtest.audience.recording.rollup import differences
from wbtest.audience.traffic import find_cookie
from wbtest.audience.visitors import read_cookie
from wbtest.extensions import db, runtime
from wbtest.publishing.models import Experiment
from wbtest.team.sessions import open_session

ZONE = "Asia/Kathmandu"
# As many find every cell; where they are stored makes a quarter of them enough.
VISITORS = 500 if IS_SECOND_ROUND else 2_000
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
        self.facts: Counter[Fact] = Counter()
        self.machines: Counter[tuple[str, str]] = Counter()

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
            environ_overrides={"REMOTE_ADDR": self.address()},
        )
        with self.app.app_context():
            body, _, answer = run_wsgi_app(self.app.wsgi_app, builder.get_environ(), buffered=True)
        name = f"wb-p{self.experiment.id}"
        values = (find_cookie(text, name) for text in answer.getlist("Set-Cookie"))
        fresh = next((value for value in values if value), "")
        return b"".join(body).decode(), f"{name}={fresh}" if fresh else cookie

    def address(self) -> str:
        """One in any network: of one network only the first would count."""
        first, second, third = (self.chance.randrange(250) for _ in range(3))
        return f"{20 + first % 80}.{second}.{third}.9"

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
        if kind == "gpc":
            self.sign_up(number, cookie, token, **{"Sec-GPC": "1"})
            self.count("signups without_beacon", "control", "unknown", self.now(), "opted_out")
            return
        visitor = read_cookie(self.experiment.identity_key or b"", cookie.partition("=")[2])
        assert visitor is not None
        if kind == "bot":
            self.machines["bot", visitor.variant] += 1
        elif kind == "person":
            self.be_a_person(number, cookie, token, visitor.variant, source)
        elif kind == "team":
            self.count("served", visitor.variant, source, self.now(), "team")
            self.ask(f"{self.path}/seen", f"{self.session}; {cookie}", token)
        else:
            self.ask(f"{self.path}/seen", cookie, token)
            self.object(number, cookie, token, visitor.variant, source)

    def be_a_person(self, number: int, cookie: str, token: str, variant: str, source: str) -> None:
        """Come once or thrice, be seen or lose every beacon, and sign up perhaps."""
        where = variant, source
        self.count("served", *where, self.now())
        is_seen = self.chance.random() < 0.8
        if is_seen:
            self.now.turn(seconds=10)
        seen_at = self.now()
        for _ in range(self.chance.choice([1, 1, 1, 1, 3])):
            self.ask(self.path, cookie)
            if is_seen:
                self.ask(f"{self.path}/seen", cookie, token)
        if is_seen:
            self.count("seen", *where, seen_at)
        if self.chance.random() < 0.1:
            self.now.turn(seconds=20)
            self.sign_up(number, cookie, token)
            self.count("signups", *where, self.now())
            self.count("arrived" if is_seen else "without_beacon", *where, self.now())
            if is_seen:
                self.count("converted", *where, seen_at)

    def object(self, number: int, cookie: str, token: str, variant: str, source: str) -> None:
        """Half of them have signed up before, which is then no more than an address."""
        if number % 2:
            self.now.turn(seconds=20)
            self.sign_up(number, cookie, token)
            self.count("signups without_beacon", variant, source, self.now(), "opted_out")
        self.ask(f"{self.path}/object", cookie, "")

    def sign_up(self, number: int, cookie: str, token: str, **headers: str) -> None:
        form = {"token": token, "email": f"{number}@example.com", "website": ""}
        headers["content_type"] = "application/x-www-form-urlencoded"
        self.ask(f"{self.path}/signup", cookie, urlencode(form), **headers)

    def count(
        self, columns: str, variant: str, source: str, moment: datetime, reason: str = ""
    ) -> None:
        local = moment.astimezone(ZoneInfo(ZONE))
        at = local.date(), local.hour, local.utcoffset()
        for column in columns.split():
            self.facts[Fact(column, variant, *at, source, "desktop", "", reason)] += 1


@pytest.fixture
def crowd(app: Flask, begin: Start, now: HandClock, team: Team) -> Crowd:
    crowd = Crowd(app, begin(variants=("Kitchen", "Price"), time_zone=ZONE), now, team)
    for number in range(VISITORS):
        crowd.come(number)
        now.turn(seconds=APART_SECONDS)
    runtime(app).recorder.flush()
    now.turn(days=2)
    db.session.rollback()
    return crowd


def test_every_cell_holds_exactly_what_was_sent(crowd: Crowd, client: Browser, team: Team):
    experiment, now = crowd.experiment, crowd.now()
    log_in(client, team.owner)
    assert experiment.started_at is not None
    names = {"control": "Control", "kitchen": "Kitchen", "price": "Price"}
    plan = Plan(names, ZONE, experiment.started_at, (1, 1, 1))
    assert crowd.facts.total() > 1.5 * VISITORS

    first = client.get(f"/experiments/{experiment.id}/results.json").get_json()
    told = Recount(crowd.facts, crowd.machines)
    check_dashboard(Reader(client, experiment.id, plan, told, first), now)

    assert differences(db.session, experiment.id) == []
