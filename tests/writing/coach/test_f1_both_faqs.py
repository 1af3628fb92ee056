"""F1: both FAQs are there."""

EXTERNAL = {"audience": "external", "question": "What does it cost?", "answer": "£4."}
INTERNAL = {"audience": "internal", "question": "Why £4?", "answer": "They named it."}


def test_both_are_fine(find):
    assert find("F1", faq=[EXTERNAL, INTERNAL]) == []


def test_each_that_is_missing_blocks(find):
    assert find("F1", faq=[INTERNAL]) == [("stop", "")]
    assert find("F1", faq=[EXTERNAL, INTERNAL | {"question": " "}]) == [("stop", "")]
    assert find("F1") == [("stop", ""), ("stop", "")]


def test_the_short_form_needs_the_customers_alone(find):
    assert find("F1", form="short", faq=[EXTERNAL] * 3) == []
    assert find("F1", form="short") == [("note", "")]


def test_the_short_form_wants_three_questions(find):
    assert find("F1", form="short", faq=[EXTERNAL] * 2) == [("note", "")]
