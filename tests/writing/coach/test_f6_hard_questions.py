"""F6: hard questions, and those that ask for praise."""

import pytest


def faq(*questions: str, **more: str) -> list[dict[str, str]]:
    return [{"audience": "internal", "question": q, "answer": "4."} | more for q in questions]


@pytest.mark.parametrize(
    ("language", "question"),
    [
        ("en", "What could make this fail?"),
        ("en", "Why would I change over?"),
        ("en", "What if my children hate it?"),
        ("en", "Why would a rival not copy us?"),
        ("de", "Woran kann das scheitern?"),
        ("fr", "Et si je me blesse ?"),
        ("es", "¿Qué pasa si se equivoca?"),
        ("ja", "料金はいくらですか。"),
    ],
)
def test_one_hard_question_is_enough(find, language, question):
    assert find("F6", language=language, faq=faq("4?", question)) == []


@pytest.mark.parametrize("language", ["en", "de", "fr", "es"])
def test_a_faq_without_any_is_marked_once(find, language):
    assert find("F6", language=language, faq=faq("4?", "5?", "6?")) == [("warn", "")]
    customers = faq("4?", audience="external")
    assert find("F6", language=language, faq=customers) == [("warn", "")]


@pytest.mark.parametrize(
    ("language", "question"),
    [("en", "Who drives?"), ("de", "Wer fährt?"), ("fr", "Qui conduit ?"), ("es", "¿Quién va?")],
)
def test_a_plain_question_is_not_hard_by_its_topic(find, language, question):
    assert find("F6", language=language, faq=faq(question, topic="key risks")) == [("warn", "")]


def test_a_hard_question_of_a_customer_does_not_stand_in_for_one_of_the_team(find):
    customers = faq("What if I hate it?", audience="external")

    assert find("F6", faq=customers) == []
    assert find("F6", faq=customers + faq("Who drives?")) == [("warn", "")]


def test_an_answered_topic_of_risks_counts(find):
    assert find("F6", faq=faq("Adoption?", topic="key risks")) == []
    assert find("F6", faq=faq("Adoption?", topic="key risks", answer="")) == [("warn", "")]


@pytest.mark.parametrize(
    ("language", "question"),
    [
        ("en", "Why is Larder so great?"),
        ("en", "What makes Larder the best?"),
        ("en", "What is good about Larder?"),
        ("de", "Warum ist Larder so toll?"),
        ("fr", "Qu’est-ce qui rend Larder si génial ?"),
        ("es", "¿Por qué es Larder tan bueno?"),
        ("en", "Why do families love Larder?"),
    ],
)
def test_a_question_that_asks_for_praise_is_noted(find, language, question):
    hard = {"en": "risk", "de": "Risiko", "fr": "risque", "es": "riesgo"}[language]

    found = find("F6", language=language, faq=faq(question, f"{hard}?"))

    assert found == [("note", question)]


@pytest.mark.parametrize(
    "question",
    [
        "Why is it so cheap? Any risk?",
        "What is the best way to fail?",
        "What makes it fail?",
        "Why do families leave? Any risk?",
    ],
)
def test_a_plain_question_asks_for_no_praise(find, question):
    assert find("F6", faq=faq(question)) == []


def test_no_questions_or_the_short_form_are_no_matter_of_this_rule(find):
    assert find("F6") == []
    assert find("F6", form="short", faq=faq("4?")) == []
