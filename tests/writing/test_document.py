"""A release as values, and what is refused as one."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from tests.factories import LARDER
from wbtest.writing.document import (
    EVIDENCE_KINDS,
    Document,
    Evidence,
    NotADocument,
    OpenQuestion,
    Question,
    digest,
    from_json,
    length,
    to_json,
    words,
)
from wbtest.writing.text_rules import LONGEST_TEXT, MOST_EVIDENCE, MOST_QUESTIONS

# Whatever a keyboard gives: any script, line breaks and tabs, no control characters.
prose = some.text(
    some.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff")
    | some.sampled_from("\n\t"),
    max_size=60,
)
lines = some.text(
    some.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff"), max_size=60
)
questions = some.builds(
    Question,
    audience=some.sampled_from(("external", "internal")),
    question=lines,
    answer=prose,
    topic=lines,
    open=some.none() | some.builds(OpenQuestion, lines, some.just("2027-04-15"), lines),
)
ledgers = some.lists(
    some.builds(Evidence, lines.filter(str.strip), some.sampled_from(EVIDENCE_KINDS), lines),
    max_size=3,
    unique_by=lambda entry: entry.key,
)
releases = some.builds(
    Document,
    product=lines,
    language=some.sampled_from(("en", "ar", "pt-BR")),
    headline=lines,
    problem=prose,
    alternative=prose,
    faq=some.lists(questions, max_size=4).map(tuple),
    evidence=ledgers.map(tuple),
    vision=lines,
)


@settings(deadline=None, max_examples=60)
@given(releases)
def test_a_document_comes_back_from_json_as_it_was(document: Document):
    assert from_json(to_json(document)) == document


@settings(deadline=None, max_examples=60)
@given(releases, releases)
def test_two_texts_have_one_digest_only_when_they_are_the_same(one: Document, other: Document):
    assert (digest(one) == digest(other)) == (one == other)


@given(some.recursive(some.none() | some.booleans() | some.integers() | some.text(), some.lists))
def test_what_is_no_release_is_refused_in_words(value: Any):
    with pytest.raises(NotADocument, match="must be an object"):
        from_json(value)


def test_an_empty_object_is_an_empty_draft():
    assert from_json({}) == Document()


@pytest.mark.parametrize(
    ("values", "part"),
    [
        ({"headline": 7}, "headline"),
        ({"headline": "a\x00b"}, "headline"),
        ({"headline": "\ud800"}, "headline"),
        ({"headline": "two\nlines"}, "headline"),
        ({"headline": "x" * 301}, "headline"),
        ({"problem": "x" * (LONGEST_TEXT + 1)}, "problem"),
        ({"colour": "blue"}, "release"),
        ({"language": "the king's"}, "language"),
        ({"language": ""}, "language"),
        ({"dateline": {"date": "next March"}}, "dateline.date"),
        ({"dateline": {"date": "2027-02-30"}}, "dateline.date"),
        ({"dateline": {"date": "20270228"}}, "dateline.date"),
        ({"dateline": ["Leeds"]}, "dateline"),
        ({"call_to_action": {"colour": "blue"}}, "call_to_action"),
        ({"faq": {}}, "faq"),
        ({"faq": [{"audience": "everyone"}]}, "faq[0].audience"),
        ({"faq": [{"audience": "internal", "answer": "\x01"}]}, "faq[0].answer"),
        ({"faq": [{"audience": "internal", "open": {"until": "soon"}}]}, "faq[0].open.until"),
        ({"faq": [{"audience": "internal"}] * (MOST_QUESTIONS + 1)}, "faq"),
        ({"evidence": {}}, "evidence"),
        ({"evidence": [{"words": "£4", "kind": "known"}]}, "evidence[0].kind"),
        ({"evidence": [{"words": " ", "kind": "assumed"}]}, "evidence[0].words"),
        ({"evidence": [{"kind": "assumed"}]}, "evidence[0].words"),
        ({"evidence": [{"words": "4", "kind": "assumed", "source": 4}]}, "evidence[0].source"),
        ({"evidence": [{"words": "£4", "kind": "assumed"}] * 2}, "evidence[1].words"),
        ({"evidence": [{}] * (MOST_EVIDENCE + 1)}, "evidence"),
        ({"vision": "two\nlines"}, "vision"),
        ({"roadmap": "x" * 601}, "roadmap"),
    ],
)
def test_the_first_part_that_cannot_be_used_is_named(values: dict[str, Any], part: str):
    with pytest.raises(NotADocument) as refused:
        from_json(values)

    assert refused.value.part == part
    assert refused.value.sentence.endswith(".")


def test_a_text_from_before_the_ledger_keeps_its_digest():
    document = Document(headline="Dinner from your kitchen", faq=(Question("internal", "Why £4?"),))

    assert digest(document) == "e256ceacb49ecc7427553e16ebdb63dee5c2a823da07fda44d1d68556797cdfc"


def test_what_a_number_rests_on_is_part_of_the_text_that_is_signed():
    assert digest(replace(LARDER, evidence=(Evidence("£4", "assumed"),))) != digest(LARDER)


def test_line_breaks_of_a_form_are_those_of_the_text():
    assert from_json({"problem": "One.\r\n\r\nTwo.\rThree."}).problem == "One.\n\nTwo.\nThree."


def test_the_questions_are_told_apart_by_audience():
    assert {q.audience for q in LARDER.questions("internal")} == {"internal"}
    assert len(LARDER.questions("internal")) + len(LARDER.questions("external")) == len(LARDER.faq)


def test_the_length_is_that_of_the_release_without_its_questions():
    document = Document(problem="word " * 450, faq=(Question("external", "one two", "three"),))

    assert length(document) == (450, 1.0)


def test_every_part_of_the_release_adds_to_its_length():
    without = replace(LARDER, customer_quote=replace(LARDER.customer_quote, text=""))

    assert length(LARDER)[0] - length(without)[0] == 8


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("what’s for dinner?", 3),
        ("a half-hour", 2),
        ("平日の夕食", 3),
        ("हिन्दी में", 2),
        ("مُحَمَّد يطبخ", 2),
        ("می‌خواهم", 1),
        ("ภาษาไทยง่าย", 2),
        ("cafe\u0301", 1),
    ],
)
def test_words_are_counted_in_any_script(text: str, count: int):
    assert words(text) == count
