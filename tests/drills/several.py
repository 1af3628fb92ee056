"""Two machines on one PostgreSQL behind nginx, and what both must answer alike."""

import http.client
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from flask import Flask

from tests.bench import page
from tests.drills.balancer import Balancer, Host, hosts
from tests.drills.clients import BROWSER, find_token
from tests.drills.mailing import MailServer
from tests.drills.outcome import Broken
from tests.drills.place import Place, free_port
from tests.drills.postgresql import running
from tests.drills.server import UP_SECONDS, Server, eventually
from tests.drills.smtp import listening
from wbtest import create_app
from wbtest.config import from_environment
from wbtest.extensions import db, runtime
from wbtest.publishing import experiments, lifecycle
from wbtest.publishing import rule as rules
from wbtest.publishing.launch_readiness import findings_of, warnings_of
from wbtest.publishing.models import Experiment

SECOND = "second"
# What a machine asks is counted apart, and is no visit.
MACHINE = "curl/8"
RETURNING, RETURNS = 150, 6


class Machine(Server):
    """`wbtest serve` on a host."""

    def __init__(self, place: Place, host: Host) -> None:
        super().__init__(place, host.prefix)
        self._command.append(f"--host={host.address}")


@dataclass(frozen=True, slots=True)
class Several:
    """Machines that answer, the way to all of them, and what took their mail."""

    machines: Sequence[Machine]
    front: Place
    mails: MailServer
    is_apart: bool


@contextmanager
def started(folder: Path) -> Iterator[Several]:
    """Two machines, started in one moment on an empty database, and then a running page."""
    mails = MailServer()
    with ExitStack() as stack:
        found = stack.enter_context(hosts(2))
        ours = found[0].ours
        database = stack.enter_context(running(folder, ours))
        mail_port = stack.enter_context(listening(mails, host=ours))
        places = [Place(folder / name, database.url, free_port()) for name in ("one", "other")]
        balancer = Balancer(
            folder / "nginx",
            [(host, place.port) for host, place in zip(found, places, strict=True)],
        )
        front = Place(folder / "front", database.url, balancer.port)
        shared = {
            "WBTEST_BASE_URL": front.url,
            "WBTEST_SECRET_KEY": page.SECRET,
            "WBTEST_MAIL_URL": f"smtp://{ours}:{mail_port}",
        }
        front = replace(front, more=shared)
        stack.enter_context(balancer.running())
        machines = [
            Machine(replace(place, more=shared), host)
            for host, place in zip(found, places, strict=True)
        ]
        for machine in machines:
            stack.callback(machine.close)
            machine.spawn()
        for machine in machines:
            if not eventually(machine.answers, UP_SECONDS):
                raise Broken(f"wbtest did not answer; see {machine.log}")
        with opened(front) as app:
            page.fill(app, most=10_000_000)
        if not eventually(lambda: _show(machines, page.SLUG), 5):
            raise Broken("the page that was started is not shown")
        yield Several(machines, front, mails, found[0].is_apart)


@contextmanager
def opened(place: Place) -> Iterator[Flask]:
    """The app on this database in our own process, which is then one more machine."""
    environ = {k: v for k, v in place.environ.items() if k.startswith("WBTEST_")}
    app = create_app(from_environment(environ))
    try:
        yield app
    finally:
        with app.app_context():
            runtime(app).recorder.close()
            db.session.remove()
            db.engine.dispose()


class Returned(NamedTuple):
    """What people saw who came again: when each first came, and what of it was not the same."""

    visits: dict[str, float]
    pages: int
    by_machine: dict[str, int]
    on_both: int
    strays: int


def come_again(front: Place) -> Returned:
    """Let people come several times with their cookie, whichever machine answers."""
    visits: dict[str, float] = {}
    by_machine: dict[str, int] = defaultdict(int)
    on_both = strays = 0

    def come(number: int) -> tuple[str, float, list[str], list[str]]:
        cookie, variants, machines = "", [], []
        first = time.time()
        for _ in range(RETURNS):
            status, headers, body = ask(front, front.slug, BROWSER, cookie, number)
            if status != 200:
                raise Broken(f"a page came with {status}")
            cookie = headers.get("Set-Cookie", "").partition(";")[0] or cookie
            variants.append(find_token(body).split(":")[2])
            machines.append(headers["X-Machine"])
        # What the cookie says is a variant, too.
        said = cookie.partition("=")[2].split(":")
        return said[0], first, [*variants, said[1]], machines

    with ThreadPoolExecutor(8) as people:
        for visitor, first, variants, machines in people.map(come, range(1, RETURNING + 1)):
            visits[visitor] = first
            strays += len(set(variants)) - 1
            on_both += len(set(machines)) > 1
            for machine in machines:
                by_machine[machine] += 1
    return Returned(visits, RETURNING * RETURNS, dict(by_machine), on_both, strays)


def ask(
    place: Place, slug: str, agent: str, cookie: str = "", number: int = 0
) -> tuple[int, http.client.HTTPMessage, str]:
    """GET a page over a connection of its own, as visitor ``number``."""
    to = urlsplit(place.url)
    source = (f"127.{200 + (number >> 16)}.{number >> 8 & 255}.{number & 255}", 0)
    connection = http.client.HTTPConnection(
        str(to.hostname), to.port, 10, source if number else None
    )
    headers = {"User-Agent": agent, "Sec-Fetch-Site": "none"} | (
        {"Cookie": cookie} if cookie else {}
    )
    try:
        connection.request("GET", f"/p/{slug}", headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read().decode()
    finally:
        connection.close()


def change_states(several: Several) -> dict[str, float]:
    """Start, pause, resume and end a second page; return how long a machine showed the old state.

    In seconds from the moment in which the step was done, 0 when none did.
    """
    took = {}
    with opened(several.front) as app, app.app_context():
        made = _second()
        steps: dict[str, tuple[Callable[[], object], bool]] = {
            "start": (lambda: lifecycle.start(made, made.author), True),
            "pause": (lambda: lifecycle.pause(made, made.author), False),
            "resume": (lambda: lifecycle.resume(made, made.author), True),
            "end": (lambda: lifecycle.end(made, made.author), False),
        }
        for name, (step, is_open) in steps.items():
            took[name] = _watch(several.machines, step, is_open=is_open)
    return took


def _second() -> Experiment:
    first = db.session.scalars(db.select(Experiment)).one()
    made = experiments.create_experiment(
        page.approve_release(first.author),
        first.author,
        slug=SECOND,
        rule=rules.from_json(first.rule),
        time_zone=first.time_zone,
    )
    lifecycle.record_check(made, first.author, warnings_of(findings_of(made)))
    return made


def _watch(machines: Sequence[Machine], step: Callable[[], object], *, is_open: bool) -> float:
    """Take the step while all machines are asked without a pause; return the last old answer."""
    is_over = threading.Event()
    # When each answer was asked for that showed the state before.
    old: list[float] = []

    def look(machine: Machine) -> None:
        while not is_over.is_set():
            begun = time.monotonic()
            if _is_open(machine.place, SECOND) != is_open:
                old.append(begun)
            is_over.wait(0.01)

    threads = [threading.Thread(target=look, args=(each,)) for each in machines for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        time.sleep(0.5)
        step()
        done = time.monotonic()
        time.sleep(2.5)
    finally:
        is_over.set()
        for thread in threads:
            thread.join()
    return max(0.0, max(old, default=done) - done)


def _is_open(place: Place, slug: str) -> bool:
    """Whether a form is shown."""
    status, _, body = ask(place, slug, MACHINE)
    return status == 200 and 'name="token"' in body


def _show(machines: Sequence[Machine], slug: str) -> bool:
    return all(_is_open(machine.place, slug) for machine in machines)
