"""L7: two hundred clients that send one byte a second, behind the documented proxy and without."""

import contextlib
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from drills import place as places
from drills.load import Load, visiting
from drills.outcome import Broken, Drill, Found, NotPossible
from drills.place import ROOT, Place, free_port
from drills.progress import say
from drills.server import eventually, serving

SOCKETS, SECONDS = 200, 10.0
EXAMPLE = ROOT / "docs" / "Caddyfile"
KINDS = {
    "headers": b"GET /p/bench HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ",
    "a form": b"POST /p/bench/signup HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 2000\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\n\r\nemail=",
}


def crawl(folder: Path) -> Found:
    """Measure what others wait for: before, and while those send headers, and then forms."""
    failures: list[str] = []
    with _caddy(folder) as (inside, outside):
        made = replace(places.make(folder / "instance"), port=inside)
        place = replace(made, more={"WBTEST_BASE_URL": f"http://127.0.0.1:{outside}"})
        with serving(place):
            behind = _measure(replace(place, port=outside), failures)
    if max(behind.values()) > max(0.3, 3 * behind["nobody"]):
        failures.append("others wait for those who are slow, behind the proxy")
    say("the same without a proxy")
    alone = replace(made, port=free_port())
    with serving(alone):
        bare = _measure(alone, [])
    return Found(
        f"p95 of others' pages behind Caddy: {_words(behind)}; without a proxy: {_words(bare)}",
        failures,
    )


def _measure(place: Place, failures: list[str]) -> dict[str, float]:
    """The p95 of a page, by what the slow ones are sending."""
    found = {}
    with visiting(place, 30, share=0.0, rest=0.3) as load:
        load.last(4)
        found["nobody"] = _p95_of(load)
        for kind, start in KINDS.items():
            with _sending(place.port, start):
                load.last(2)
                found[kind] = _p95_of(load)
                say(f"{SOCKETS} send {kind}: p95 of others {found[kind] * 1000:.0f} ms")
        ledger = load.finish()
    if ledger.refused:
        failures.append(f"others were refused: {ledger.refused}")
    return found


def _p95_of(load: Load) -> float:
    """Of the pages from now on. Who waits longer than this is still waiting."""
    before = len(load.so_far().seconds.get("page", []))
    load.last(SECONDS)
    took = sorted(load.so_far().seconds.get("page", [])[before:])
    return took[int(len(took) * 0.95)] if took else SECONDS


@contextmanager
def _sending(port: int, start: bytes) -> Iterator[None]:
    """So many connections, each begun with ``start``, then a byte a second."""
    over = threading.Event()
    lines = [socket.create_connection(("127.0.0.1", port)) for _ in range(SOCKETS)]
    for line in lines:
        line.sendall(start)

    def drip() -> None:
        while not over.wait(1.0):
            for line in lines:
                # Whoever hung up on us was right.
                with contextlib.suppress(OSError):
                    line.send(b"x")

    thread = threading.Thread(target=drip, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        for line in lines:
            line.close()


@contextmanager
def _caddy(folder: Path) -> Iterator[tuple[int, int]]:
    """Caddy with the settings of the docs, but for its name and ports; both ports."""
    program = shutil.which("caddy")
    if program is None:
        raise NotPossible("Caddy is not installed (Debian: apt install caddy)")
    inside, outside = free_port(), free_port()
    settings = EXAMPLE.read_text(encoding="utf-8")
    for theirs, ours in {
        "try.example.com {": f"http://127.0.0.1:{outside} {{",
        "127.0.0.1:8000": f"127.0.0.1:{inside}",
        "{\n\tservers {": "{\n\tadmin off\n\tservers {",
    }.items():
        assert theirs in settings, theirs
        settings = settings.replace(theirs, ours)
    file = folder / "Caddyfile"
    file.write_text(settings, encoding="utf-8")
    with (folder / "caddy.log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 - the program that we looked for
            [program, "run", "--adapter", "caddyfile", "--config", str(file)],
            env={"HOME": str(folder), "PATH": "/usr/bin:/bin"},
            stdout=log,
            stderr=log,
            stdin=subprocess.DEVNULL,
        )
    try:
        if not eventually(lambda: _takes_calls(outside) or process.poll() is not None, 20):
            raise Broken(f"Caddy did not start; see {folder / 'caddy.log'}")
        yield inside, outside
    finally:
        process.terminate()
        process.wait(20)


def _takes_calls(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def _words(found: dict[str, float]) -> str:
    said = {"nobody": "nobody is slow"}
    return ", ".join(
        f"{said.get(kind, f'{SOCKETS} send {kind}')} {seconds * 1000:.0f} ms"
        for kind, seconds in found.items()
    )


DRILLS = [
    Drill(
        "L7",
        f"{SOCKETS} connections that send a byte a second: headers, then a form; behind Caddy "
        "with docs/Caddyfile, then without a proxy",
        "behind the proxy nobody else waits for them",
        crawl,
    )
]
