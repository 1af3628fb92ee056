"""Requests a second over HTTP: granian with the constant answers and with the real page."""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import NamedTuple

import sqlalchemy as sa
from flask import Flask

from bench.page import SECRET, SLUG
from wbtest.audience.models import Visit

ROOT = Path(__file__).parent.parent
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:147.0) Gecko/20100101 Firefox/147.0"
ROUNDS, SECONDS = 5, 2
CONNECTIONS = 32
PAGE = "bench.page:web"


class Served(NamedTuple):
    """Medians in requests a second and of the rounds' ratios, and what became of the visits."""

    raw: float
    constant: float
    page: float
    to_raw: float
    to_constant: float
    answered: int
    recorded: int


def measure(app: Flask, folder: Path, experiment_id: int) -> Served:
    """Load each server in turn, over and over, so that a slow moment hits them alike."""
    page = app.test_client().get(f"/p/{SLUG}", headers={"User-Agent": "curl/8"})
    size = {"BENCH_BYTES": str(len(page.data))}
    rounds = []
    with (
        _granian("bench.floors:raw", folder, size) as raw,
        _granian("bench.floors:constant", folder, size) as constant,
        # The last one ends first, right after its last load, with visits still to be stored.
        _granian(PAGE, folder, {}) as ours,
    ):
        urls = {
            "raw": f"http://127.0.0.1:{raw}/",
            "constant": f"http://127.0.0.1:{constant}/",
            "page": f"http://127.0.0.1:{ours}/p/{SLUG}",
        }
        for _ in range(ROUNDS):
            _wait_until_recorded(folder, experiment_id)
            rounds.append({name: _load(url) for name, url in urls.items()})
    rates = {name: median(one[name][1] for one in rounds) for name in urls}
    # A machine is faster in one moment than in another, so each round is its own comparison.
    ratios = {
        f"to_{name}": median(one["page"][1] / one[name][1] for one in rounds)
        for name in ("raw", "constant")
    }
    answered = sum(one["page"][0] for one in rounds)
    recorded = _recorded(folder, experiment_id)
    return Served(**rates, **ratios, answered=answered, recorded=recorded)


def _load(url: str) -> tuple[int, float]:
    """Return how many requests wrk had answered, and how many a second."""
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "-H", f"User-Agent: {BROWSER}"]
    done = subprocess.run([*command, url], check=True, capture_output=True, text=True)  # noqa: S603
    said = done.stdout
    if "Non-2xx" in said or "Socket errors" in said:
        raise RuntimeError(f"{url} did not answer every request:\n{said}")
    requests = re.search(r"(\d+) requests in", said)
    rate = re.search(r"Requests/sec:\s+([\d.]+)", said)
    if requests is None or rate is None:
        raise RuntimeError(f"wrk said nothing to go by:\n{said}")
    return int(requests[1]), float(rate[1])


@contextmanager
def _granian(target: str, folder: Path, more: Mapping[str, str]) -> Iterator[int]:
    """Serve ``target`` with one process while the block runs, and end it as a deploy would."""
    port = _free_port()
    environ = os.environ | more
    environ |= {
        "WBTEST_INSTANCE": str(folder),
        "WBTEST_SECRET_KEY": SECRET,
        "WBTEST_BASE_URL": f"http://127.0.0.1:{port}",
    }
    command = [sys.executable, "-m", "granian", target, "--interface", "wsgi", "--http", "1"]
    command += ["--no-ws", "--workers", "1", "--blocking-threads", "4", "--port", str(port)]
    command += ["--log-level", "warning", *(["--factory"] if target == PAGE else [])]
    process = subprocess.Popen(command, cwd=ROOT, env=environ)  # noqa: S603
    try:
        _wait_for(port, process)
        yield port
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if process.poll() is not None:
                break
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the server did not start; its reason stands above")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_recorded(folder: Path, experiment_id: int) -> None:
    """Wait until the page's server has nothing left to store, so that it disturbs no other."""
    before = -1
    while (now := _recorded(folder, experiment_id)) != before:
        before = now
        time.sleep(0.2)


def _recorded(folder: Path, experiment_id: int) -> int:
    """How many visits are stored."""
    engine = sa.create_engine(f"sqlite:///{folder / 'wbtest.db'}")
    mine = Visit.experiment_id == experiment_id
    with engine.connect() as connection:
        return connection.scalar(sa.select(sa.func.count()).where(mine)) or 0
