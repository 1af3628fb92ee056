"""Where an idea stands, in which order ideas come, and what is said of all of them. Pure."""

import doctest
from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from wbtest.ideas import idea, idea_chart, idea_text
from wbtest.ideas.idea import Ending, Idea, Started, days_of, place_of, state_of
from wbtest.ideas.idea_text import outcome_of, stopped_sentence, summary_sentence, wanted

BEGAN = datetime(2027, 3, 1, 9, tzinfo=UTC)
LATER = BEGAN + timedelta(days=20)
RUNS = Started(1, "larder", BEGAN)
ON_PAPER = Ending("stop", "Nobody asked.", "Ada", LATER, 13, is_on_paper=True)


def make_idea(test: Started | None = None, ending: Ending | None = None, number: int = 1) -> Idea:
    return Idea(number, "Larder", "", (), BEGAN, (test,) if test else (), ending=ending)


def chose(choice: str) -> Ending:
    return Ending(choice, "As the rule says.", "Ada", LATER)


@pytest.mark.parametrize("module", [idea_chart, idea, idea_text])
def test_every_example_is_true(module):
    assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize(
    ("of", "state"),
    [
        (make_idea(), "writing"),
        (make_idea(RUNS), "running"),
        (make_idea(replace(RUNS, is_told=True)), "needs"),
        (make_idea(replace(RUNS, is_over=True)), "needs"),
        (make_idea(replace(RUNS, proposed="go"), chose("stop")), "needs"),
        (make_idea(RUNS, chose("go")), "go"),
        (make_idea(RUNS, chose("iterate")), "iterate"),
        (make_idea(RUNS, chose("stop")), "stopped"),
        (make_idea(ending=ON_PAPER), "stopped"),
        (make_idea(replace(RUNS, proposed="go"), ON_PAPER), "stopped"),
    ],
)
def test_an_idea_stands_where_its_last_word_left_it(of: Idea, state: str):
    assert state_of(of) == state


def test_what_was_judged_counts_more_than_what_the_worker_told():
    told, untold = make_idea(replace(RUNS, is_told=True)), make_idea(RUNS)

    assert state_of(told, is_ripe=False) == "running"
    assert state_of(untold, is_ripe=True) == "needs"


def test_what_waits_longest_comes_first_and_of_the_settled_the_latest():
    first, second = make_idea(RUNS), make_idea(replace(RUNS, started_at=LATER), number=2)
    stopped = make_idea(RUNS, chose("stop"), number=3)
    lately = make_idea(RUNS, replace(chose("stop"), at=LATER + timedelta(days=1)), number=4)

    ordered = sorted(
        [stopped, lately, second, first], key=lambda each: place_of(each, state_of(each))
    )

    assert [each.release_id for each in ordered] == [1, 2, 4, 3]


def test_days_end_with_a_go_or_a_stop_and_else_with_today():
    today = BEGAN + timedelta(days=30)
    ends = {choice: make_idea(RUNS, chose(choice)) for choice in ("go", "stop", "iterate")}

    assert {name: days_of(each, state_of(each), today) for name, each in ends.items()} == {
        "go": 20,
        "stop": 20,
        "iterate": 30,
    }
    assert days_of(make_idea(), "writing", BEGAN) == 1


def test_every_idea_is_told_once():
    assert summary_sentence(["reached", "stopped", "stopped", "running", "running", "running"]) == (
        "6 ideas: 1 on target, 3 undecided, 2 stopped early."
    )


@pytest.mark.parametrize(
    ("state", "is_reached", "is_over", "outcome"),
    [
        ("stopped", True, True, "stopped"),
        ("needs", True, False, "reached"),
        ("go", True, True, "reached"),
        ("go", False, True, "went"),
        ("iterate", False, True, "iterate"),
        ("needs", False, True, "undecided"),
        ("running", False, False, "running"),
        ("writing", False, False, "writing"),
    ],
)
def test_a_stop_outweighs_a_bar_that_was_reached(state, is_reached, is_over, outcome):
    assert outcome_of(state, is_reached=is_reached, is_over=is_over) == outcome


def test_without_a_guess_only_the_days_are_told():
    assert stopped_sentence([11], []) == "Stopping 1 idea took 11 days."
    assert (
        stopped_sentence([11, 3], [4, 9])
        == "Stopping 2 ideas took 14 days instead of a quarter in all."
    )
    assert stopped_sentence([], []) == ""


def test_the_team_is_told_what_an_idea_wants_of_it():
    assert wanted("stop", "go", is_doubted=True) == "Stop needs a second approver"
    assert wanted("", "go", is_doubted=True) == "Data unreliable"
    assert wanted("", "", is_doubted=False) == "Undecided, decide anyway"
