"""F7 and F8: another program holds the SQLite file."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.drills.load import visiting
from tests.drills.outcome import Drill, Found
from tests.drills.progress import say
from tests.drills.proof import prove
from tests.drills.sizes import SIGNUPS, sized
from tests.service.instance import make_instance
from tests.service.server import serving

HOLD = """
import sqlite3, sys
held = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=30)
held.execute("BEGIN EXCLUSIVE")
print("held", flush=True)
sys.stdin.read()
held.execute("ROLLBACK")
"""
HOLD_SECONDS = sized(60.0, 15.0)
LONGEST_REFUSAL = 10.0


def for_a_moment(folder: Path) -> Found:
    """Three seconds: everybody waits, and everybody is served."""
    with serving(make_instance(folder / "instance")) as server, visiting(server.instance) as load:
        load.wait_for(SIGNUPS)
        with _held(folder / "instance" / "wbtest.db"):
            load.last(3)
        load.wait_for(SIGNUPS)
        ledger = load.finish()
        proof = prove(server, ledger)
    fives = sum(number for (_, status), number in ledger.refused.items() if status >= 500)
    proof.must(fives == 0, f"{fives} answers were 5xx: {ledger.refused}")
    proof.must(ledger.broken(0) == 0, f"{ledger.broken(0)} connections broke")
    proof.must(proof.visits_lost == 0, f"{proof.visits_lost} visits lost")
    return Found(
        f"{fives} × 5xx; longest sign-up {ledger.longest('signup'):.1f} s, longest page "
        f"{ledger.longest('page'):.1f} s; {proof}",
        proof.failures,
    )


def for_a_minute(folder: Path, seconds: float = HOLD_SECONDS) -> Found:
    """A minute: who signs up is told to come back, soon; pages are shown all the while."""
    with serving(make_instance(folder / "instance")) as server, visiting(server.instance) as load:
        load.wait_for(SIGNUPS)
        with _held(folder / "instance" / "wbtest.db"):
            load.last(seconds)
        begun = time.monotonic()
        load.wait_for(SIGNUPS)
        drained = time.monotonic() - begun
        ledger = load.finish()
        proof = prove(server, ledger)
    refused = ledger.refused.get(("signup", 503), 0)
    longest = ledger.longest("refused signup", "refused page", "refused beacon")
    proof.must(refused > 0, "no sign-up was refused, so nothing was tried")
    proof.must(longest <= LONGEST_REFUSAL, f"a refusal took {longest:.1f} s")
    proof.must(ledger.errors == 0, f"odd answers: {ledger.refused}")
    proof.must(ledger.broken(0) == 0, f"{ledger.broken(0)} connections broke or took 30 s")
    return Found(
        f"{refused} × 503 with Retry-After, the slowest after {longest:.1f} s; longest page "
        f"{ledger.longest('page'):.1f} s; sign-ups went on {drained:.1f} s after the end; {proof}",
        proof.failures,
    )


@contextmanager
def _held(file: Path) -> Iterator[None]:
    """Another process holds the database; it lets go at the end, or when we are gone."""
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert holder.stdin is not None
    assert holder.stdout is not None
    try:
        holder.stdout.readline()
        say("the database is held")
        yield
        say("the database is let go")
    finally:
        holder.stdin.close()
        holder.stdout.close()
        holder.wait(10)


DRILLS = [
    Drill(
        "F7",
        "another process holds BEGIN EXCLUSIVE for 3 s",
        "requests wait and succeed; 0 × 5xx, no visit lost",
        for_a_moment,
    ),
    Drill(
        "F8",
        f"the same for {HOLD_SECONDS:.0f} s",
        "503 with Retry-After within 10 s; the queue drains afterwards; lost visits are noted",
        for_a_minute,
    ),
]
