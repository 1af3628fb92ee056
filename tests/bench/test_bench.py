"""`make bench` in short: that every part runs and fills its rows, not how fast anything is."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from tests.bench.__main__ import PARTS
from tests.bench.row import Part
from tests.service.instance import ROOT
from tests.skips import require

pytestmark = [pytest.mark.whole, pytest.mark.one_database]
# Its floor is a package from PyPI, and Redis: `make bench` leaves it out as well.
LEFT_OUT = {"visits ÷ flask-split"}
WANTED = {
    "visits": ("wrk", "PostgreSQL"),
    "signups": ("wrk",),
    "landing": ("Chromium", "nginx"),
    "dashboard": ("Chromium", "nginx"),
    "service": ("wrk",),
    "machines": ("wrk", "PostgreSQL"),
}


@pytest.fixture(scope="module")
def rows() -> dict[str, dict[str, Any]]:
    """One round of everything with little to do: the rows by name, as the command prints them."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench", "--json", "--rounds=1"],
        cwd=ROOT,
        env=os.environ | {"SMALL": "1"},
        stdout=subprocess.PIPE,
        text=True,
        timeout=400,
        check=False,
    )
    return {row["name"]: row for row in json.loads(done.stdout)["rows"]}


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.name)
def test_a_part_fills_all_its_rows(part: Part, rows: dict[str, dict[str, Any]]) -> None:
    for name in WANTED.get(part.name, ()):
        require(name)
    found = {line.name: rows[line.name] for line in part.lines}

    missing = {name: row["missing"] for name, row in found.items() if row["missing"]}
    assert set(missing) == LEFT_OUT & set(found), missing
    for name in set(found) - LEFT_OUT:
        ours, floors = found[name]["rounds"], found[name]["floor_rounds"]
        assert ours, name
        assert len(floors) == (len(ours) if found[name]["floor"] else 0), name
        assert min(ours) >= 0, name
        assert min(floors, default=1) > 0, name
