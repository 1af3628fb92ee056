"""What a FAQ is expected to answer, and what settles a question."""

from dataclasses import replace

import pytest

from wbtest.writing.document import (
    Document,
    OpenQuestion,
    Question,
    is_settled,
    still_open,
    with_expected_questions,
)


@pytest.mark.parametrize(
    ("question", "settled"),
    [
        (Question("internal", "Why?", "Because."), True),
        (Question("internal", "Why?"), False),
        (Question("internal", "", "Because."), False),
        (
            Question("internal", "Why?", open=OpenQuestion("Priya", "2027-04-15", "ten diaries")),
            True,
        ),
        (Question("internal", "Why?", open=OpenQuestion("Priya", "", "ten diaries")), False),
    ],
)
def test_a_question_is_settled_by_an_answer_or_an_honest_unknown(question: Question, settled: bool):
    assert is_settled(question) is settled


def test_expected_questions_are_added_and_none_is_touched():
    mine = Question("external", "How much?", "£4.", "price")

    grown = with_expected_questions(Document(faq=(mine,)), "full")

    assert grown.faq[0] == mine
    assert sorted(q.topic for q in grown.questions("external")) == [
        "data", "difference", "help", "how to start", "price", "what and for whom",
    ]  # fmt: skip
    assert len(grown.questions("internal")) == 4
    assert with_expected_questions(grown, "full") == grown


@pytest.mark.parametrize(("language", "asked"), [("en-GB", True), ("ar", False)])
def test_questions_are_suggested_in_the_language_that_they_are_written_in(
    language: str, asked: bool
):
    document = with_expected_questions(Document(language=language), "short")

    assert all(bool(question.question) is asked for question in document.faq)


def test_what_is_still_open_comes_with_the_first_day_first():
    def unknown(question: str, until: str) -> Question:
        return Question("internal", question, open=OpenQuestion("Priya", until, "ten diaries"))

    answered = Question("external", "What does it cost?", "£4.")
    document = Document(faq=(unknown("c", ""), unknown("b", "2027-05-01"), answered))
    document = replace(document, faq=(*document.faq, unknown("a", "2027-04-15")))

    assert [question.question for question in still_open(document)] == ["a", "b", "c"]
