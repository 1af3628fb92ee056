"""A5: passives, where there are many of them."""

import pytest


def alone(words: str) -> str:
    """A text in which this and one more sentence are passive."""
    return f"{words} Rice is eaten."


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Dinner is planned.", "is planned"),
        ("It’s made in Leeds.", "It’s made"),
        ("The list was not yet completely written.", "was not yet completely written"),
        ("Dinner will be cooked.", "be cooked"),
        ("Dinner has been cooked.", "been cooked"),
        ("It is being sold.", "is being sold"),
        ("Peas are always bought on Sunday.", "are always bought"),
    ],
)
def test_a_passive_is_marked(find, text, words):
    assert find("A5", problem=alone(text)) == [("note", words), ("note", "is eaten")]


@pytest.mark.parametrize(
    "text",
    [
        "She is tired.",
        "They are used to it.",
        "There are planned dinners.",
        "She is a well-loved cook.",
        "It is well-known.",
        "It is baked-in.",
        "The office is in Leeds, opened by day.",
        "It is red.",
        "That is what they need.",
        "She has planned dinner.",
        "Larder’s planned dinners help.",
        "The pan is too hot and burned her.",
        "It is.",
    ],
)
def test_what_is_no_passive_is_left_alone(find, text):
    assert find("A5", problem=f"{text} Rice is eaten.") == []


def test_fifteen_in_a_hundred_are_fine(find):
    assert find("A5", problem="Rice is eaten. " * 3 + "She cooks. " * 17) == []
    assert len(find("A5", problem="Rice is eaten. " * 4 + "She cooks. " * 16)) == 4


def test_two_passives_in_one_sentence_are_one_sentence(find):
    text = "Rice is bought and is eaten. " + "She cooks. " * 6

    assert find("A5", problem=text) == []


def test_eight_are_marked_at_most(find):
    assert len(find("A5", problem="Rice is eaten. " * 12)) == 8


def test_other_languages_are_not_judged(find):
    assert find("A5", language="de", problem="Rice is eaten. " * 12) == []
