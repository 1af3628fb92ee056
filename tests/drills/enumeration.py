"""W20: whether the time of an answer tells who has a log-in, or who has signed up."""

import asyncio
import http.client
import random
import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlencode

from tests.bench.page import OWNER, SECRET
from tests.drills import place as places
from tests.drills.clients import TYPING_SECONDS, Visitor
from tests.drills.comparing import Times
from tests.drills.ledger import Pen
from tests.drills.outcome import Broken, Drill, Found
from tests.drills.place import Place
from tests.drills.progress import say
from tests.drills.server import Server, serving
from tests.drills.smtp import listening
from wbtest.extensions import db
from wbtest.team.people import add_person

TRIES, WARMING = 200, 10
# Each address is asked about once; all are of one length, as their answers should be.
KNOWN = [f"known-{number:03}@example.com" for number in range(TRIES + WARMING)]
UNKNOWN = [f"other-{number:03}@example.com" for number in range(TRIES + WARMING)]
# What stands in the database afterwards, at least: of strangers one log-in that failed an hour.
DONE = {
    "login.failed": len(KNOWN) + 1,
    "login.reset_asked": len(KNOWN),
    "login.email_asked": len(KNOWN + UNKNOWN),
    "signups": len(KNOWN + UNKNOWN),
}
WRONG = "four words that are wrong"


@dataclass(frozen=True, slots=True)
class Told:
    """An answer, without its words: other tests compare those."""

    status: int
    length: int
    seconds: float


@dataclass(slots=True)
class Asker:
    """One browser on one connection, which comes from another IP with each form."""

    place: Place
    cookies: dict[str, str] = field(default_factory=dict)
    _asked: int = 0
    _line: http.client.HTTPConnection = field(init=False)

    def __post_init__(self) -> None:
        self._line = http.client.HTTPConnection("127.0.0.1", self.place.port, timeout=30)

    def token_of(self, path: str) -> str:
        """The token of the form on a page."""
        _, text = self._ask("GET", path, "")
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', text)
        if found is None:
            raise Broken(f"no form on {path}")
        return found[1]

    def send(self, path: str, form: dict[str, str]) -> Told:
        """Send a form; the time is until the last byte of the answer."""
        body = urlencode(form)
        begun = time.perf_counter()
        status, text = self._ask("POST", path, body)
        return Told(status, len(text), time.perf_counter() - begun)

    def _ask(self, method: str, path: str, body: str) -> tuple[int, str]:
        self._asked += 1
        headers = {
            "Origin": self.place.url,
            "X-Forwarded-For": f"10.9.{self._asked >> 8 & 255}.{self._asked & 255}",
            "Cookie": "; ".join(f"{name}={text}" for name, text in self.cookies.items()),
            "Content-Type": "application/x-www-form-urlencoded",
        }
        self._line.request(method, path, body, headers)
        answer = self._line.getresponse()
        text = answer.read().decode()
        for given in answer.headers.get_all("Set-Cookie", []):
            name, _, value = given.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer.status, text


class TakesAll:
    """A mail server that takes every mail."""

    def greets(self) -> str:
        return "220 drill"

    def asked(self, recipient: str) -> str:  # noqa: ARG002 - everybody is welcome
        return ""

    def take(self, recipient: str, message: bytes) -> bool:  # noqa: ARG002 - whatever it says
        return True


def compare(folder: Path) -> Found:
    """Ask about known and unknown addresses in turn, wherever a stranger may type one."""
    with _place(folder) as place, serving(place) as server:
        asked = {
            "log-in": _asked(_log_in(Asker(place))),
            "lost password": _asked(_lost_password(Asker(place))),
            "new e-mail": _asked(_new_email(Asker(place))),
            "sign-up": _sign_ups(server, folder / "ledger.jsonl"),
        }
        failures = _undone(place)
    numbers = []
    for where, (known, unknown) in asked.items():
        times = Times([each.seconds for each in known], [each.seconds for each in unknown])
        numbers.append(f"{where}: {times}")
        say(numbers[-1])
        if times.is_told:
            failures.append(f"{where}: the time tells who is known")
        kinds = [{(each.status, each.length) for each in some} for some in (known, unknown)]
        if kinds[0] != kinds[1]:
            failures.append(f"{where}: status or length tell who is known: {kinds}")
    return Found("; ".join(numbers), failures)


def _undone(place: Place) -> list[str]:
    """What was asked and not done, as when a limit was met: its time would tell nothing."""
    with place.engine().connect() as raw:
        found = {
            str(name): int(number)
            for name, number in raw.exec_driver_sql(
                "SELECT action, count(*) FROM audit_lines GROUP BY action "
                "UNION ALL SELECT 'signups', count(*) FROM signups"
            )
        }
    return [
        f"{found.get(what, 0)} × {what} instead of {number}"
        for what, number in DONE.items()
        if found.get(what, 0) < number
    ]


@contextmanager
def _place(folder: Path) -> Iterator[Place]:
    """An instance where so many people have a log-in beside the owner."""
    with listening(TakesAll()) as port:
        made = places.make(folder / "instance")
        with places.opened(made):
            for email in KNOWN:
                add_person(email=email, name="Mei", role="viewer", password=SECRET)
            db.session.commit()
        yield replace(made, more={"WBTEST_MAIL_URL": f"smtp://127.0.0.1:{port}"})


def _asked(send: Callable[[str], Told]) -> tuple[list[Told], list[Told]]:
    """The answers for known and for unknown addresses: asked in pairs, either of them first."""
    chance = random.Random(20)
    told: dict[str, Told] = {}
    for pair in zip(KNOWN, UNKNOWN, strict=True):
        for email in chance.sample(pair, 2):
            told[email] = send(email)
    # The first ones load what is only loaded when it is needed.
    return [told[email] for email in KNOWN[WARMING:]], [told[email] for email in UNKNOWN[WARMING:]]


def _log_in(asker: Asker) -> Callable[[str], Told]:
    token = asker.token_of("/login")
    return lambda email: asker.send(
        "/login", {"csrf_token": token, "email": email, "password": WRONG}
    )


def _lost_password(asker: Asker) -> Callable[[str], Told]:
    token = asker.token_of("/reset")
    return lambda email: asker.send("/reset", {"csrf_token": token, "email": email})


def _new_email(asker: Asker) -> Callable[[str], Told]:
    who = {"csrf_token": asker.token_of("/login"), "email": OWNER, "password": SECRET}
    asker.send("/login", who)
    token = asker.token_of("/account/email")
    return lambda email: asker.send(
        "/account/email", {"csrf_token": token, "new_email": email, "password": SECRET}
    )


def _sign_ups(server: Server, file: Path) -> tuple[list[Told], list[Told]]:
    """The same for addresses that signed up before; each form by another visitor."""
    with file.open("w", encoding="utf-8") as stream:
        pen = Pen(stream)
        asyncio.run(_send_all(_visitors(server, pen, 1, KNOWN), KNOWN))
        pairs = [email for pair in zip(KNOWN, UNKNOWN, strict=True) for email in pair]
        order = random.Random(21).sample(pairs, len(pairs))
        told = asyncio.run(_send_all(_visitors(server, pen, 1_001, order), order))
    return [told[email] for email in KNOWN], [told[email] for email in UNKNOWN]


def _visitors(server: Server, pen: Pen, first: int, emails: Sequence[str]) -> list[Visitor]:
    place = server.place
    return [Visitor(place.url, place.slug, first + nth, pen) for nth in range(len(emails))]


async def _send_all(visitors: Sequence[Visitor], emails: Sequence[str]) -> dict[str, Told]:
    """Open the page as everybody, wait as long as they type, and send one form after the other."""
    tokens = [await visitor.open_page(200) for visitor in visitors]
    await asyncio.sleep(TYPING_SECONDS)
    told = {}
    for visitor, token, email in zip(visitors, tokens, emails, strict=True):
        answer = await visitor.send_once(str(token), email)
        told[email] = Told(answer.status, len(answer.body), answer.took)
    return told


DRILLS = [
    Drill(
        "enumeration",
        f"{TRIES} known and {TRIES} unknown addresses in turn: log-in with a wrong password, "
        "lost password, new e-mail, sign-up",
        "who bets that the slower of two is the known one wins 4 to 6 times of 10; one status, one "
        "length",
        compare,
    )
]
