"""F1: kill -9 of everything at random, under load, with clients that try again."""

import os
import random
import time
from collections.abc import Sequence
from pathlib import Path

from tests.drills.load import Load, visiting
from tests.drills.outcome import Drill, Found
from tests.drills.progress import say
from tests.drills.proof import prove
from tests.drills.sizes import VISITORS, sized
from tests.service.errors import Broken
from tests.service.instance import Instance, make_instance
from tests.service.postgresql import Postgresql, running
from tests.service.server import Server, serving

KILLS = int(os.environ.get("KILLS") or sized(20, 2))
MUST = (
    "0 acknowledged sign-ups lost, 0 duplicated; integrity_check ok, wbtest verify clean, "
    "dashboard = raw events; visits lost only of the last second"
)
# What is killed at once, as often as it stands here.
TARGETS = ("everything", "everything", "a web process", "both web processes", "parent", "worker")
OF_THE_DATABASE = ("PostgreSQL", "PostgreSQL and everything")


def on_sqlite(folder: Path) -> Found:
    return _at_random(make_instance(folder / "instance"), None)


def on_postgresql(folder: Path) -> Found:
    with running(folder) as database:
        return _at_random(make_instance(folder / "instance", database.url), database)


def _at_random(instance: Instance, database: Postgresql | None) -> Found:
    seed = random.randrange(10_000)
    chance = random.Random(seed)
    targets = [*TARGETS, *(OF_THE_DATABASE if database else ())]
    found = kill(instance, [chance.choice(targets) for _ in range(KILLS)], database)
    return Found(f"{KILLS} kills (seed {seed}); {found.numbers}", found.failures)


def kill(
    instance: Instance,
    targets: Sequence[str],
    database: Postgresql | None = None,
    visitors: int = VISITORS,
    between: int = sized(10, 3),
    pause: float = sized(2.0, 0.5),
) -> Found:
    """Kill one after the other while visitors come; what is gone is started as an operator would.

    ``between`` sign-ups come before the first and after the last, ``pause`` is the longest time
    in seconds from one to the next.
    """
    breaks: list[float] = []
    slowest = 0.0
    with serving(instance) as server, visiting(instance, visitors) as load:
        load.wait_for(between)
        for number, target in enumerate(targets, 1):
            time.sleep(random.uniform(0.3, pause))
            say(f"kill {number} of {len(targets)}: {target}")
            breaks.append(time.time())
            slowest = max(slowest, _strike(target, server, database, load))
            breaks.append(time.time())
        load.wait_for(between)
        ledger = load.finish()
        proof = prove(server, ledger, breaks)
    proof.must(ledger.errors == 0, f"odd answers: {ledger.refused}")
    proof.must(ledger.retried > 0 or len(targets) < 5, "no client ever had to try again")
    numbers = (
        f"{proof}; {ledger.retried} sign-ups needed another try; "
        f"{ledger.broken(0)} connections broke, {ledger.broken(503)} × 503; answered again after "
        f"{slowest:.1f} s at most"
    )
    return Found(numbers, proof.failures)


def _strike(target: str, server: Server, database: Postgresql | None, load: Load) -> float:
    """Kill it, start what does not come back by itself; return seconds until sign-ups go on."""
    begun = time.monotonic()
    if target.startswith("PostgreSQL") and database is not None:
        database.kill()
    if target.endswith("everything"):
        server.kill(["web", "worker", "parent"])
    elif target == "a web process":
        server.kill(["web"], most=1)
    elif target == "both web processes":
        server.kill(["web"])
    elif target in ("parent", "worker"):
        server.kill([target])
    if target == "parent" and not server.wait_until_gone(35):
        raise Broken("web processes outlived their parent by more than 35 s")
    if target.startswith("PostgreSQL") and database is not None:
        database.start()
    if target.endswith("everything") or not server.is_alive():
        server.wait_until_gone(5)
        server.start()
    load.wait_for(3)
    return time.monotonic() - begun


DRILLS = [
    Drill("F1 SQLite", f"kill -9 {KILLS} × at random under load", MUST, on_sqlite, is_patient=True),
    Drill(
        "F1 PostgreSQL",
        f"the same, {KILLS} ×, its server killed too",
        MUST,
        on_postgresql,
        is_patient=True,
    ),
]
