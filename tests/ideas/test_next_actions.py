"""The list of all experiments: what needs whom, what two pages do to each other, how fast."""

from collections.abc import Sequence

import pytest
from flask.testing import FlaskClient

from tests.factories import (
    Team,
    log_in,
)
from wbtest.ideas.todo import NextActionInput, next_action, shared_sources

VIEWER = {"may_edit": False, "may_approve": False, "may_own": False}
EDITOR = VIEWER | {"may_edit": True}
APPROVER = EDITOR | {"may_approve": True}
OWNER = APPROVER | {"may_own": True}


@pytest.fixture
def owner(team: Team, client: FlaskClient) -> FlaskClient:
    """The owner's browser."""
    log_in(client, team.owner)
    return client


@pytest.mark.parametrize(
    ("facts", "is_mine"),
    [
        (NextActionInput("draft", **EDITOR, is_approved=True), True),
        (NextActionInput("draft", **VIEWER, is_approved=True), False),
        (NextActionInput("draft", **APPROVER), False),
        (NextActionInput("draft", **APPROVER, is_approved=True, newer=2), False),
        (NextActionInput("checked", **APPROVER, is_approved=True), True),
        (NextActionInput("checked", **EDITOR, is_approved=True), False),
        (NextActionInput("checked", **APPROVER, is_approved=True, wrote=True), False),
        (NextActionInput("running", **APPROVER), False),
        (NextActionInput("running", **APPROVER, is_reached=True), True),
        (NextActionInput("running", **APPROVER, is_reached=True, is_decided=True), False),
        (NextActionInput("running", **APPROVER, is_reached=True, proposed="stop"), False),
        (NextActionInput("running", **APPROVER, proposed="stop", may_answer=True), True),
        (NextActionInput("running", **APPROVER, is_decided=True, is_given_up=True), True),
        (NextActionInput("paused", **EDITOR, is_withheld=True, is_given_up=True), False),
        (NextActionInput("paused", **EDITOR, is_withheld=True), True),
        (NextActionInput("paused", **VIEWER, is_withheld=True), False),
        (NextActionInput("ended", **APPROVER, has_choice=True), True),
        (NextActionInput("decided", **OWNER, is_decided=True), True),
        (NextActionInput("decided", **APPROVER, is_decided=True), False),
        (NextActionInput("decided", **OWNER, is_decided=True, has_choice=True), False),
        (NextActionInput("ended", **EDITOR), False),
    ],
)
def test_it_says_whether_the_next_step_is_ones_own(facts: NextActionInput, is_mine: bool):
    assert next_action(facts).is_mine is is_mine


@pytest.mark.parametrize(
    ("live", "warned"),
    [
        (
            [("a", ["newsletter", "x"]), ("b", ["newsletter"])],
            ["“newsletter” sends people to both /p/a and /p/b"],
        ),
        ([("c", ["x"]), ("a", ["x"]), ("b", ["x"])], ["“x” sends people to /p/a, /p/b and /p/c"]),
        ([("a", ["x"]), ("b", []), ("c", ["reddit"])], []),
    ],
)
def test_two_open_pages_with_one_source_are_warned_of(
    live: Sequence[tuple[str, Sequence[str]]], warned: list[str]
):
    assert [sentence.partition(":")[0] for sentence in shared_sources(live)] == warned
