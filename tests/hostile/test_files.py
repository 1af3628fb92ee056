"""Files beyond those of the team's own pages: of guests, of visitors and of programs.

What their answers say of themselves, too, and that of a file nothing is lost.
"""

import csv
import io
import json
import re
from urllib.parse import quote

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.api.conftest import Program
from tests.cells import undefused
from tests.conftest import Browser
from tests.factories import log_in
from tests.hostile.filling import Filled
from tests.hostile.founding import draft_of
from tests.hostile.payloads import MARK, PAYLOADS
from tests.hostile.sinks import faults_in_file
from tests.hostile.test_texts import files_of
from wbtest.extensions import db
from wbtest.team.models import Person
from wbtest.team.tokens import SCOPES, make_token
from wbtest.writing.models import Release
from wbtest.writing.release_files import file_text, parse_release

pytestmark = pytest.mark.one_database
NAMED = re.compile(r"(?:attachment|inline); filename=\"?[\w.-]+\"?", re.ASCII)
KINDS = {"csv": "text/csv", "ndjson": "application/x-ndjson"}


@pytest.fixture
def owner(filled: Filled, client: Browser) -> Browser:
    log_in(client, db.session.get_one(Person, 1))
    return client


@pytest.fixture
def program(filled: Filled, app: Flask) -> Program:
    person = db.session.get_one(Person, 1)
    browser = app.test_client()
    assert isinstance(browser, Browser)
    scopes = tuple(SCOPES)
    return Program(browser, make_token(person, name="a program", scopes=scopes)[1])


def faults_in_headers(answer: TestResponse) -> list[str]:
    """Return what a payload made of the headers of a file."""
    named = answer.headers.get("Content-Disposition", "")
    faults = [f"{each}" for each in answer.headers if MARK.search(each[1]) and each[1] != named]
    if named and not NAMED.fullmatch(named):
        faults.append(named)
    if answer.headers.get("X-Content-Type-Options") != "nosniff":
        faults.append("may be taken for another kind")
    return [f"{answer.request.path}: {fault}" for fault in faults]


def test_no_name_of_a_file_and_no_header_is_more_than_letters(owner: Browser) -> None:
    # To draw a PDF takes as long as all else together, and it is named as the others are.
    paths = [path for path in files_of(owner.application) if not path.endswith(".pdf")]
    answers = [owner.get(path) for path in paths]
    answers = [answer for answer in answers if answer.status_code == 200]

    assert [fault for answer in answers for fault in faults_in_headers(answer)] == []


def test_no_code_to_print_is_markup_and_its_name_is_letters(owner: Browser) -> None:
    faults, taken = [], 0
    for payload in PAYLOADS:
        for kind in ("svg", "png"):
            path = f"/experiments/1/links/qr.{kind}?source={quote(payload.text, safe='')}"
            answer = owner.get(path)
            taken += answer.status_code == 200
            faults += faults_in_headers(answer) if answer.status_code == 200 else []
            faults += faults_in_file(kind if answer.status_code == 200 else "html", answer.data)

    assert faults == []
    assert taken > len(PAYLOADS)


def test_what_a_guest_and_a_visitor_take_along_holds_no_formula_and_no_markup(
    filled: Filled, client: Browser
) -> None:
    shared = client.get(f"{filled.links['shared']}/results.csv?table=variants")
    mine = client.get(f"{filled.links['mine']}/data.json")

    assert (shared.status_code, mine.status_code) == (200, 200)
    assert faults_in_file("shared.csv", shared.data) + faults_in_file("mine.json", mine.data) == []
    assert faults_in_headers(shared) + faults_in_headers(mine) == []
    assert MARK.search(shared.text)
    assert MARK.search(mine.text)


@pytest.mark.parametrize("what", ["signups", "events"])
def test_the_rows_of_a_program_are_the_same_in_both_kinds_of_file_and_no_formula(
    program: Program, what: str
) -> None:
    table, lines = (program.get(f"/experiments/1/{what}", Accept=kind) for kind in KINDS.values())

    rows = [*csv.DictReader(io.StringIO(table.text, newline=""))]
    records = [json.loads(line) for line in lines.text.splitlines()]
    assert faults_in_file("rows.csv", table.data) == []
    assert faults_in_headers(table) + faults_in_headers(lines) == []
    assert len(rows) == len(records) > 2
    for row, record in zip(rows, records, strict=True):
        both = [name for name in row if isinstance(record.get(name), str)]
        assert {name: undefused(row[name]) for name in both} == {
            name: record[name] for name in both
        }


@pytest.mark.parametrize("kind", ["json", "md"])
def test_a_release_that_is_taken_along_comes_back_letter_by_letter(
    owner: Browser, kind: str
) -> None:
    document = draft_of(db.session.get_one(Release, 3))

    body = owner.get(f"/releases/3/export.{kind}").data

    assert len({*MARK.findall(str(document))}) == len(PAYLOADS)
    assert parse_release(file_text(body)).document == document
