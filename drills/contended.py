"""F9: two processes read one row and write it anew, over and over."""

import sqlite3
import subprocess
import sys
import time
from pathlib import Path

from drills import place as places
from drills.outcome import Drill, Found
from drills.place import ROOT

ROUNDS, PROCESSES, CARELESS_ROUNDS = 10_000, 2, 500
OURS = """
import sys
from wbtest import create_app
from wbtest.config import from_environment
from wbtest.store import writing
from wbtest.team.models import Workspace
app, refused = create_app(from_environment()), 0
with app.app_context():
    for _ in range(int(sys.argv[1])):
        try:
            with writing() as session:
                row = session.get_one(Workspace, 1, with_for_update=True)
                row.name = str(int(row.name) + 1)
        except Exception as error:
            refused += 1
print(refused)
"""
CARELESS = """
import sqlite3, sys
refused = 0
for _ in range(int(sys.argv[1])):
    base = sqlite3.connect(sys.argv[2], timeout=5, isolation_level=None)
    try:
        base.execute("BEGIN")
        [name] = base.execute("SELECT name FROM workspaces WHERE id = 1").fetchone()
        base.execute("UPDATE workspaces SET name = ? WHERE id = 1", [str(int(name) + 1)])
        base.execute("COMMIT")
    except sqlite3.OperationalError:
        refused += 1
    base.close()
print(refused)
"""


def count(folder: Path) -> Found:
    """Count in one row, through our way to write, and then as most programs do."""
    place = places.make(folder / "instance")
    file = place.folder / "wbtest.db"
    _set(file, "0")
    begun = time.monotonic()
    refused = _together(OURS, str(ROUNDS // PROCESSES), environ=place.environ)
    took, counted = time.monotonic() - begun, int(_read(file))
    careless = _together(CARELESS, str(CARELESS_ROUNDS), str(file), environ=place.environ)
    failures = [
        *([f"{refused} rounds were refused"] if refused else []),
        *([f"{counted} of {ROUNDS} rounds were counted"] if counted != ROUNDS else []),
        *([] if careless else ["without our way nothing was refused: this proves nothing"]),
    ]
    return Found(
        f"{ROUNDS:,} rounds in {took:.0f} s: {refused} refused, {ROUNDS - counted} lost; begun as "
        f"most programs do, {careless} of {CARELESS_ROUNDS * PROCESSES:,} are refused",
        failures,
    )


def _together(program: str, *arguments: str, environ: dict[str, str]) -> int:
    """Run it in several processes at once, and return how many rounds were refused."""
    running = [
        subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-c", program, *arguments],
            cwd=ROOT,
            env=environ,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(PROCESSES)
    ]
    try:
        return sum(int(process.communicate(timeout=300)[0]) for process in running)
    finally:
        for process in running:
            process.kill()
            process.wait()


def _set(file: Path, name: str) -> None:
    base = sqlite3.connect(file)
    with base:
        base.execute("UPDATE workspaces SET name = ? WHERE id = 1", [name])
    base.close()


def _read(file: Path) -> str:
    base = sqlite3.connect(file)
    try:
        return str(base.execute("SELECT name FROM workspaces WHERE id = 1").fetchone()[0])
    finally:
        base.close()


DRILLS = [
    Drill(
        "F9",
        f"{PROCESSES} processes read one row and write it anew, {ROUNDS:,} rounds",
        "0 refused (SQLITE_BUSY_SNAPSHOT), 0 lost; the same is refused when begun as most do",
        count,
        is_patient=True,
    )
]
