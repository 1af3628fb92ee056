"""The whole service as an operator runs it: how soon it answers, and how much memory it takes."""

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from tests.bench import wrk
from tests.bench.amounts import amount
from tests.bench.row import Goal, Line, Part, Row, Run
from tests.bench.visits import PATH
from tests.service.instance import ROOT, Instance, make_instance
from tests.service.programs import granian, need
from tests.service.server import WORKERS, Server, eventually, serving
from tests.steps.member import at

LOAD_SECONDS = amount(5, 1)
LOOK_SECONDS = 0.5
IMPORTS = """
import json, sys, time
begun = time.perf_counter()
import {module}
print(json.dumps([time.perf_counter() - begun, sorted({heavy} & set(sys.modules))]))
"""
HEAVY = {"numpy", "scipy", "plotly"}
LINES = (
    Line(
        "start",
        "start to first answer",
        "granian with a constant Flask app",
        "s",
        Goal("≤", 3),
        "From the command `wbtest serve --workers 2` to the first 200 for a landing page: database "
        "checked and up to date, two web processes and the background worker started.",
    ),
    Line(
        "import",
        "importing the app",
        "importing Flask and Flask-SQLAlchemy",
        "s",
        Goal("≤", 3),
        "`import app` in a process of its own, with all areas put together, from compiled files.",
    ),
    Line(
        "import heavy",
        "… of numpy, scipy, plotly loaded by then",
        "",
        "modules",
        Goal("≤", 0, "ours"),
        "They are read where they are used: a process that shows landing pages only never does.",
    ),
    Line(
        "memory",
        "memory of the whole service under load",
        "granian with a constant Flask app, as many workers",
        "MB",
        Goal("≤", 3),
        "Proportional set size of all processes, the most that was seen while visitors came as "
        "fast as two workers answer them; ours has the background worker beside.",
    ),
    Line(
        "memory results",
        "… after results were opened as well",
        "granian with a constant Flask app, as many workers",
        "MB",
        None,
        "The statistics (numpy, scipy) are in memory then, in each process that showed results.",
    ),
)


def measure(run: Run) -> list[Row]:
    """Start it over and over; then let visitors come, and look at its memory all the while."""
    instance = make_instance(run.folder / "instance")
    starts, bare, imports, floors, heavy = [], [], [], [], []
    for _ in range(run.rounds):
        starts.append(_start(instance))
        bare.append(_start_constant())
        seconds, found = _import("app", instance.environ)
        imports.append(seconds)
        heavy.append(float(len(found)))
        floors.append(_import("flask, flask_sqlalchemy", instance.environ)[0])
    load, after, floor = _memory(instance)
    start, importing, loaded, most, results = LINES
    return [
        Row(start, tuple(starts), tuple(bare)),
        Row(importing, tuple(imports), tuple(floors)),
        Row(loaded, tuple(heavy)),
        Row(most, (load,), (floor,)),
        Row(results, (after,), (floor,)),
    ]


def _start_constant() -> float:
    """Seconds until granian answers with the constant Flask app."""
    begun = time.monotonic()
    with granian("tests.bench.floors:constant", os.environ, workers=WORKERS) as server:
        urllib.request.urlopen(server.url, timeout=5).close()
        return time.monotonic() - begun


def _start(instance: Instance) -> float:
    server = Server(instance)
    begun = time.monotonic()
    server.spawn()
    try:
        eventually(lambda: server.get(PATH, 2)[0] == 200, 60, 0.01)
        seconds = time.monotonic() - begun
        server.end()
    finally:
        server.close()
    return seconds


def _import(module: str, environ: dict[str, str]) -> tuple[float, Sequence[str]]:
    """Seconds to import it, and which of the heavy ones came along."""
    code = IMPORTS.format(module=module, heavy=HEAVY)
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environ, check=True, capture_output=True
    )
    seconds, found = json.loads(done.stdout.splitlines()[-1])
    return seconds, found


def _memory(instance: Instance) -> tuple[float, float, float]:
    """Megabytes: the most under load, after results were opened, and the most of the floor."""
    need("wrk", "wrk")
    with granian("tests.bench.floors:constant", os.environ, workers=WORKERS) as constant:
        floor = _most_under_load(constant.url, lambda: _family(constant.pid))
    with serving(instance) as server:
        server.get(PATH)
        load = _most_under_load(instance.url + PATH, server.processes)
        owner = at(instance.url).log_in()
        # Two processes share the port; whichever takes a connection keeps it.
        for _ in range(12):
            owner.get("/experiments/1/results")
        after = _pss(server.processes())
        server.end()
    return load, after, floor


def _most_under_load(url: str, processes: Callable[[], Iterable[int]]) -> float:
    client = wrk.Client(url, LOAD_SECONDS)
    ends = time.monotonic() + LOAD_SECONDS + 1
    most = 0.0
    while time.monotonic() < ends:
        time.sleep(LOOK_SECONDS)
        most = max(most, _pss(processes()))
    client.finish()
    return most


def _family(pid: int) -> Iterable[int]:
    """A process and its children."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *map(int, children)]


def _pss(pids: Iterable[int]) -> float:
    """Megabytes of these processes; what they share is counted once."""
    found = 0
    for pid in pids:
        try:
            text = Path(f"/proc/{pid}/smaps_rollup").read_text()
        except (FileNotFoundError, ProcessLookupError):
            continue
        found += sum(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:"))
    return found / 1024


PART = Part("service", LINES, measure)
