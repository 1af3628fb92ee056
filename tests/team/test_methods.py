"""What is not asked as a browser would: HEAD, methods that nobody has, a form of somebody else."""

import re
from collections import defaultdict

import pytest
from flask import Flask

from tests.conftest import Browser
from tests.factories import Team, log_in
from tests.prepared import Fill, PreparedFiles, fill_for
from tests.team.matrix import Asks, Cell, address, cells, listed
from tests.team.places import Place, make_usual_place
from wbtest.extensions import db
from wbtest.team.models import Person
from wbtest.team.sessions import open_session

pytestmark = pytest.mark.one_database
READY = "team.readyz"
NOBODYS = ("PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "FOO")


@pytest.fixture
def prepared(request: pytest.FixtureRequest, prepared: Fill | None) -> Fill | None:
    return fill_for(request, prepared, place=make_usual_place)


@pytest.fixture
def place(app: Flask, prepared_files: PreparedFiles) -> Place:
    place: Place = prepared_files.returned_by(make_usual_place)
    return place


def test_a_head_has_no_body_and_writes_nothing(
    app: Flask, asks: Asks, team: Team, place: Place
) -> None:
    asking, faults = asks(open_session(team.owner)), []
    for cell in cells(app):
        # To draw a PDF takes as long as all else together.
        if cell.method != "GET" or cell.rule.rule.endswith(".pdf"):
            continue
        answer, has_written = asking.ask(cell._replace(method="HEAD"), place.values(cell.rule))
        is_wrong = answer.status_code >= 500 and cell.rule.endpoint != READY
        if answer.data or has_written or is_wrong:
            faults.append(f"{cell}: {answer.status_code} {len(answer.data)} {has_written}")

    assert faults == [], listed(faults)


def by_address(app: Flask, place: Place) -> dict[str, list[Cell]]:
    found = defaultdict(list)
    for cell in cells(app):
        found[address(app, cell.rule, place.values(cell.rule))].append(cell)
    return found


def test_a_method_that_an_address_has_not_is_told_which_it_has_and_does_nothing(
    app: Flask, asks: Asks, team: Team, place: Place
) -> None:
    asking, faults = asks(open_session(team.owner)), []
    for path, its in by_address(app, place).items():
        methods = {cell.method for cell in its}
        for method in {*NOBODYS, "GET", "POST"} - methods:
            answer, has_written = asking.ask(
                its[0]._replace(method=method), place.values(its[0].rule)
            )
            told = set(re.findall(r"\w+", answer.headers.get("Allow", "")))
            if answer.status_code != 405 or has_written or not methods <= told:
                faults.append(f"{method} {path}: {answer.status_code} {told} {has_written}")

    assert faults == [], listed(faults)


def test_an_address_that_shows_a_form_again_leads_to_its_page(
    app: Flask, asks: Asks, team: Team, place: Place
) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    asking, faults = asks(open_session(team.owner)), []
    for path, its in by_address(app, place).items():
        methods = {cell.method for cell in its}
        for cell in its:
            if methods != {"POST"} and not cell.leads_to_form:
                continue
            answer, _ = asking.ask(cell, place.values(cell.rule))
            shows_itself = methods == {"POST"} and f'action="{path}"' in answer.text
            if shows_itself or (cell.leads_to_form and answer.status_code != 303):
                faults.append(f"{cell}: {answer.status_code}")

    assert faults == [], listed(faults)


def token_on(client: Browser, path: str) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get(path).text)
    assert found is not None
    return found[1]


def test_a_form_that_was_shown_to_somebody_else_is_not_taken(app: Flask, team: Team) -> None:
    theirs, ours = app.test_client(), app.test_client()
    assert isinstance(theirs, Browser)
    assert isinstance(ours, Browser)
    log_in(theirs, team.editor)
    log_in(ours, team.owner)
    own, others = token_on(ours, "/account"), token_on(theirs, "/account")

    refused = ours.post("/account", data={"name": "Mallory", "csrf_token": others})
    name = db.session.get_one(Person, team.owner.id).name
    taken = ours.post("/account", data={"name": "Mallory", "csrf_token": own})

    assert (refused.status_code, name, taken.status_code) == (400, "Owner", 303)
