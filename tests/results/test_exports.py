"""CSV files: what stands in them, and that no cell of them is a formula."""

import csv
import io
import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cells import undefused
from tests.results.crowd import count_day, count_days, count_machines
from wbtest.publishing.models import Experiment
from wbtest.results.exports import TABLES
from wbtest.results.figures import Results, results_of
from wbtest.results.segments import Filters
from wbtest.results.signup_list import ListedSignup, signup_rows
from wbtest.web import as_csv, send_file

LATER = datetime(2027, 3, 11, 20, tzinfo=UTC)
FORMULAS = ("=1+1", "+1", "-1+cmd|' /C calc'!A0", "@SUM(A1)", "|ls", "%0A", "\t=1", "\r=1", "\n=1")
WIDE = ("＝1+1", "＋1", "－1", "＠SUM(A1)")
TYPED = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=40)


def read(lines: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(lines, newline="")))


def round_trip(cell: str) -> str:
    return read("".join(as_csv([[cell]])))[0][0]


@pytest.fixture
def results(begin) -> Results:
    experiment = begin(variants=("=Kitchen",), sources=("newsletter",))
    count_days(experiment, range(2), "control", seen=50, converted=4, served=60, confirmed=2)
    count_days(experiment, range(2), "kitchen", seen=40, converted=6, served=50)
    count_day(experiment, 1, seen=5, converted=5, source="friends")
    count_machines(experiment, 12)
    return results_of(experiment, LATER)


@pytest.mark.parametrize("typed", FORMULAS + WIDE)
def test_no_cell_begins_as_a_formula(typed):
    assert round_trip(typed)[0] == "'"


@pytest.mark.parametrize("sign", [";", "\t", "\n", "\r\n", "; ", ';"', "\n\n "])
@pytest.mark.parametrize("typed", FORMULAS[:4] + WIDE)
def test_nor_does_what_another_separator_makes_a_cell_of(sign, typed):
    pieces = re.split(r"[;\t\r\n]+", round_trip(f"Ada{sign}{typed}"))

    assert [piece[0] for piece in pieces] == ["A", "'"]


@given(typed=TYPED | st.text("a =-;,'\"\t\r\n\uff1d", max_size=12))
def test_taking_the_apostrophes_away_gives_back_what_was_typed(typed):
    assert undefused(round_trip(typed)) == typed


@pytest.mark.parametrize("typed", ["Ada, Bea; Cem", "one\n\ntwo", "rock 'n' roll", "3,-", "a = b"])
def test_words_that_make_no_formula_stay_as_they_were_typed(typed):
    assert round_trip(typed) == typed


def test_a_file_is_handed_over_while_it_is_made_and_whole(app):
    made: list[str] = []

    def lines():
        for number in range(10_000):
            made.append(f"line {number}\r\n")
            yield made[-1]

    with app.test_request_context():
        pieces = iter(send_file(lines(), "lines.csv").response)
        first = next(pieces)
        after_the_first = len(made)
        rest = list(pieces)

    assert after_the_first < 5_000
    # In pieces of many lines.
    assert len(rest) < 100
    assert "".join([first, *rest]) == "".join(made)


def test_numbers_stay_numbers():
    assert "".join(as_csv([[3, -0.25, "a,b"]])) == '"3","-0.25","a,b"\r\n'


def table_of(name: str, results: Results) -> list[list[str]]:
    return read("".join(as_csv(TABLES[name](Experiment(), results, Filters()))))


def test_days_stand_by_day_and_variant(results):
    header, *rows = table_of("days", results)

    assert header[:5] == ["day", "variant", "served", "seen", "converted"]
    assert [row[:5] for row in rows] == [
        ["2027-03-01", "control", "60", "50", "4"],
        ["2027-03-01", "kitchen", "50", "40", "6"],
        ["2027-03-02", "control", "60", "50", "4"],
        ["2027-03-02", "kitchen", "50", "40", "6"],
    ]


def test_a_name_that_is_a_formula_is_defused(results):
    assert [row[1] for row in table_of("variants", results)[1:]] == [
        "Control",
        "'=Kitchen",
    ]


def test_a_source_says_whether_it_counts(results):
    rows = table_of("sources", results)[1:]

    assert [row[:3] for row in rows] == [
        ["newsletter", "yes", "control"],
        ["newsletter", "yes", "kitchen"],
        ["friends", "no", "control"],
        ["friends", "no", "kitchen"],
    ]


def test_evidence_has_a_row_for_each_look(results):
    header, *rows = table_of("evidence", results)

    assert header == [
        "at",
        "split",
        "above_control",
        "above_kitchen",
        "below_control",
        "below_kitchen",
    ]
    assert len(rows) == len(results.looks.ends)
    assert rows[-1][0] == "2027-03-11T20:00:00+00:00"


def test_what_does_not_count_stands_with_its_reason(results):
    rows = table_of("excluded", results)[1:]

    assert ["bot", "control", "12", ""] in rows
    assert ["source", "control", "5", "5"] in rows


@pytest.mark.parametrize("table", ["days", "variants", "sources", "evidence", "excluded"])
def test_every_row_is_as_long_as_the_header(table, results):
    assert len({len(row) for row in table_of(table, results)}) == 1


def test_a_signup_says_why_it_does_not_count():
    signup = ListedSignup(
        "a@example.com",
        "Ümit",
        "control",
        LATER,
        "direct",
        "phone",
        True,
        None,
        False,
        "not counted",
    )

    assert read("".join(as_csv(signup_rows([signup]))))[1][:9] == [
        "a@example.com",
        "Ümit",
        "control",
        "2027-03-11T20:00:00+00:00",
        "direct",
        "phone",
        "yes",
        "",
        "not counted",
    ]
