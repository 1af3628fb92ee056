"""F3: kill -9 while the tables are created."""

import random
import sqlite3
import time
from collections import Counter
from contextlib import closing
from pathlib import Path

from tests.drills.outcome import Drill, Found
from tests.drills.progress import say
from tests.drills.sizes import sized
from tests.service.errors import Broken
from tests.service.instance import Instance, new_instance
from tests.service.server import Server, eventually

KILLS = sized(6, 2)
TABLES = "SELECT count(*) FROM sqlite_schema WHERE type = 'table'"


def kill_it(folder: Path) -> Found:
    """Kill the first start of an instance at a random moment of that, over and over."""
    took = _time_of_creation(folder / "timed")
    hit: Counter[int] = Counter()
    failures: list[str] = []
    for number in range(KILLS):
        instance = _nothing_yet(folder / f"instance-{number}")
        server = Server(instance)
        try:
            server.spawn()
            _wait_for_file(instance.folder)
            time.sleep(random.uniform(0, took))
            server.close()
            reached = _count_tables(instance.folder)
            hit[reached] += 1
            say(f"kill {number + 1} of {KILLS}: {reached} tables")
            server.start()
            server.end()
        finally:
            server.close()
        verified = instance.command("verify")
        if verified.returncode:
            failures.append(f"killed at {reached} tables: {verified.stdout}{verified.stderr}")
    if len(hit.keys() - {0}) > 1:
        failures.append(f"a part of the tables was left: {dict(hit)}")
    where = ", ".join(f"{number} left {tables} tables" for tables, number in sorted(hit.items()))
    return Found(
        f"{KILLS} kills within the {took * 1000:.0f} ms in which the tables are created ({where}); "
        "each restart finished it, verify clean",
        failures,
    )


def _time_of_creation(folder: Path) -> float:
    """Seconds from when the file appears until the tables are there."""
    server = Server(_nothing_yet(folder))
    try:
        server.spawn()
        _wait_for_file(folder)
        begun = time.monotonic()
        if not eventually(lambda: _count_tables(folder) > 0, 60, 0.005):
            raise Broken(f"it did not start; see {server.log}")
        return time.monotonic() - begun
    finally:
        server.close()


def _nothing_yet(folder: Path) -> Instance:
    """An instance that was never started."""
    return new_instance(folder)


def _wait_for_file(folder: Path) -> None:
    if not eventually((folder / "wbtest.db").exists, 60, 0.005):
        raise Broken("no database was made")


def _count_tables(folder: Path) -> int:
    with closing(sqlite3.connect(folder / "wbtest.db", timeout=30)) as database:
        return int(database.execute(TABLES).fetchone()[0])


DRILLS = [
    Drill(
        "F3",
        f"kill -9 while the first start creates the tables, {KILLS} × at random",
        "the restart finds all tables or none, and goes on",
        kill_it,
        is_patient=True,
    )
]
