"""Questions are added, moved and removed by the editor's buttons."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from wbtest.writing.document import Document, Question, arrange_questions
from wbtest.writing.text_rules import MOST_QUESTIONS

FAQ = (*(Question("external", letter) for letter in "abc"), Question("internal", "x"))


def asked(document: Document) -> str:
    return "".join(question.question or "_" for question in document.faq)


@pytest.mark.parametrize(
    ("command", "order"),
    [
        ("up:external:1", "bacx"),
        ("down:external:0", "bacx"),
        ("up:external:0", "abcx"),
        ("down:external:2", "abcx"),
        ("remove:external:1", "acx"),
        ("remove:internal:0", "abc"),
        ("add:external:", "abc_x"),
        ("add:internal:", "abcx_"),
    ],
)
def test_a_button_moves_adds_or_removes_one_question(command: str, order: str):
    assert asked(arrange_questions(Document(faq=FAQ), command)) == order


def test_a_question_can_be_added_for_a_topic():
    added = arrange_questions(Document(), "add:internal:key risks")

    assert added.faq == (Question("internal", "", topic="key risks"),)


@pytest.mark.parametrize(
    "command",
    ["", "up", "up:external:9", "up:external:-1", "up:nobody:0", "up:external:¹", "eat:external:0"],
)
def test_a_command_that_does_not_fit_changes_nothing(command: str):
    assert arrange_questions(Document(faq=FAQ), command) == Document(faq=FAQ)


def test_a_full_faq_takes_no_further_question():
    full = Document(faq=(Question("external", "a"),) * MOST_QUESTIONS)

    assert arrange_questions(full, "add:internal:") == full


@given(some.lists(some.sampled_from(("up", "down")).flatmap(
    lambda verb: some.integers(0, 3).map(lambda row: f"{verb}:external:{row}")
)))  # fmt: skip
def test_moving_loses_no_question_and_repeats_none(commands: list[str]):
    document = Document(faq=FAQ)

    for command in commands:
        document = arrange_questions(document, command)

    assert sorted(asked(document)) == sorted("abcx")
