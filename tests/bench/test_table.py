"""The benchmark's table: what its rows say, not how fast anything is."""

import json

import pytest

from tests.bench import table
from tests.bench.__main__ import PARTS
from tests.bench.machine import look
from tests.bench.row import Goal, Line, Row, not_run

LINE = Line("page", "a page", "a constant answer", "a second", Goal("≥", 2), "How to read it.")
WEIGHT = Line("weight", "its weight", "", "KB", Goal("≤", 14, "ours"), "All of it.")
# What was promised, by the names of the rows that hold it.
PROMISED = {
    "visits ÷ Flask": "≥ 2",
    "visits PostgreSQL ÷ Flask": "≥ 2",
    "visits ÷ flask-split": "≥ 50",
    "visits ÷ tutorial": "≥ 60",
    "signups ÷ ORM": "≥ 2",
    "signups p99": "≤ 0.1",
    "results first screen": "≤ 1.2",
    "results ratio JSON": "≤ 1.2",
    "writing at many": "≥ 0.9",
    "screen usual": "≤ 15",
    "screen long": "≤ 40",
    "landing weight": "≤ 14 KB",
    "landing requests": "≤ 1 requests",
    "landing third parties": "≤ 0 requests",
    "landing LCP": "≤ 1.3",
    "dashboard visible": "≤ 3",
    "dashboard itself": "≤ 0.4",
    "memory": "≤ 3",
    "start": "≤ 3",
    "import": "≤ 3",
    "import heavy": "≤ 0 modules",
    "machines": "≥ 1.7",
}


def test_every_goal_has_a_row_that_says_how_to_read_it():
    lines = {line.name: line for part in PARTS for line in part.lines}

    assert {name: wanted(lines[name]) for name in PROMISED} == PROMISED
    assert all(line.how_to_read.rstrip().endswith(".") for line in lines.values())


def test_every_row_has_a_name_of_its_own():
    names = [line.name for part in PARTS for line in part.lines]

    assert len(set(names)) == len(names)


def test_a_ratio_is_the_median_of_the_rounds_and_not_of_their_medians():
    row = Row(LINE, (10.0, 20.0, 60.0), (5.0, 20.0, 12.0))

    assert (row.ratio.least, row.ratio.median, row.ratio.greatest) == (1.0, 2.0, 5.0)


@pytest.mark.parametrize(
    ("row", "word"),
    [
        (Row(LINE, (20.0,), (10.0,)), "met"),
        (Row(LINE, (19.0,), (10.0,)), "missed"),
        (Row(WEIGHT, (14.0,)), "met"),
        (Row(WEIGHT, (14.1,)), "missed"),
        (Row(LINE, missing="apt install wrk"), "not run"),
    ],
)
def test_a_row_says_whether_its_goal_is_met(row: Row, word: str):
    assert row.word == word


def test_the_table_shows_median_range_goal_and_how_to_read_it():
    text = table.as_text(look(), [Row(LINE, (30_000.0, 31_000.0), (10_000.0, 10_000.0))], 61)

    assert "30,500    10,000    3.05  3.00–3.10      ≥ 2           met" in text
    assert "÷ a constant answer" in text
    assert "How to read it." in text
    assert "Goals: 1 met, 0 missed, 0 not run. Measured in 61 s." in text


def test_what_is_missing_stands_in_the_place_of_the_figures():
    text = table.as_text(look(), not_run([LINE], "apt install nginx-light"), 1)

    assert "not run: apt install nginx-light" in text


def test_the_json_holds_every_round_and_the_machine():
    said = json.loads(table.as_json(look(), [Row(WEIGHT, (6.0, 7.0))], 1))

    assert said["rows"][0]["rounds"] == [6.0, 7.0]
    assert said["rows"][0]["result"] == "met"
    assert set(said["machine"]) >= {"cpu", "cores", "kernel", "sqlite", "postgresql", "load"}


def wanted(line: Line) -> str:
    """The goal as the table says it."""
    assert line.goal is not None
    unit = f" {line.unit}" if line.goal.of == "ours" else ""
    return f"{line.goal.sign} {line.goal.limit:g}{unit}"
