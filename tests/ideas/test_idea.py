"""The stage of an idea, in which order ideas come, and what is said of all of them."""

import doctest
from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from wbtest.ideas import idea, idea_list
from wbtest.ideas.idea import (
    Ending,
    Idea,
    NewestRevision,
    Started,
    days_of,
    place_of,
    stage_of,
    status_text,
    stopped_sentence,
    summary_sentence,
)

BEGAN = datetime(2027, 3, 1, 9, tzinfo=UTC)
LATER = BEGAN + timedelta(days=20)
RUNS = Started(1, "larder", BEGAN)
NO_REVISION = NewestRevision()
ON_PAPER = Ending("stop", "Nobody asked.", "Ada", LATER, 13, is_on_paper=True)


def make_idea(test: Started | None = None, ending: Ending | None = None, number: int = 1) -> Idea:
    return Idea(number, "Larder", "", (), BEGAN, (test,) if test else (), ending=ending)


def chose(choice: str) -> Ending:
    return Ending(choice, "As the rule says.", "Ada", LATER)


@pytest.mark.parametrize("module", [idea, idea_list])
def test_every_example_is_true(module):
    assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize(
    ("of", "stage"),
    [
        (make_idea(), "writing"),
        (make_idea(RUNS), "testing"),
        (make_idea(replace(RUNS, is_over=True)), "decide"),
        (make_idea(replace(RUNS, proposed="go"), chose("stop")), "decide"),
        (make_idea(RUNS, chose("go")), "done"),
        (make_idea(RUNS, chose("iterate")), "writing"),
        (make_idea(RUNS, chose("stop")), "done"),
        (make_idea(ending=ON_PAPER), "done"),
        (make_idea(replace(RUNS, proposed="go"), ON_PAPER), "done"),
        (replace(make_idea(), drafts=(4,)), "approved"),
    ],
)
def test_an_idea_is_in_the_stage_where_its_last_decision_left_it(of: Idea, stage: str):
    assert stage_of(of, NO_REVISION) == stage


def test_a_text_is_in_review_until_it_is_approved():
    read = NewestRevision(2, is_in_review=True)

    assert stage_of(make_idea(), read) == "review"
    assert stage_of(make_idea(), read._replace(is_approved=True)) == "approved"
    assert stage_of(make_idea(RUNS, chose("iterate")), read) == "review"


def test_a_test_that_settles_no_more_is_there_to_be_decided():
    assert stage_of(make_idea(RUNS), NO_REVISION, is_ripe=True) == "decide"


def test_what_waits_longest_comes_first_and_of_the_settled_the_latest():
    first, second = make_idea(RUNS), make_idea(replace(RUNS, started_at=LATER), number=2)
    stopped = make_idea(RUNS, chose("stop"), number=3)
    lately = make_idea(RUNS, replace(chose("stop"), at=LATER + timedelta(days=1)), number=4)

    ordered = sorted(
        [stopped, lately, second, first],
        key=lambda each: place_of(each, stage_of(each, NO_REVISION)),
    )

    assert [each.release_id for each in ordered] == [1, 2, 4, 3]


def test_days_end_with_a_go_or_a_stop_and_else_with_today():
    today = BEGAN + timedelta(days=30)
    ends = {choice: make_idea(RUNS, chose(choice)) for choice in ("go", "stop", "iterate")}

    days = {name: days_of(of, stage_of(of, NO_REVISION), today) for name, of in ends.items()}

    assert days == {"go": 20, "stop": 20, "iterate": 30}
    assert days_of(make_idea(), "writing", BEGAN) == 1


def test_every_idea_is_counted_once_by_its_stage_and_a_decided_one_by_its_decision():
    ideas = [make_idea(RUNS), make_idea(RUNS, chose("stop")), make_idea(RUNS, chose("iterate"))]
    ideas += [make_idea(ending=ON_PAPER), make_idea(RUNS, chose("go")), make_idea()]

    assert summary_sentence((each, stage_of(each, NO_REVISION)) for each in ideas) == (
        "6 ideas: 2 writing, 1 testing, 1 go, 2 stopped."
    )
    assert summary_sentence([]) == ""


def test_a_text_that_went_back_to_writing_says_so():
    back = make_idea(RUNS, chose("iterate"))

    assert status_text(back, "writing", NO_REVISION) == "Back to writing"


def test_without_a_guess_only_the_days_are_told():
    assert stopped_sentence([11], []) == "Stopping 1 idea took 11 days."
    assert (
        stopped_sentence([11, 3], [4, 9])
        == "Stopping 2 ideas took 14 days in all, not three months of building."
    )
    assert stopped_sentence([], []) == ""
