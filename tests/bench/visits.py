"""A landing page answered and its visit recorded, against all that it could be held against."""

import os
import subprocess
import sys
import time
import zlib
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection

import sqlalchemy as sa

from tests.bench import wrk
from tests.bench.amounts import amount
from tests.bench.ours import served
from tests.bench.row import Goal, Line, Lost, Part, Row, Run, not_run
from tests.service import postgresql
from tests.service.errors import NotPossible
from tests.service.instance import SLUG, TEXT, Instance, make_instance
from tests.service.ports import free_port
from tests.service.programs import Program, granian, need
from tests.steps.visitor import page_path
from wbtest.audience.models import MachineCount, Visit

# wrk knows whole seconds only.
SECONDS = amount(2, 1)
# How much of the last load is answered before the server is told to end.
UNTIL_SIGTERM = amount(0.8, 0.4)
PATIENCE_SECONDS = 60.0
PATH = page_path(SLUG)
PACKAGES = ("flask-split==0.4.0", "granian")
_SAME = (
    "Same server (granian, one worker, as many threads as ours has), same client, rounds in turn."
)


def _line(name: str, on: str, floor: str, goal: Goal | None, how_to_read: str) -> Line:
    return Line(f"visits {name}", f"a recorded visit, {on}", floor, "a second", goal, how_to_read)


AGAINST = {
    "constant": _line(
        "÷ Flask",
        "SQLite",
        "constant Flask answer",
        Goal("≥", 2),
        f"Pages answered and recorded, against a Flask view that returns as many bytes. {_SAME}",
    ),
    "raw": _line(
        "÷ WSGI",
        "SQLite",
        "raw WSGI answer",
        None,
        "What is left of the server's own speed: 1 would be a page that costs nothing. Variant, "
        "cookie, source and recording are all in our figure.",
    ),
    "tutorial": _line(
        "÷ tutorial",
        "SQLite",
        "session, ORM, Jinja and a commit each",
        Goal("≥", 60),
        "Against the same page made the usual way (tutorial.py) on the same server: SQLite as it "
        "comes, each visit committed before its answer. Ours is committed a moment later.",
    ),
    "split": _line(
        "÷ flask-split",
        "SQLite",
        "flask-split 0.4 with Redis",
        Goal("≥", 50),
        "Against the least page that flask-split can test, on the same server.",
    ),
}
POSTGRESQL = _line(
    "PostgreSQL ÷ Flask",
    "PostgreSQL",
    "constant Flask answer",
    Goal("≥", 2),
    "The same page while its visits are copied into PostgreSQL, which shares the cores.",
)
STORED = _line(
    "stored",
    "until it is stored, SQLite",
    "visits answered",
    None,
    "Visits of a load ÷ the time from its first request to its last commit. 1 would mean that no "
    "visit waits in the queue when the load ends.",
)
LINES = (*AGAINST.values(), POSTGRESQL, STORED)


@dataclass(frozen=True, slots=True)
class Target:
    """Where a load goes; ``instance`` is given where it is one of ours."""

    server: Program
    path: str
    instance: Instance | None = None

    @property
    def url(self) -> str:
        return self.server.url + self.path


def measure(run: Run) -> list[Row]:
    """Load each server in turn, over and over, and count at the end what was recorded."""
    missing: dict[str, str] = {}
    with ExitStack() as stack:
        targets = _start(run, stack, missing)
        rates: dict[str, list[float]] = {name: [] for name in targets}
        stored: list[float] = []
        answered = {name: 0 for name, target in targets.items() if target.instance}
        refused = dict.fromkeys(targets, 0)
        for _ in range(run.rounds):
            for name, target in targets.items():
                begun = time.monotonic()
                load = wrk.load(target.url, SECONDS)
                rates[name].append(load.rate)
                if target.instance is None:
                    refused[name] += load.refused
                    continue
                if load.refused:
                    raise Lost(f"{load.refused} visits were refused ({name})")
                answered[name] += load.answered
                spent = _wait_until_recorded(target.instance, answered[name], name) - begun
                if name == "sqlite":
                    stored.append(load.answered / spent)
        for name, target in targets.items():
            if target.instance:
                more, seconds = _load_until_it_ends(target)
                answered[name] += more
                there = recorded(target.instance)
                if there < answered[name]:
                    raise Lost(
                        f"{answered[name] - there} of {answered[name]} answered visits are not "
                        f"recorded ({name}; it took {seconds:.1f} s to end)"
                    )
    said = " and ".join(f"{number:,} on {name}" for name, number in answered.items())
    note = f"All visits answered were recorded, also those under SIGTERM: {said}."
    notes = {name: f"It refused {number:,}." for name, number in refused.items() if number}
    return _rows(rates, stored, missing, {"constant": note, **notes})


def _rows(
    rates: Mapping[str, list[float]],
    stored: list[float],
    missing: Mapping[str, str],
    notes: Mapping[str, str],
) -> list[Row]:
    ours = tuple(rates["sqlite"])
    rows = []
    for name, line in AGAINST.items():
        if name in rates:
            rows.append(Row(line, ours, tuple(rates[name]), note=notes.get(name, "")))
        else:
            rows += not_run([line], missing[name])
    if "postgresql" in rates:
        rows.append(Row(POSTGRESQL, tuple(rates["postgresql"]), tuple(rates["constant"])))
    else:
        rows += not_run([POSTGRESQL], missing["postgresql"])
    return [*rows, Row(STORED, tuple(stored), ours)]


def _start(run: Run, stack: ExitStack, missing: dict[str, str]) -> dict[str, Target]:
    """Start all servers that this machine has; say of the others what is missing."""
    # The first row of all needs it, whatever else there is.
    need("wrk", "wrk")
    sqlite = make_instance(run.folder / "sqlite")
    server = stack.enter_context(served(sqlite))
    targets = {"sqlite": Target(server, PATH, sqlite)}
    body = page_of(server)[1]
    environ = os.environ | {
        "BENCH_BYTES": str(len(body)),
        "BENCH_TEXT": TEXT.read_text(encoding="utf-8"),
        "BENCH_FOLDER": str(run.folder),
    }
    for name, what, path in (
        ("raw", "tests.bench.floors:raw", "/"),
        ("constant", "tests.bench.floors:constant", "/"),
        ("tutorial", "tests.bench.tutorial:app", PATH),
    ):
        targets[name] = Target(stack.enter_context(granian(what, environ)), path)
    try:
        cluster = stack.enter_context(postgresql.running(run.folder))
        instance = make_instance(run.folder / "on-postgresql", cluster.url)
        server = stack.enter_context(served(instance))
        targets["postgresql"] = Target(server, PATH, instance)
    except NotPossible as reason:
        missing["postgresql"] = str(reason)
    try:
        targets["split"] = Target(stack.enter_context(_peer(run, environ)), PATH)
    except NotPossible as reason:
        missing["split"] = str(reason)
    return targets


def page_of(server: Program) -> tuple[dict[str, str], bytes]:
    """The page as a browser gets it: its headers, the cookie apart, and its compressed bytes."""
    connection = HTTPConnection("127.0.0.1", server.port, timeout=20)
    # A machine's visit, which leaves only a count.
    connection.request("GET", PATH, headers={"Accept-Encoding": "gzip", "User-Agent": "curl/8"})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    assert zlib.decompress(body, 31), "the page comes compressed"
    left_out = ("set-cookie", "date", "server", "content-length")
    return {name: text for name, text in answer.getheaders() if name.lower() not in left_out}, body


def _load_until_it_ends(target: Target) -> tuple[int, float]:
    """Send SIGTERM in the middle of a load; return the visits answered, and how long it took."""
    client = wrk.Client(target.url, SECONDS)
    time.sleep(UNTIL_SIGTERM)
    begun = time.monotonic()
    target.server.end()
    return client.finish(is_cut_off=True).answered, time.monotonic() - begun


def _wait_until_recorded(instance: Instance, answered: int, name: str) -> float:
    """Wait until all that was answered is stored; return when that was. Raises Lost."""
    ends = time.monotonic() + PATIENCE_SECONDS
    while (stored := recorded(instance)) < answered:
        if time.monotonic() > ends:
            raise Lost(f"{answered - stored} of {answered} visits were not recorded ({name})")
        time.sleep(0.03)
    return time.monotonic()


def recorded(instance: Instance) -> int:
    """How many visits are stored: people as rows, machines as counts."""
    people = sa.select(sa.func.count()).select_from(Visit)
    machines = sa.select(sa.func.coalesce(sa.func.sum(MachineCount.count), 0))
    with instance.engine().connect() as connection:
        return int(connection.scalar(people) or 0) + int(connection.scalar(machines) or 0)


@contextmanager
def _peer(run: Run, environ: Mapping[str, str]) -> Iterator[Program]:
    """flask-split in an environment of its own, with a Redis of its own."""
    if not run.with_peers:
        raise NotPossible("--peers installs it from PyPI")
    program = need("redis-server", "redis-server")
    folder = run.folder / "peers"
    python = folder / "bin" / "python"
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    install = [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    done = subprocess.run([*install, *PACKAGES], check=False, capture_output=True, text=True)
    if done.returncode:
        raise NotPossible(f"PyPI does not answer: {done.stderr.strip().splitlines()[-1]}")
    port = free_port()
    # As its documentation has it; nothing waits for the disk.
    command = [program, f"--port {port}", "--bind 127.0.0.1", f"--dir {folder}", "--save ''"]
    redis = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        more = {"BENCH_REDIS": f"redis://127.0.0.1:{port}"}
        with granian("tests.bench.peer:app", {**environ, **more}, python=str(python)) as server:
            yield server
    finally:
        redis.terminate()
        redis.wait(20)


PART = Part("visits", LINES, measure)
