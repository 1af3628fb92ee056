"""What a FAQ is expected to answer, and what a draft still lacks."""

from dataclasses import replace

import pytest

from tests.factories import LARDER
from wbtest.writing.document import (
    Document,
    Form,
    OpenQuestion,
    Question,
)
from wbtest.writing.parts import PARTS, find_gaps
from wbtest.writing.topics import is_settled, open_topics, with_expected_questions


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


def test_the_four_internal_topics_are_open_until_they_are_answered():
    document = Document(faq=(Question("internal", "Why £4?", "It pays.", "pricing"),))

    assert open_topics(document, "internal") == (
        "competitive positioning",
        "technical feasibility",
        "key risks",
    )


def test_an_answer_to_customers_does_not_settle_an_internal_topic():
    document = Document(faq=(Question("external", "Why £4?", "It pays.", "pricing"),))

    assert "pricing" in open_topics(document, "internal")


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


@pytest.mark.parametrize("form", ["short", "full"])
def test_a_complete_release_lacks_nothing(form: Form):
    assert find_gaps(LARDER, form) == ()


@pytest.mark.parametrize("form", ["short", "full"])
def test_every_part_of_an_empty_draft_is_missing(form: Form):
    missing = {gap.part for gap in find_gaps(Document(), form)}

    assert missing == {part.name for part in PARTS[form]}


def test_a_short_release_does_not_miss_what_only_a_full_one_has():
    document = replace(LARDER, solution="", company_quote=type(LARDER.company_quote)())

    assert find_gaps(document, "short") == ()
    assert {gap.part for gap in find_gaps(document, "full")} == {"solution", "company_quote"}


@pytest.mark.parametrize("topic", ["", "help", "price"])
def test_any_three_questions_are_enough_for_a_short_release(topic: str):
    three = (Question("external", "Why?", "Because.", topic),) * 3

    assert find_gaps(replace(LARDER, faq=three), "short") == ()
    assert [gap.part for gap in find_gaps(replace(LARDER, faq=three[:2]), "short")] == ["external"]


def test_a_question_of_the_team_s_own_wants_an_answer_too():
    document = replace(LARDER, faq=(*LARDER.faq, Question("internal", "And in Wales?")))

    assert [gap.sentence for gap in find_gaps(document, "full")] == [
        "Not answered yet: “And in Wales?”"
    ]
