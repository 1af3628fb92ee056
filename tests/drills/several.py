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

from tests.drills.sizes import sized
from tests.factories import find_team
from tests.service.balancer import Balancer, Host, hosts
from tests.service.errors import Broken
from tests.service.instance import SECRET_KEY, Instance, check_page, make_page, new_instance
from tests.service.postgresql import running
from tests.service.server import UP_SECONDS, Server, eventually
from tests.service.smtp import MailSink, listening
from tests.steps.visitor import DESKTOP, cookie_of, find_token, has_form, page_path, who_is
from wbtest.publishing import lifecycle

SECOND = "second"
# What a machine asks is counted apart, and is no visit.
MACHINE = "curl/8"
RETURNING, RETURNS = sized(150, 20), 6


class Machine(Server):
    """`wbtest serve` on a host."""

    def __init__(self, instance: Instance, host: Host) -> None:
        super().__init__(instance, host.prefix)
        self._command.append(f"--host={host.address}")


@dataclass(frozen=True, slots=True)
class Several:
    """Machines that answer, the way to all of them, and what took their mail."""

    machines: Sequence[Machine]
    front: Instance
    mails: MailSink
    is_apart: bool


@contextmanager
def started(folder: Path) -> Iterator[Several]:
    """Two machines, started in one moment on an empty database, and then a running page."""
    mails = MailSink()
    with ExitStack() as stack:
        found = stack.enter_context(hosts(2))
        ours = found[0].ours
        database = stack.enter_context(running(folder, ours))
        mail_port = stack.enter_context(listening(mails, host=ours))
        instances = [new_instance(folder / name, database.url) for name in ("one", "other")]
        balancer = Balancer(
            folder / "nginx",
            [(host, instance.port) for host, instance in zip(found, instances, strict=True)],
        )
        front = Instance(folder / "front", database.url, balancer.port)
        shared = {
            "WBTEST_BASE_URL": front.url,
            "WBTEST_SECRET_KEY": SECRET_KEY,
            "WBTEST_MAIL_URL": f"smtp://{ours}:{mail_port}",
        }
        front = replace(front, more=shared)
        stack.enter_context(balancer.running())
        machines = [
            Machine(replace(instance, more=shared), host)
            for host, instance in zip(found, instances, strict=True)
        ]
        for machine in machines:
            stack.callback(machine.close)
            machine.spawn()
        for machine in machines:
            if not eventually(machine.answers, UP_SECONDS):
                raise Broken(f"wbtest did not answer; see {machine.log}")
        with front.opened():
            make_page()
        if not eventually(lambda: _show(machines, front.slug), 5):
            raise Broken("the page that was started is not shown")
        yield Several(machines, front, mails, found[0].is_apart)


class Returned(NamedTuple):
    """What people saw who came again: when each first came, and what of it was not the same."""

    visits: dict[str, float]
    pages: int
    by_machine: dict[str, int]
    on_both: int
    strays: int


def come_again(front: Instance) -> Returned:
    """Let people come several times with their cookie, whichever machine answers."""
    visits: dict[str, float] = {}
    by_machine: dict[str, int] = defaultdict(int)
    on_both = strays = 0

    def come(number: int) -> tuple[str, float, list[str], list[str]]:
        cookie, variants, machines = "", [], []
        first = time.time()
        for _ in range(RETURNS):
            status, headers, body = ask(front, front.slug, DESKTOP, cookie, number)
            if status != 200:
                raise Broken(f"a page came with {status}")
            cookie = cookie_of(headers.get("Set-Cookie", "")) or cookie
            variants.append(find_token(body).split(":")[2])
            machines.append(headers["X-Machine"])
        # What the cookie says is a variant, too.
        visitor, variant = who_is(cookie)
        return visitor, first, [*variants, variant], machines

    with ThreadPoolExecutor(8) as people:
        for visitor, first, variants, machines in people.map(come, range(1, RETURNING + 1)):
            visits[visitor] = first
            strays += len(set(variants)) - 1
            on_both += len(set(machines)) > 1
            for machine in machines:
                by_machine[machine] += 1
    return Returned(visits, RETURNING * RETURNS, dict(by_machine), on_both, strays)


def ask(
    instance: Instance, slug: str, agent: str, cookie: str = "", number: int = 0
) -> tuple[int, http.client.HTTPMessage, str]:
    """GET a page over a connection of its own, as visitor ``number``."""
    to = urlsplit(instance.url)
    source = (f"127.{200 + (number >> 16)}.{number >> 8 & 255}.{number & 255}", 0)
    connection = http.client.HTTPConnection(
        str(to.hostname), to.port, 10, source if number else None
    )
    headers = {"User-Agent": agent, "Sec-Fetch-Site": "none"} | (
        {"Cookie": cookie} if cookie else {}
    )
    try:
        connection.request("GET", page_path(slug), headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read().decode()
    finally:
        connection.close()


def change_states(several: Several) -> dict[str, float]:
    """Start, pause, resume and end a second page; return how long a machine showed the old state.

    In seconds from the moment in which the step was done, 0 when none did.
    """
    took = {}
    with several.front.opened():
        team = find_team()
        assert team is not None
        page, owner = check_page(SECOND), team.owner
        steps: dict[str, tuple[Callable[[], object], bool]] = {
            "start": (lambda: lifecycle.start(page, owner), True),
            "pause": (lambda: lifecycle.pause(page, owner), False),
            "resume": (lambda: lifecycle.resume(page, owner), True),
            "end": (lambda: lifecycle.end(page, owner), False),
        }
        for name, (step, is_open) in steps.items():
            took[name] = _watch(several.machines, step, is_open=is_open)
    return took


def _watch(machines: Sequence[Machine], step: Callable[[], object], *, is_open: bool) -> float:
    """Take the step while all machines are asked without a pause; return the last old answer."""
    is_over = threading.Event()
    # When each answer was asked for that showed the state before.
    old: list[float] = []

    def look(machine: Machine) -> None:
        while not is_over.is_set():
            begun = time.monotonic()
            if _is_open(machine.instance, SECOND) != is_open:
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


def _is_open(instance: Instance, slug: str) -> bool:
    """Whether a form is shown."""
    status, _, body = ask(instance, slug, MACHINE)
    return status == 200 and has_form(body)


def _show(machines: Sequence[Machine], slug: str) -> bool:
    return all(_is_open(machine.instance, slug) for machine in machines)
