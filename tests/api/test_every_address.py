"""Every address of the API in the same ways: strangers, low roles, no scope, rows of others."""

import re
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.api.conftest import RULE, Program, program_of
from tests.conftest import Browser
from tests.factories import Team, make_approval, make_revision, make_running
from wbtest.api.routes import ROUTES, Route
from wbtest.team import access
from wbtest.team.tokens import SCOPES

NOWHERE = 4711
SENTENCE = "Because it does not hold."
# What an address reads before it looks for anything.
BODIES: dict[str, dict[str, Any]] = {
    "object_to_revision": {"verdict": "another", "reason": SENTENCE},
    "let_finding_stay": {"rule": "A7", "part": "headline", "words": "best", "reason": SENTENCE},
    "write_comment": {"text": SENTENCE},
    "reply_to_comment": {"text": SENTENCE},
    "answer_blind": {"function": "product", "customer": "Mei", "problem": "Rot", "why_this": "It"},
    "close_reading": {"verdict": "approve"},
    "forecast_rate": {"rate": 0.08, "low": 0.04, "high": 0.12},
    "create_experiment": {"hypothesis": RULE},
    "pause_experiment": {"why": SENTENCE},
    "end_experiment": {"why": SENTENCE},
    "open_phase": {"weights": {"control": 1}, "why": SENTENCE},
    "decide_experiment": {"choice": "go", "reason": SENTENCE},
    "add_spend": {"source": "x", "first": "2027-03-01", "amount": "12.50", "currency": "EUR"},
    "add_annotation": {"at": "2027-03-01T12:00:00Z", "text": SENTENCE},
}
# Where people do the same.
PAGES = {
    "list_releases": "writing.releases",
    "create_release": "writing.new_release",
    "import_release": "writing.import",
    "get_release": "writing.preview",
    "change_release": "writing.save",
    "list_findings": "writing.preview",
    "freeze_release": "writing.freeze",
    "get_revision": "review.revision",
    "list_revision_findings": "review.revision",
    "compare_revisions": "writing.compare",
    "approve_revision": "review.approve",
    "object_to_revision": "review.stop",
    "let_finding_stay": "review.waive",
    "list_comments": "reading.room",
    "write_comment": "reading.comments",
    "reply_to_comment": "reading.reply",
    "get_reading": "reading.room",
    "begin_reading": "reading.begin",
    "answer_blind": "reading.answer",
    "finish_reading": "reading.finish",
    "close_reading": "reading.close",
    "forecast_rate": "reading.forecast",
    "create_experiment": "publishing.new_experiment",
    "list_experiments": "publishing.experiments",
    "get_experiment": "publishing.experiment",
    "change_experiment": "publishing.edit_experiment",
    "get_launch_check": "publishing.launch",
    "pass_launch_check": "publishing.launch",
    "start_experiment": "publishing.start",
    "pause_experiment": "publishing.pause",
    "resume_experiment": "publishing.resume",
    "end_experiment": "publishing.end",
    "open_phase": "publishing.phase",
    "get_results": "results.results",
    "get_signups": "results.signups_csv",
    "get_events": "results.signups_csv",
    "list_decisions": "results.decision",
    "decide_experiment": "results.decide",
    "second_decision": "results.second",
    "turn_decision_down": "results.turn_down",
    "withdraw_decision": "results.withdraw",
    "list_spend": "results.spend",
    "add_spend": "results.add_spend",
    "list_annotations": "results.notes",
    "add_annotation": "results.add_note",
    "get_portfolio": "results.portfolio",
    "list_needs": "review.needs_you",
    "list_webhooks": "team.webhooks",
    "list_tokens": "team.tokens",
    "list_members": "team.team",
    "list_audit_lines": "team.audit",
}


def address(route: Route, **numbers: int) -> str:
    """The address of a route, with these numbers in their places and 1 in all others."""
    return re.sub(r"<int:(\w+)>", lambda found: str(numbers.get(found[1], 1)), route.address)


def ask(program: Program, route: Route, **numbers: int) -> TestResponse:
    return send(program, route, {}, **numbers)


def send(program: Program, route: Route, body: dict[str, Any], **numbers: int) -> TestResponse:
    sent = body if route.method in ("POST", "PATCH") else None
    return program.ask(route.method, address(route, **numbers), sent)


def rank(permission: str) -> int:
    """How high a role it takes; of a room with a link to it, for a member."""
    return access.ROLES.index(access.PERMISSIONS["read" if permission == "link" else permission])


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
        body = BODIES.get(route.name, {})
        found = send(program, route, body, **theirs)
        nothing = send(program, route, body, **dict.fromkeys(theirs, NOWHERE))
        assert found.status_code == 404, route
        assert (found.status_code, found.data) == (nothing.status_code, nothing.data), route


def test_no_address_asks_for_less_than_the_page_where_people_do_the_same(app: Flask) -> None:
    pages = {name: vars(app.view_functions[page])["permission"] for name, page in PAGES.items()}

    lower = [route for route in ROUTES if rank(route.permission) < rank(pages[route.name])]
    assert lower == []


def test_every_scope_opens_something() -> None:
    assert {route.scope for route in ROUTES} == SCOPES.keys()
