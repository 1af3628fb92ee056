"""Visitors of the demo: people, machines and lost beacons, sent over HTTP as they would come.

Everything goes through the public pages of the running server; nothing is written past them. Who
comes is drawn from a seed. Who signs up follows the true rates evenly, so that the story of the
demo is the same each time although the server draws the variants by lot.
"""

import json
import random
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from html import unescape
from pathlib import Path
from threading import Event
from typing import TypeVar
from urllib.parse import parse_qs, urlencode, urlsplit

from urllib3 import HTTPConnectionPool

from wbtest.audience.models import Sighting
from wbtest.cli.demo.scenes import text_of
from wbtest.cli.demo.world import START_HOUR, Test, World, planned_tests
from wbtest.delivery.models import OutboxMail
from wbtest.extensions import db

BROWSERS = json.loads(Path(__file__).with_name("browsers.json").read_text(encoding="utf-8"))
_TOKEN = re.compile(rb'name="token"[^>]*value="([^"]+)"')
_HEADLINE = re.compile(rb"<h1[^>]*>(.*?)</h1>", re.DOTALL)
# Strangers come in slots of two hours; at noon one asks something, at night some read their mail.
HOURS = 2
ASK_HOUR, CONFIRM_HOUR = START_HOUR + 4, START_HOUR + 12
# How busy each two hours of a day are, from midnight on.
BUSY = (2, 1, 1, 4, 9, 9, 8, 8, 7, 10, 12, 6)
SHARE_CONFIRMED = 0.6
SEED = 7
PATIENCE_SECONDS = 20.0
_CONFIRM = re.compile(r"/confirm/[\w\-]+")
# A visitor, or the link that one opens.
Who = TypeVar("Who")


@dataclass(frozen=True, slots=True)
class Crowd:
    """Who comes to one test: how many, from where, and what they truly do per headline."""

    test: str
    slug: str
    visitors: int
    # Share of those who saw a headline that sign up, and share whose beacon is lost.
    rates: Mapping[str, float]
    lost: Mapping[str, float] = field(default_factory=dict)
    sources: Mapping[str, float] = field(default_factory=lambda: {"newsletter": 1.0})
    # In browsers with one of these words in their name the page of a headline stays white.
    white: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    # What is answered to each question after the sign-up, in turn.
    answers: tuple[tuple[str, ...], ...] = ()
    # How many questions the page answers.
    questions: int = 2


@dataclass(slots=True)
class Visitor:
    """One browser: what it sends, and what the page gave it."""

    crowd: Crowd
    number: int
    user_agent: str
    network: str
    query: str
    referrer: str
    is_machine: bool = False
    is_signing: bool = False
    cookie: str = ""
    token: str = ""
    headline: str = ""
    # Where the page after the sign-up stands.
    onward: str = ""

    @property
    def sees_nothing(self) -> bool:
        """Whether the page stays white in this browser."""
        browsers = self.crowd.white.get(self.headline, ())
        return any(word in self.user_agent for word in browsers)


class Door:
    """HTTP to the running server, over as many connections as threads ask at once."""

    def __init__(self, port: int, threads: int) -> None:
        self.origin = f"http://127.0.0.1:{port}"
        self._pool = HTTPConnectionPool("127.0.0.1", port, timeout=20, maxsize=threads)

    def close(self) -> None:
        """Close its connections."""
        self._pool.close()

    def ask(
        self, method: str, path: str, headers: Mapping[str, str], body: str = ""
    ) -> tuple[int, Mapping[str, str], bytes]:
        """Return status, headers and body of one request; a 5xx ends the demo with its reason."""
        answer = self._pool.request(
            method, path, body=body or None, headers=headers, retries=False, redirect=False
        )
        if answer.status >= 500:
            raise RuntimeError(f"{method} {path} gave {answer.status}: {answer.data[:200]!r}")
        return answer.status, answer.headers, answer.data


class Turnout:
    """Turns a rate into yes and no as evenly as it goes: 0.25 says yes to every fourth."""

    def __init__(self) -> None:
        self._debt: dict[tuple[str, ...], float] = defaultdict(lambda: 0.5)

    def next(self, *of: str, rate: float) -> bool:
        """Whether the next one does; each kind of thing and each page is counted for itself."""
        self._debt[of] += rate
        if self._debt[of] < 1:
            return False
        self._debt[of] -= 1
        return True


def draw(crowd: Crowd, chance: random.Random) -> Iterator[Visitor]:
    """The visitors of a crowd in the order they come, with one machine to fourteen people."""
    for number in range(crowd.visitors):
        source = chance.choices(list(crowd.sources), list(crowd.sources.values()))[0]
        is_machine = number % 15 == 7
        yield Visitor(
            crowd=crowd,
            number=number,
            user_agent=chance.choice(BROWSERS["machines" if is_machine else "people"]),
            network=".".join(str(chance.randint(1, 254)) for _ in range(4)),
            query="" if "." in source or source == "direct" else urlencode({"utm_source": source}),
            referrer=f"https://{source}/" if "." in source else "",
            is_machine=is_machine,
        )


def arrive(visitor: Visitor, door: Door) -> None:
    """Open the page, and keep what a browser keeps: cookie, form token, headline."""
    path = f"/p/{visitor.crowd.slug}" + (f"?{visitor.query}" if visitor.query else "")
    headers = _headers(visitor) | {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    if visitor.referrer:
        headers["Referer"] = visitor.referrer
    _, answer, body = door.ask("GET", path, headers)
    if cookie := answer.get("Set-Cookie"):
        visitor.cookie = cookie.partition(";")[0]
    token, headline = _TOKEN.search(body), _HEADLINE.search(body)
    visitor.token = unescape(token[1].decode()) if token else ""
    visitor.headline = unescape(headline[1].decode()).strip() if headline else ""


def look(visitor: Visitor, door: Door) -> None:
    """Let the page's beacon say that a person saw it."""
    headers = _same_origin(visitor, door) | {"Content-Type": "text/plain;charset=UTF-8"}
    status, _, body = door.ask("POST", f"/p/{visitor.crowd.slug}/seen", headers, visitor.token)
    if status != 204:
        raise RuntimeError(f"a beacon gave {status}: {body[:300]!r}")


def leave_word(visitor: Visitor, door: Door) -> None:
    """Let the page tell what was read of it: a few open a question, most read half."""
    depths = ("25", "50", "75", "100")[: 1 + visitor.number % 4]
    acts = [f"depth {depth}" for depth in depths]
    # The first question is open from the start.
    if visitor.number % 5 == 0:
        acts.append(f"faq {1 + visitor.number // 5 % (visitor.crowd.questions - 1)}")
    # Who signs up began the form, and so did some who thought better of it.
    if visitor.is_signing or visitor.number % 17 == 0:
        acts.append("focus top")
    if visitor.is_signing:
        acts.append("click top")
    headers = _same_origin(visitor, door) | {"Content-Type": "text/plain;charset=UTF-8"}
    told = "\n".join([visitor.token, *acts])
    door.ask("POST", f"/p/{visitor.crowd.slug}/did", headers, told)


def sign_up(visitor: Visitor, door: Door) -> None:
    """Send the form."""
    firsts, lasts = BROWSERS["first_names"], BROWSERS["last_names"]
    first, last = firsts[visitor.number % len(firsts)], lasts[visitor.number // 7 % len(lasts)]
    form = {
        "token": visitor.token,
        # Each at a domain of their own, as none of the large providers may get a mail of the demo.
        "email": f"{first}.{visitor.number}@{last}-{visitor.number % 97}.example",
        "website": "",
    }
    headers = _same_origin(visitor, door) | {"Content-Type": "application/x-www-form-urlencoded"}
    path = f"/p/{visitor.crowd.slug}/signup"
    status, answer, body = door.ask("POST", path, headers, urlencode(form))
    if status != 303:
        raise RuntimeError(f"a sign-up gave {status}: {body[:300]!r}")
    visitor.onward = answer["Location"]


def answer(visitor: Visitor, door: Door) -> None:
    """Answer what the page after the sign-up asks, and say yes or no to the price."""
    asked = parse_qs(urlsplit(visitor.onward).query)
    if "next" not in asked:
        return
    whose = {name: asked[name][0] for name in ("next", "of")}
    # Of three visitors the first never answers: counted by threes, every answer is given.
    given = {
        f"answer-{place}": said[visitor.number // 3 % len(said)]
        for place, said in enumerate(visitor.crowd.answers)
    }
    is_yes = {"step": "price", "agree": "no" if visitor.number % 4 == 1 else "yes"}
    headers = _same_origin(visitor, door) | {"Content-Type": "application/x-www-form-urlencoded"}
    for name, form in (("answers", given), ("agree", is_yes)):
        path = f"/p/{visitor.crowd.slug}/{name}"
        status, _, body = door.ask("POST", path, headers, urlencode(whose | form))
        if status != 303:
            raise RuntimeError(f"an answer gave {status}: {body[:300]!r}")


def ask(visitor: Visitor, door: Door, question: str) -> None:
    """Ask something under the page's questions."""
    headers = _same_origin(visitor, door) | {"Content-Type": "application/x-www-form-urlencoded"}
    form = urlencode({"question": question, "website": ""})
    door.ask("POST", f"/p/{visitor.crowd.slug}/ask", headers, form)


def confirm(path: str, door: Door) -> None:
    """Press the button on the page that the mail links to."""
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Content-Length": "0"}
    door.ask("POST", path, headers | {"User-Agent": BROWSERS["people"][0]})


def _headers(visitor: Visitor) -> dict[str, str]:
    headers = {
        "User-Agent": visitor.user_agent,
        "X-Forwarded-For": visitor.network,
        "Accept-Language": "en-GB,en;q=0.8",
    }
    return headers | ({"Cookie": visitor.cookie} if visitor.cookie else {})


def _same_origin(visitor: Visitor, door: Door) -> dict[str, str]:
    return _headers(visitor) | {"Sec-Fetch-Site": "same-origin", "Origin": door.origin}


class Street:
    """Everybody who walks by: ``visitors`` in all, over all tests and days."""

    def __init__(self, world: World, door: Door, pool: Executor, visitors: int) -> None:
        self._world, self._door, self._pool = world, door, pool
        self._chance = random.Random(SEED)  # noqa: S311 - a story, not a secret
        self._turnout = Turnout()
        self._before: dict[str, list[Visitor]] = defaultdict(list)
        self._asking = {test.name: list(test.asking) for test in planned_tests().values()}
        self._confirmed_to = self._looked = 0
        # By when the slot begins.
        self._plan: dict[datetime, list[Visitor]] = defaultdict(list)
        for test in planned_tests().values():
            self._expect(test, test.people or round(test.share * visitors))

    def slots(self) -> Iterator[tuple[datetime, Callable[[], None]]]:
        """When each two hours with visitors begin, and what lets them come."""
        for moment, coming in self._plan.items():
            yield moment, partial(self._let_come, moment, coming)

    def wait_until_recorded(self) -> None:
        """Wait until every beacon is in the store. Raises TimeoutError when it takes too long."""
        pause = Event()
        for _ in range(int(PATIENCE_SECONDS / 0.05)):
            stored = db.session.scalar(db.select(db.func.count()).select_from(Sighting)) or 0
            db.session.rollback()
            if stored >= self._looked:
                return
            pause.wait(0.05)
        raise TimeoutError(f"{self._looked - stored} beacons were not recorded")

    def _expect(self, test: Test, visitors: int) -> None:
        """Draw who comes to a test, and when; busier in the evening."""
        slots = self._slots_of(test)
        weights = [BUSY[moment.hour // HOURS] * self._chance.uniform(0.7, 1.3) for moment in slots]
        text = text_of(test.release, test.draft, self._world.today.date())
        headlines = [text.headline, *(headline for _, headline in test.variants)]
        coming = Crowd(
            test=test.name,
            slug=test.slug,
            visitors=visitors,
            rates=dict(zip(headlines, test.rates, strict=True)),
            lost=dict(zip(headlines, test.lost, strict=True)),
            sources=test.sources,
            white={headlines[-1]: test.white_on},
            answers=test.answers,
            questions=len(text.questions("external")),
        )
        for visitor in draw(coming, self._chance):
            self._plan[self._chance.choices(slots, weights)[0]].append(visitor)

    def _slots_of(self, test: Test) -> list[datetime]:
        begins = self._world.moment(test.began, START_HOUR)
        moments = [begins + timedelta(hours=HOURS * k) for k in range(24 // HOURS * test.days + 1)]
        over = min(begins + timedelta(days=test.days), self._world.today)
        return [moment for moment in moments if moment + timedelta(hours=1) <= over]

    def _let_come(self, now: datetime, coming: list[Visitor]) -> None:
        """Let these visitors come, look, read, sign up and answer; some from before come again."""
        clock = self._world.clock
        clock.set(now + timedelta(minutes=1))
        self._all(arrive, coming)
        people = [visitor for visitor in coming if visitor.cookie and not visitor.is_machine]
        served = [one for one in people if not one.sees_nothing]
        looking = [one for one in served if not self._happens("lost", one, one.crowd.lost)]
        clock.set(now + timedelta(minutes=20))
        self._all(look, looking)
        self._looked += len(looking)
        signing = [one for one in looking if self._happens("signs", one, one.crowd.rates)]
        for visitor in signing:
            visitor.is_signing = True
        self._all(leave_word, looking)
        clock.set(now + timedelta(minutes=40))
        self._all(sign_up, signing)
        self._all(answer, [one for one in signing if one.number % 3])
        if now.hour == ASK_HOUR:
            self._ask(looking[:1])
        open_ones = dict.fromkeys(one.crowd.test for one in people)
        known = [one for test in open_ones for one in self._before[test]]
        self._all(arrive, self._chance.sample(known, min(len(known), 3)))
        for visitor in people:
            self._before[visitor.crowd.test].append(visitor)
        if now.hour == CONFIRM_HOUR:
            clock.set(now + timedelta(minutes=100))
            self._confirm()

    def _happens(self, kind: str, visitor: Visitor, rates: Mapping[str, float]) -> bool:
        headline = visitor.headline
        return self._turnout.next(kind, visitor.crowd.test, headline, rate=rates[headline])

    def _all(self, act: Callable[[Who, Door], None], everybody: Sequence[Who]) -> None:
        """Let all act at once, and wait; the first error of any is raised."""
        for _ in self._pool.map(act, everybody, [self._door] * len(everybody)):
            pass

    def _ask(self, visitors: list[Visitor]) -> None:
        """Let them ask what visitors of their page still have to ask, one question each."""
        for visitor in visitors:
            if questions := self._asking[visitor.crowd.test]:
                self._all(partial(ask, question=questions.pop(0)), [visitor])

    def _confirm(self) -> None:
        """Let some press the button in the mails since the last time."""
        query = db.select(OutboxMail).where(OutboxMail.id > self._confirmed_to)
        mails = db.session.scalars(query.order_by(OutboxMail.id)).all()
        pressed = [
            link[0]
            for mail in mails
            if (link := _CONFIRM.search(mail.body))
            and self._turnout.next("confirms", mail.subject, rate=SHARE_CONFIRMED)
        ]
        self._confirmed_to = mails[-1].id if mails else self._confirmed_to
        db.session.rollback()
        self._all(confirm, pressed)
