"""Who may do what: each route with each method, for everybody who may come along."""

from collections.abc import Iterable, Iterator

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.conftest import HandClock
from tests.factories import Team, make_person
from tests.hostile.sinks import faults_in_page
from tests.prepared import Fill, PreparedFiles, fill_for
from tests.team.matrix import (
    WITHOUT_A_WORKER,
    Asks,
    Cell,
    address,
    cells,
    lacking,
    listed,
    names_in_queries,
    opens,
    reads_a_query,
)
from tests.team.places import Place, make_usual_place, parts_of
from wbtest.extensions import db
from wbtest.store import writing
from wbtest.team import access
from wbtest.team.access import ROLES
from wbtest.team.models import Membership
from wbtest.team.sessions import open_session

pytestmark = pytest.mark.one_database
# A mail program's own unsubscribe button works the second time, too (RFC 8058).
LEFT = {"POST /leave/<token> (public)", "POST /leave/try/<_slug> (public)"}
# Of two clicks the second finds the work done: no such variant is left to delete.
DONE = {"publishing.delete_variant"}

# Ends a value in either kind of quotes, makes an element, and is a sum to a template.
SHARP = """"'><svg data-zq onload=alert(1)>{{191*7}}zq"""


@pytest.fixture
def app(app: Flask) -> Flask:
    """Forms need no token here: a missing one would stop people of every role."""
    app.config["WTF_CSRF_ENABLED"] = False
    return app


@pytest.fixture
def prepared(request: pytest.FixtureRequest, prepared: Fill | None) -> Fill | None:
    return fill_for(request, prepared, place=make_usual_place)


@pytest.fixture
def place(app: Flask, prepared_files: PreparedFiles) -> Place:
    place: Place = prepared_files.returned_by(make_usual_place)
    return place


def for_members(those: Iterable[Cell]) -> Iterator[Cell]:
    return (cell for cell in those if cell.is_for_members)


def fault(cell: Cell, answer: TestResponse, *, has_written: bool) -> str:
    return f"{cell}: {answer.status_code} {answer.location or ''}{' WROTE' * has_written}"


def test_every_route_can_be_asked(app: Flask, place: Place) -> None:
    app.add_url_rule("/shelves/<int:shelf_id>", "shelf", access.public(lambda **_: "hello"))

    assert lacking(app, place) == ["shelf: shelf_id"]


def test_nobody_is_asked_to_log_in(app: Flask, asks: Asks, place: Place) -> None:
    asking, faults = asks(), []
    for cell in for_members(cells(app)):
        values = place.values(cell.rule)
        answer, has_written = asking.ask(cell, values)
        onward = address(app, cell.rule, values) if cell.method == "GET" else "/"
        if answer.location != f"/login?next={onward}" or answer.status_code != 303 or has_written:
            faults.append(fault(cell, answer, has_written=has_written))

    assert faults == [], listed(faults)


@pytest.mark.parametrize("role", ROLES)
def test_a_role_does_what_it_may_and_nothing_else(
    app: Flask, asks: Asks, team: Team, place: Place, role: str
) -> None:
    asking, faults = asks(open_session(getattr(team, role))), []
    for cell in for_members(cells(app)):
        is_allowed = cell.is_for(role)
        # A ladder: its lowest step is asked and its top. The pages are opened from there elsewhere.
        if is_allowed and role != cell.lowest_role and (role, cell.method) != ("owner", "POST"):
            continue
        # To draw a PDF takes as long as all else together.
        if is_allowed and cell.rule.rule.endswith(".pdf"):
            continue
        answer, has_written = asking.ask(cell, place.values(cell.rule))
        is_right = opens(cell, answer) if is_allowed else answer.status_code == 403
        if not is_right or (has_written and (not is_allowed or cell.only_looks)):
            faults.append(fault(cell, answer, has_written=has_written))

    assert faults == [], listed(faults)


def test_a_link_opens_what_it_is_for_and_one_made_up_nothing(
    app: Flask, asks: Asks, place: Place
) -> None:
    asking, faults = asks(), []
    for cell in filter(lambda cell: not cell.is_for_members, cells(app)):
        values = place.values(cell.rule)
        answer, has_written = asking.ask(cell, values)
        is_right = (answer.status_code == 403) if cell.is_closed_to_guests else opens(cell, answer)
        if not is_right or (has_written and cell.only_looks):
            faults.append(fault(cell, answer, has_written=has_written))
        if "token" in values:
            answer, has_written = asking.ask(cell, values | {"token": "nothing"})
            if answer.status_code != (200 if str(cell) in LEFT else 404) or has_written:
                faults.append(fault(cell, answer, has_written=has_written))

    assert faults == [], listed(faults)


def test_who_was_removed_finds_nothing_but_their_own_log_in(
    app: Flask, asks: Asks, team: Team, place: Place
) -> None:
    gone = make_person("gone@larder.example", "owner")
    token = open_session(gone)
    with writing() as session:
        session.delete(db.session.get_one(Membership, gone.id))

    asking, faults = asks(token), []
    for cell in for_members(cells(app)):
        answer, has_written = asking.ask(cell, place.values(cell.rule))
        if cell.needs == access.OWN_LOG_IN:
            is_right = opens(cell, answer)
        else:
            is_right = answer.status_code == 404 and not has_written
        if not is_right:
            faults.append(fault(cell, answer, has_written=has_written))

    assert faults == [], listed(faults)


def test_no_part_of_an_address_leads_to_another_release_or_test(
    app: Flask, asks: Asks, team: Team, place: Place
) -> None:
    theirs = parts_of(team)
    asking, faults, asked = asks(open_session(team.owner)), [], set()
    for cell in for_members(cells(app)):
        if cell.leads_to_form:
            continue
        for name in cell.rule.arguments & theirs.keys():
            answer, has_written = asking.ask(cell, place.values(cell.rule) | {name: theirs[name]})
            asked.add(name)
            if answer.status_code != (303 if cell.rule.endpoint in DONE else 404) or has_written:
                faults.append(f"{name} in {fault(cell, answer, has_written=has_written)}")

    assert faults == [], listed(faults)
    assert asked == theirs.keys()


def test_who_proved_nothing_of_late_is_asked_and_nothing_is_done(
    app: Flask, asks: Asks, team: Team, place: Place, now: HandClock
) -> None:
    asking, faults = asks(open_session(team.owner)), []
    now.turn(minutes=10)
    those = [cell for cell in cells(app) if cell.wants_proof]
    for cell in those:
        values = place.values(cell.rule)
        answer, has_written = asking.ask(cell, values)
        onward = f"/account/prove?next={address(app, cell.rule, values)}"
        is_asked = (
            (answer.status_code, answer.location) == (303, onward)
            if cell.method == "GET"
            else answer.status_code == 403 and "Confirm it’s you" in answer.text
        )
        if not is_asked or has_written:
            faults.append(fault(cell, answer, has_written=has_written))

    assert faults == [], listed(faults)
    assert len(those) >= 15


def test_no_form_is_taken_without_its_token(
    app: Flask, asks: Asks, team: Team, place: Place
) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    asking, faults = asks(open_session(team.owner)), []
    for cell in for_members(cells(app)):
        if cell.method == "GET":
            continue
        answer, has_written = asking.ask(cell, place.values(cell.rule))
        if answer.status_code != 400 or has_written:
            faults.append(fault(cell, answer, has_written=has_written))

    assert faults == [], listed(faults)


def test_nothing_in_an_address_is_markup(app: Flask, asks: Asks, team: Team, place: Place) -> None:
    asking, faults = asks(open_session(team.owner)), []
    query = dict.fromkeys(names_in_queries(), SHARP)
    for cell in cells(app):
        texts = [name for name, value in place.values(cell.rule).items() if isinstance(value, str)]
        is_page = cell.method == "GET" and not cell.rule.rule.endswith(".pdf")
        asked = [{name: SHARP} for name in texts if cell.takes_any(name)]
        for parts in [*asked, *[{}] * reads_a_query(app, cell)] * is_page:
            answer, _ = asking.ask(cell, place.values(cell.rule) | parts, query)
            if (answer.mimetype == "text/html" and faults_in_page(answer.text)) or (
                answer.status_code >= 500 and cell.rule.endpoint not in WITHOUT_A_WORKER
            ):
                faults.append(fault(cell, answer, has_written=False))

    assert faults == [], listed(faults)
