"""Every address of the API in the same ways: strangers, low roles, no scope, rows of others."""

import re

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.api.conftest import Program, program_of
from tests.conftest import Browser
from tests.factories import Team, make_approval, make_revision, make_running
from wbtest.api.routes import ROUTES, Route
from wbtest.team import access
from wbtest.team.tokens import SCOPES

NOWHERE = 4711


def address(route: Route, **numbers: int) -> str:
    """The address of a route, with these numbers in their places and 1 in all others."""
    return re.sub(r"<int:(\w+)>", lambda found: str(numbers.get(found[1], 1)), route.address)


def ask(program: Program, route: Route, **numbers: int) -> TestResponse:
    body = {} if route.method in ("POST", "PATCH") else None
    return program.ask(route.method, address(route, **numbers), body)


def test_nobody_gets_in(client: Browser, team: Team) -> None:
    nobody = Program(client, "wbt_nobody")

    assert {ask(nobody, route).status_code for route in ROUTES} == {401}


@pytest.mark.parametrize("role", access.ROLES)
def test_a_role_that_is_too_low_is_turned_away(app: Flask, team: Team, role: str) -> None:
    program = program_of(app, team.workspace, getattr(team, role))

    for route in ROUTES:
        is_too_low = access.ROLES.index(role) < access.ROLES.index(
            access.PERMISSIONS[route.permission]
        )
        assert (ask(program, route).status_code == 403) == is_too_low, route


@pytest.mark.parametrize("scope", SCOPES)
def test_a_token_without_the_scope_is_turned_away(app: Flask, team: Team, scope: str) -> None:
    others = [other for other in SCOPES if other != scope]
    program = program_of(app, team.workspace, team.owner, *others)

    for route in ROUTES:
        assert (ask(program, route).status_code == 403) == (route.scope == scope), route


@pytest.fixture
def theirs(strangers: Team) -> dict[str, int]:
    """Numbers of a release and a test of another workspace."""
    revision = make_revision(strangers.editor)
    make_approval(revision, strangers.owner)
    running = make_running(revision, strangers.editor, strangers.owner)
    return {"release_id": revision.release_id, "experiment_id": running.id}


def test_what_is_of_others_and_what_is_not_there_are_the_same(
    program: Program, theirs: dict[str, int]
) -> None:
    for route in ROUTES:
        if "<" not in route.address:
            continue
        found = ask(program, route, **theirs)
        nothing = ask(program, route, **dict.fromkeys(theirs, NOWHERE))
        assert found.status_code in (404, 422), route
        assert (found.status_code, found.data) == (nothing.status_code, nothing.data), route


def test_every_scope_opens_something() -> None:
    assert {route.scope for route in ROUTES} == SCOPES.keys()
