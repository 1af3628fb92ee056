"""Every drill is run, and holds, when it's small; `make drills` runs them as large as they are."""

import json
import os
import subprocess
import sys

import pytest

from tests.drills.catalogue import ALL
from tests.service.instance import ROOT
from tests.skips import require

# By row, why a drill is left to `make drills`.
LEFT_OUT = {
    "L1": "a busy machine fails its limits of time",
    "L4": "a busy machine fails its limits of time",
    "flood 1": "it takes all of the machine from the tests beside it",
    "flood 500": "it takes all of the machine from the tests beside it",
    "power": "it needs strace, which no other test does",
    "F1 SQLite": "tests/faults kills on this database",
    "F5": "it mounts a disk, which only root may",
    "F8": "nobody is refused anything before the database is held for nine seconds",
    "F13 F14": "a mail server that says nothing is waited for, for twenty seconds",
    "machines": "two machines are started five times, with pauses",
}
NEEDED = {"F1 PostgreSQL": "PostgreSQL", "F12": "PostgreSQL"}
ROWS = [drill.row for drill in ALL if drill.row not in LEFT_OUT]


@pytest.mark.whole
@pytest.mark.one_database
@pytest.mark.parametrize("row", ROWS)
def test_a_small_drill_holds(row: str) -> None:
    if row in NEEDED:
        require(NEEDED[row])

    done = subprocess.run(
        [sys.executable, "-m", "tests.drills.single", row],
        cwd=ROOT,
        env=os.environ | {"SMALL": "1"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    outcome = json.loads(done.stdout)
    assert outcome["word"] == "ok", outcome["found"]


def test_what_is_left_out_is_a_drill() -> None:
    assert LEFT_OUT.keys() | NEEDED.keys() <= {drill.row for drill in ALL}
