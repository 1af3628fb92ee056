"""The list of all experiments: what needs whom, what two pages do to each other, how fast."""

from collections.abc import Sequence

import pytest

from wbtest.ideas.todo import NextActionInput, next_action, shared_sources


@pytest.mark.parametrize(
    ("facts", "what", "permission"),
    [
        (NextActionInput("draft", is_approved=True), "check", "edit"),
        (NextActionInput("checked", is_approved=True), "start", "approve"),
        (NextActionInput("running", is_reached=True), "decide", "approve"),
        (NextActionInput("running", is_decided=True, is_given_up=True), "end", "approve"),
        (NextActionInput("paused", is_withheld=True, is_given_up=True), "end", "approve"),
        (NextActionInput("paused", is_withheld=True), "doubt", "edit"),
        (NextActionInput("ended", has_choice=True), "decide", "approve"),
        (NextActionInput("ended"), "decide", "approve"),
        (NextActionInput("decided", is_decided=True), "close", "own"),
    ],
)
def test_it_says_what_comes_next_and_who_may_do_it(
    facts: NextActionInput, what: str, permission: str
):
    step = next_action(facts)

    assert step is not None
    assert (step.what, step.permission) == (what, permission)


@pytest.mark.parametrize(
    "facts",
    [
        NextActionInput("draft"),
        NextActionInput("draft", is_approved=True, is_outdated=True),
        NextActionInput("running"),
        NextActionInput("running", is_reached=True, is_decided=True),
        NextActionInput("running", is_reached=True, is_proposed=True),
        NextActionInput("ended", is_open=True),
        NextActionInput("decided", is_decided=True, has_choice=True),
    ],
)
def test_nothing_comes_next_where_others_have_to_act_first(facts: NextActionInput):
    assert next_action(facts) is None


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
