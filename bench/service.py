"""The whole service as an operator runs it: how soon it answers, and how much memory it takes."""

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from bench import page, servers, wrk
from bench.row import Goal, Line, Part, Row, Run
from drills import place as places
from drills.owner import Owner
from drills.place import ROOT, Place
from drills.server import Server, eventually, serving

# Until nothing is loaded any more after the first answer.
IDLE_SECONDS = 4.0
LOAD_SECONDS = 5.0
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
        "",
        "s",
        Goal("≤", 2, "ours"),
        "From the command `wbtest serve --workers 2` to the first 200 for a landing page: database "
        "checked and up to date, two web processes and the background worker started.",
    ),
    Line(
        "import",
        "importing the app",
        "importing Flask and Flask-SQLAlchemy",
        "s",
        Goal("≤", 0.8, "ours"),
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
        "memory idle",
        "memory of the whole service, idle",
        "",
        "MB",
        Goal("≤", 220, "ours"),
        "Proportional set size of parent, two web processes and background worker, after the first "
        "page was answered.",
    ),
    Line(
        "memory load",
        "… under load",
        "",
        "MB",
        Goal("≤", 320, "ours"),
        "The most that was seen while visitors came as fast as two processes answer them.",
    ),
    Line(
        "memory results",
        "… after results were opened as well",
        "",
        "MB",
        None,
        "The statistics (numpy, scipy) are in memory then, in each process that showed results.",
    ),
)


def measure(run: Run) -> list[Row]:
    """Start it over and over; then let visitors come, and look at its memory all the while."""
    place = places.make(run.folder / "instance")
    starts, imports, floors, heavy = [], [], [], []
    for _ in range(run.rounds):
        starts.append(_start(place))
        seconds, found = _import("app", place.environ)
        imports.append(seconds)
        heavy.append(float(len(found)))
        floors.append(_import("flask, flask_sqlalchemy", place.environ)[0])
    idle, load, after = _memory(place)
    start, importing, loaded, *memory = LINES
    return [
        Row(start, tuple(starts)),
        Row(importing, tuple(imports), tuple(floors)),
        Row(loaded, tuple(heavy)),
        *(Row(line, (each,)) for line, each in zip(memory, (idle, load, after), strict=True)),
    ]


def _start(place: Place) -> float:
    server = Server(place)
    begun = time.monotonic()
    server.spawn()
    try:
        eventually(lambda: server.get(f"/p/{page.SLUG}", 2)[0] == 200, 60, 0.01)
        seconds = time.monotonic() - begun
        server.end()
    finally:
        server.close()
    return seconds


def _import(module: str, environ: dict[str, str]) -> tuple[float, Sequence[str]]:
    """Seconds to import it, and which of the heavy ones came along."""
    code = IMPORTS.format(module=module, heavy=HEAVY)
    done = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-c", code], cwd=ROOT, env=environ, check=True, capture_output=True
    )
    seconds, found = json.loads(done.stdout.splitlines()[-1])
    return seconds, found


def _memory(place: Place) -> tuple[float, float, float]:
    """Megabytes when idle, the most under load, and after results were opened."""
    servers.need("wrk", "wrk")
    with serving(place) as server:
        server.get(f"/p/{page.SLUG}")
        time.sleep(IDLE_SECONDS)
        idle = _pss(server)
        client = wrk.Client(f"{place.url}/p/{page.SLUG}", LOAD_SECONDS)
        ends = time.monotonic() + LOAD_SECONDS + 1
        most = idle
        while time.monotonic() < ends:
            time.sleep(LOOK_SECONDS)
            most = max(most, _pss(server))
        client.finish()
        owner = Owner(place.url)
        # Two processes share the port; whichever takes a connection keeps it.
        for _ in range(12):
            owner.get("/experiments/1/results")
        after = _pss(server)
        server.end()
    return idle, most, after


def _pss(server: Server) -> float:
    """Megabytes of all its processes; what they share is counted once."""
    found = 0
    for pid in server.processes():
        try:
            text = Path(f"/proc/{pid}/smaps_rollup").read_text()
        except (FileNotFoundError, ProcessLookupError):
            continue
        found += sum(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:"))
    return found / 1024


PART = Part("service", LINES, measure)
