"""Every address of the API in the same ways: nobody, low roles, no scope, parts of others."""

import re
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.api.conftest import RULE, Program, program_of
from tests.api.pages import BY_HAND, PAGES
from tests.conftest import Browser, HandClock
from tests.factories import PASSWORD, Team
from tests.team.matrix import NEEDS
from tests.team.places import make_place, parts_of
from wbtest.api.routes import ROUTES, Route
from wbtest.api.team import SCOPES_OF
from wbtest.team import access
from wbtest.team.access import ROLES, role_reaches
from wbtest.team.tokens import SCOPES

NOWHERE = 4711
# What a number in an address may name.
OBJECTS = {
    *("release_id", "experiment_id", "candidate_id", "waiver_id", "item_id", "reviewer_id"),
    *("comment_id", "person_id", "invitation_id", "webhook_id", "mail_id", "token_id"),
}
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
    "decide_experiment": {"choice": "go", "reason": SENTENCE},
    "add_spend": {"source": "x", "first": "2027-03-01", "amount": "12.50", "currency": "EUR"},
    "add_tracking_links": {"source": "newsletter"},
    "change_off_site_form": {"sites": ["https://www.example.com"]},
    "add_note": {"day": "2027-03-01", "text": SENTENCE},
    "restore_release": {"text": "r1"},
    "waive_finding": {"rule": "A7", "part": "headline", "words": "best", "reason": SENTENCE},
    "merge_question": {"question": "How?"},
    "make_link": {"name": "Ann"},
    "settle_comment": {"outcome": "resolved"},
    "mark_answer": {"reading": 1, "question": "customer", "is_same": True},
    "replace_checklist": {"extra": ["A shelf"]},
    "change_words": {"words": {}},
    "write_waiting_variant": {"name": "Third", "overrides": {"headline": "A third"}},
    "change_waiting_variant": {"name": "Third", "overrides": {"headline": "A third"}},
    "choose_afterwards": {"afterwards": "closed"},
    "erase_signup": {"email": "mia@x.io"},
    "set_group_aside": {"direction": "out", "kind": "source", "value": "x", "why": SENTENCE},
    "save_learning": {"version": 0, "surprise": SENTENCE},
    "mark_assumption": {"state": "open", "why": SENTENCE, "number": 0},
    "tell_visitors": {"text": SENTENCE},
    "purge_visitors": {"slug": "larder"},
    "make_shared": {"label": "our bank"},
    "change_member": {"role": "viewer", "password": PASSWORD},
    "invite_again": {"password": PASSWORD},
    "change_webhook": {"state": "active"},
}


def address(route: Route, **numbers: Any) -> str:
    """The address of a route, with these values in their places and 1 in all others."""
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(numbers.get(found[1], 1)), route.address)


def ask(program: Program, route: Route) -> TestResponse:
    # Nobody may end the token that asks, or its maker.
    return send(program, route, {}, token_id=NOWHERE, person_id=NOWHERE)


def send(program: Program, route: Route, body: dict[str, Any], **numbers: Any) -> TestResponse:
    # Who sends a picture is asked who they are before it is looked at.
    takes_json = route.method in ("POST", "PUT", "PATCH") and route.name != "add_picture"
    sent = body if takes_json else None
    return program.ask(route.method, address(route, **numbers), sent)


def permission_of(app: Flask, page: str) -> str:
    found: str = vars(app.view_functions[page])["permission"]
    return found


def rank(permission: str) -> int:
    """How high a role it takes; of a room with a link to it, for a member."""
    return access.ROLES.index(access.PERMISSIONS["read" if permission == "link" else permission])


def test_nobody_gets_in(client: Browser, team: Team) -> None:
    nobody = Program(client, "wbt_nobody")

    assert {ask(nobody, route).status_code for route in ROUTES} == {401}


@pytest.mark.parametrize("role", access.ROLES)
def test_a_role_that_is_too_low_is_turned_away(app: Flask, team: Team, role: str) -> None:
    program = program_of(app, getattr(team, role))

    for route in ROUTES:
        is_too_low = access.ROLES.index(role) < access.ROLES.index(
            access.PERMISSIONS[route.permission]
        )
        assert (ask(program, route).status_code == 403) == is_too_low, route


@pytest.mark.parametrize("scope", SCOPES)
def test_a_token_without_the_scope_is_turned_away(app: Flask, team: Team, scope: str) -> None:
    others = [other for other in SCOPES if other != scope]
    program = program_of(app, team.owner, *others)

    for route in ROUTES:
        assert (ask(program, route).status_code == 403) == (route.scope == scope), route


def test_no_part_of_an_address_leads_to_another_release_or_test(
    program: Program, team: Team, now: HandClock
) -> None:
    ours, theirs = make_place(team, now, "").usual, parts_of(team)
    for route in ROUTES:
        for name in re.findall(r"<(?:\w+:)?(\w+)>", route.address):
            if name in theirs:
                mixed = ours | {name: theirs[name]}
                answer = send(program, route, BODIES.get(route.name, {}), **mixed)
                assert answer.status_code == 404, route


def test_an_address_asks_for_what_the_page_asks_where_people_do_the_same(app: Flask) -> None:
    def role_on_page(name: str) -> int:
        """The lowest of those that do it there."""
        needs = (NEEDS.get(page, permission_of(app, page)) for page in PAGES[name].split())
        return min(rank(each) for each in needs)

    # To read over the API may take more: owners alone see who is in the team.
    other = [
        route
        for route in ROUTES
        if rank(route.permission) < role_on_page(route.name)
        or (route.method != "GET" and rank(route.permission) > role_on_page(route.name))
    ]
    assert other == []


def test_whatever_a_form_does_the_api_does_too_or_a_reason_is_written(app: Flask) -> None:
    forms = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if "POST" in (rule.methods or ()) and not rule.endpoint.startswith("api.")
    }
    acting = [route.name for route in ROUTES if route.method != "GET"]
    done = {page for name in acting for page in PAGES[name].split()}
    by_hand = {form for form in forms if {form, form.partition(".")[0]} & BY_HAND.keys()}

    assert forms - done - by_hand == set()
    assert done & by_hand == set()
    assert done - forms == set()


def test_every_scope_opens_something() -> None:
    assert {route.scope for route in ROUTES} == SCOPES.keys()


@pytest.mark.parametrize("role", ROLES)
def test_the_scopes_of_a_role_are_those_of_the_addresses_that_it_may_call(role: str) -> None:
    asked = {route.scope for route in ROUTES if role_reaches(role, route.permission)}

    assert set(SCOPES_OF[role]) == asked
